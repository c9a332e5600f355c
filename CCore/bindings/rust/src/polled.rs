use std::marker::PhantomData;
use std::ops::Deref;
use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

use crate::error::{error_of, explained, Error};
use crate::ffi;
use crate::server::Server;

/// A server inside a loop that the caller owns: watch the descriptor, wait no longer than [`timeout`](Self::timeout),
/// and call [`poll`](Self::poll) until it says that the server has stopped.
///
/// ```no_run
/// use std::os::unix::io::AsRawFd;
/// # fn wait_until_readable(_: i32, _: Option<std::time::Duration>) {}
/// let server = martlet::Server::new(martlet::Config::new().reactors(1))?.start_polled()?;
/// while server.poll()? {
///     wait_until_readable(server.as_raw_fd(), server.timeout()); // with poll, epoll, select, …
/// }
/// # Ok::<(), martlet::Error>(())
/// ```
///
/// It stays on the thread that started it:
///
/// ```compile_fail
/// fn move_elsewhere(server: martlet::PolledServer) {
///     std::thread::spawn(move || server.poll());
/// }
/// ```
///
/// It is a [`Server`] for all that may be called from any thread: `server.drain(None)`, then polling on, is its
/// graceful end. [`Server::wait`] and [`Server::stop`] turn the loop themselves until the end.
pub struct PolledServer {
    server: Server,
    _not_send: PhantomData<*const ()>,
}

impl PolledServer {
    pub(crate) fn start(server: Server) -> Result<PolledServer, Error> {
        let raw = server.as_ptr();
        // SAFETY: the server lives.
        explained(|error| unsafe { ffi::mt_server_start_polled(raw, error) })?;
        Ok(PolledServer { server, _not_send: PhantomData })
    }

    /// How long the loop may wait although the descriptor stays silent; `None`: for good.
    pub fn timeout(&self) -> Option<Duration> {
        // SAFETY: the server lives, and this is its thread.
        let milliseconds = unsafe { ffi::mt_server_poll_timeout_ms(self.server.as_ptr()) };
        u64::try_from(milliseconds).ok().map(Duration::from_millis)
    }

    /// Serves what is ready, without waiting. False once the server has stopped: then there is nothing more to watch.
    ///
    /// Errors: [`ErrorKind::WrongThread`](crate::ErrorKind::WrongThread) (from inside one of its own callbacks).
    pub fn poll(&self) -> Result<bool, Error> {
        // SAFETY: the server lives.
        match unsafe { ffi::mt_server_poll(self.server.as_ptr()) } {
            ffi::MT_OK => Ok(true),
            ffi::MT_ERROR_CLOSED => Ok(false),
            status => Err(error_of(status)),
        }
    }
}

impl Deref for PolledServer {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl AsRawFd for PolledServer {
    /// Readable when [`PolledServer::poll`] has something to do. The server's: never read, write or close it.
    fn as_raw_fd(&self) -> RawFd {
        // SAFETY: the server lives.
        unsafe { ffi::mt_server_poll_descriptor(self.server.as_ptr()) }
    }
}

impl AsFd for PolledServer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: a polled server keeps its descriptor until it is dropped.
        unsafe { BorrowedFd::borrow_raw(self.as_raw_fd()) }
    }
}
