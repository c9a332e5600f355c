use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};

use crate::body::{BodyEvent, BodyResumer, Flow};
use crate::error::{Error, ErrorKind};
use crate::exchange::Held;

const HIGH_WATER_BYTES: usize = 256 * 1024;
const LOW_WATER_BYTES: usize = 64 * 1024;

#[derive(Default)]
struct State {
    pieces: VecDeque<Vec<u8>>,
    /// Of the first piece, those already read.
    offset: usize,
    waiting: usize,
    is_paused: bool,
    is_abandoned: bool,
    end: Option<Result<(), Error>>,
}

#[derive(Default)]
struct Pipe {
    state: Mutex<State>,
    changed: Condvar,
}

impl Pipe {
    /// A panic while the lock is held leaves no half-done change behind.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn put(&self, event: BodyEvent<'_>) -> Flow {
        let mut state = self.lock();
        match event {
            BodyEvent::Data(_) if state.is_abandoned => return Flow::Continue,
            BodyEvent::Data(bytes) => {
                state.pieces.push_back(bytes.to_vec());
                state.waiting += bytes.len();
                state.is_paused = state.waiting > HIGH_WATER_BYTES;
            }
            BodyEvent::End(_) => state.end = Some(Ok(())),
            BodyEvent::Failed(error) => state.end = Some(Err(error)),
        }
        self.changed.notify_one();
        if state.is_paused {
            Flow::Pause
        } else {
            Flow::Continue
        }
    }
}

/// A request's body as it comes, for a thread that waits for it. Made by
/// [`Request::body_reader`](crate::Request::body_reader). Dropped early, the rest of the body is discarded.
pub struct BodyReader {
    pipe: Arc<Pipe>,
    resumer: BodyResumer,
    reactor: Option<ThreadId>,
}

impl BodyReader {
    pub(crate) fn new(held: &Arc<Held>) -> (BodyReader, impl FnMut(BodyEvent<'_>) -> Flow + Send + 'static) {
        let pipe = Arc::new(Pipe::default());
        let theirs = Arc::clone(&pipe);
        let resumer = BodyResumer::new(Arc::downgrade(held));
        let reader = BodyReader { pipe, resumer, reactor: held.reactor() };
        (reader, move |event: BodyEvent<'_>| theirs.put(event))
    }

    fn wait(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.pipe.lock();
        while state.pieces.is_empty() && state.end.is_none() {
            if self.reactor == Some(thread::current().id()) {
                let why = "a body is not waited for on the reactor that reads it";
                return Err(Error::new(ErrorKind::WrongThread, why).into());
            }
            state = match self.pipe.changed.wait(state) {
                Ok(state) => state,
                Err(poisoned) => poisoned.into_inner(),
            };
        }
        Ok(state)
    }

    /// Whatever happened to the exchange meanwhile, the pieces that wait are still there to read. The library may put
    /// in more from inside the call: the lock is let go of first.
    fn go_on(&self, mut state: MutexGuard<'_, State>) {
        if state.is_paused && state.waiting <= LOW_WATER_BYTES {
            state.is_paused = false;
            drop(state);
            let _ = self.resumer.resume();
        }
    }
}

impl Read for BodyReader {
    /// Waits for bytes of the body; 0 is its end. Errors: why it failed; [`io::ErrorKind::WouldBlock`] on the reactor's
    /// own thread when nothing is there.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.wait()?;
        let offset = state.offset;
        let (taken, is_used_up) = match state.pieces.front() {
            Some(piece) => {
                let taken = buffer.len().min(piece.len() - offset);
                buffer[..taken].copy_from_slice(&piece[offset..offset + taken]);
                (taken, offset + taken == piece.len())
            }
            None => return state.end.clone().unwrap_or(Ok(())).map(|()| 0).map_err(Into::into),
        };
        state.offset = if is_used_up { 0 } else { offset + taken };
        if is_used_up {
            state.pieces.pop_front();
        }
        state.waiting -= taken;
        self.go_on(state);
        Ok(taken)
    }
}

impl Drop for BodyReader {
    fn drop(&mut self) {
        let mut state = self.pipe.lock();
        state.pieces.clear();
        state.waiting = 0;
        state.is_abandoned = true;
        self.go_on(state);
    }
}
