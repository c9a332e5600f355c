//! Waiting for the signals that end a program, with nothing but the C library.
use std::io::{self, Read};
use std::os::raw::{c_int, c_void};
use std::os::unix::io::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI32, Ordering};

const SIGINT: c_int = 2;
const SIGTERM: c_int = 15;

extern "C" {
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
    fn write(descriptor: c_int, bytes: *const c_void, size: usize) -> isize;
}

static BELL: AtomicI32 = AtomicI32::new(-1);

extern "C" fn ring(_: c_int) {
    // SAFETY: `write` is one of the few functions that a signal's handler may call.
    unsafe { write(BELL.load(Ordering::Relaxed), b"!".as_ptr() as *const c_void, 1) };
}

/// SIGTERM and SIGINT, from its making on.
pub struct EndSignals(UnixStream);

impl EndSignals {
    pub fn catch() -> io::Result<EndSignals> {
        let (listener, bell) = UnixStream::pair()?;
        BELL.store(bell.into_raw_fd(), Ordering::Relaxed);
        for number in [SIGTERM, SIGINT] {
            // SAFETY: the handler does what a signal's handler may do.
            unsafe { signal(number, ring) };
        }
        Ok(EndSignals(listener))
    }

    pub fn wait(&mut self) -> io::Result<()> {
        self.0.read_exact(&mut [0])
    }
}
