use std::ffi::c_void;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::body::{BodyResumer, Flow};
use crate::callback::{guard, Callback};
use crate::error::{check, error_of, Error, ErrorKind};
use crate::exchange::Held;
use crate::ffi;
use crate::text::slice_of;

#[derive(Default)]
struct Drained {
    is_told: bool,
    /// The reactor will say nothing more.
    is_over: bool,
}

/// Where a writer waits for the reactor to say that writing may go on.
#[derive(Default)]
struct Drain {
    state: Mutex<Drained>,
    changed: Condvar,
}

impl Drain {
    /// Nobody panics while the lock is held.
    fn lock(&self) -> MutexGuard<'_, Drained> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn tell(&self, change: impl FnOnce(&mut Drained)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn is_told(&self) -> bool {
        let state = self.lock();
        state.is_told || state.is_over
    }

    fn wait(&self) {
        let waits = |state: &mut Drained| !state.is_told && !state.is_over;
        drop(self.changed.wait_while(self.lock(), waits));
    }
}

/// What the library calls, and tells by dropping it that it never will again.
struct OnDrained<F> {
    drain: Arc<Drain>,
    call: F,
}

impl<F> Drop for OnDrained<F> {
    fn drop(&mut self) {
        self.drain.tell(|state| state.is_over = true);
    }
}

/// A response's body, written piece by piece from any thread. Dropped before its [`end`](Stream::end), the body is cut
/// and the connection closed, so that the peer sees that something is missing.
///
/// [`Write`] waits while the peer is slow; [`Stream::push`] never does.
pub struct Stream {
    held: Arc<Held>,
    drain: Arc<Drain>,
    is_full: bool,
}

impl Stream {
    pub(crate) fn start<F>(held: Arc<Held>, length: Option<u64>, call: F) -> Result<Stream, Error>
    where
        F: Fn() + Send + Sync + 'static,
    {
        let drain = Arc::new(Drain::default());
        let on_drained = OnDrained { drain: Arc::clone(&drain), call };
        let user_data = Callback::into_raw(held.log(), on_drained);
        let destroy = Some(Callback::<OnDrained<F>>::destroy as unsafe extern "C" fn(_));
        let length = length.unwrap_or(ffi::MT_LENGTH_UNKNOWN);
        let raw = held.as_ptr();
        // SAFETY: the exchange is held; the closure goes along, also on failure.
        check(unsafe { ffi::mt_exchange_stream_start(raw, length, Some(drained::<F>), user_data, destroy) })?;
        Ok(Stream { held, drain, is_full: false })
    }

    /// Appends bytes and never waits. [`Flow::Pause`]: they were taken, but nothing should follow before the peer has
    /// caught up, which `on_drained` of [`Exchange::stream_with`](crate::Exchange::stream_with) tells.
    ///
    /// Errors: [`ErrorKind::Closed`], [`ErrorKind::Limit`] (more than was announced; nothing is taken),
    /// [`ErrorKind::NoMemory`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<Flow, Error> {
        self.drain.lock().is_told = false;
        // SAFETY: the exchange is held, and `&mut` keeps calls apart; the bytes are copied.
        let status = unsafe { ffi::mt_exchange_stream_write(self.held.as_ptr(), slice_of(bytes)) };
        self.is_full = status == ffi::MT_BACKPRESSURE;
        match status {
            ffi::MT_OK => Ok(Flow::Continue),
            ffi::MT_BACKPRESSURE => Ok(Flow::Pause),
            status => Err(error_of(status)),
        }
    }

    fn await_room(&mut self) -> Result<(), Error> {
        if self.held.is_on_reactor() && !self.drain.is_told() {
            let why = "a stream is not waited for on the reactor that sends it";
            return Err(Error::new(ErrorKind::WrongThread, why));
        }
        self.drain.wait();
        self.is_full = false;
        Ok(())
    }

    /// Ends the body. Fewer bytes than announced close the connection and are logged.
    ///
    /// Errors: [`ErrorKind::Closed`], [`ErrorKind::NoMemory`].
    pub fn end(self) -> Result<(), Error> {
        // SAFETY: the exchange is held.
        check(unsafe { ffi::mt_exchange_stream_end(self.held.as_ptr()) })
    }

    /// Whether the peer is gone or the server stopped, so that more is of no use.
    pub fn is_cancelled(&self) -> bool {
        self.held.is_cancelled()
    }

    /// What lets a paused request body flow again. It keeps the stream no longer than its owner does.
    pub fn body_resumer(&self) -> BodyResumer {
        BodyResumer::new(Arc::downgrade(&self.held))
    }
}

impl Write for Stream {
    /// Waits while the peer is slow, then appends all of the bytes. Errors: as [`Stream::push`];
    /// [`io::ErrorKind::WouldBlock`] on the reactor's own thread when there is something to wait for.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_full {
            self.await_room()?;
        }
        self.push(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An `mt_exchange_fn`.
///
/// # Safety
/// `user_data` is a `Callback<OnDrained<F>>`.
unsafe extern "C" fn drained<F: Fn() + Send + Sync + 'static>(_: *mut ffi::mt_exchange, user_data: *mut c_void) {
    // SAFETY: the caller's promise; what the closure does may end the stream, which destroys it.
    let callback = unsafe { Callback::<OnDrained<F>>::hold(user_data) };
    let on_drained = callback.content();
    on_drained.drain.tell(|state| state.is_told = true);
    guard(callback.log(), "what was to be called behind a drain", &on_drained.call);
}
