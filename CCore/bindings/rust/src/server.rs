use std::os::raw::c_char;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::io::{IntoRawFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{mem, ptr, thread};

use crate::config::{milliseconds, Config, Kept};
use crate::error::{check, explained, Error};
use crate::ffi;
use crate::inject::start_injection;
use crate::log::Log;
use crate::polled::PolledServer;
use crate::stats::{self, Stats};
use crate::text::slice_of;

/// An HTTP/1.1 server: created, given routes and listeners, started, drained. Dropped, it stops, cuts what is open and
/// waits for its threads.
///
/// ```no_run
/// use martlet::{Config, Server};
///
/// let mut server = Server::new(Config::new())?;
/// server.get("/hello", |_, _| "Hello, World!")?;
/// server.get("/users/{id}", |request, _| {
///     format!("user {}", request.parameter("id").unwrap_or_default())
/// })?;
/// server.listen("127.0.0.1", 8080)?;
/// server.run()?;
/// # Ok::<(), martlet::Error>(())
/// ```
///
/// Thread: what takes `&self` may be called from any thread, also from handlers where it does not wait.
pub struct Server {
    raw: *mut ffi::mt_server,
    kept: Kept,
}

// SAFETY: the library lets any thread start, drain, stop and destroy a server, and read its counters; what belongs to
// one thread, before start, takes `&mut`.
unsafe impl Send for Server {}
// SAFETY: as above.
unsafe impl Sync for Server {}

impl Server {
    /// Makes a server that owns no thread and no socket yet.
    ///
    /// Errors: [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) (setting, value and range are in the
    /// message), [`ErrorKind::NoMemory`](crate::ErrorKind::NoMemory).
    pub fn new(config: Config) -> Result<Server, Error> {
        let mut raw = ptr::null_mut();
        let (created, kept) = config.with_raw(|config| {
            // SAFETY: the settings hold during the call; what it keeps is dropped behind the server.
            explained(|error| unsafe { ffi::mt_server_create(config, &mut raw, error) })
        });
        created.map(|()| Server { raw, kept })
    }

    pub(crate) fn as_ptr(&self) -> *mut ffi::mt_server {
        self.raw
    }

    pub(crate) fn log(&self) -> &Arc<Log> {
        &self.kept.log
    }

    /// Listens on a TCP address: an IPv4 or IPv6 address, a name, or "" for every address. Port 0 lets the system
    /// choose. The socket is bound here, and accepts after start.
    ///
    /// Errors: [`AddressInUse`](crate::ErrorKind::AddressInUse),
    /// [`AddressUnavailable`](crate::ErrorKind::AddressUnavailable), [`Permission`](crate::ErrorKind::Permission),
    /// [`System`](crate::ErrorKind::System), [`InvalidState`](crate::ErrorKind::InvalidState) (started).
    pub fn listen(&mut self, host: &str, port: u16) -> Result<&mut Server, Error> {
        let host = slice_of(host.as_bytes());
        // SAFETY: the server lives; the slice is read.
        explained(|error| unsafe { ffi::mt_server_listen_tcp(self.raw, host, port, error) })?;
        Ok(self)
    }

    /// Listens on a unix socket with these permission bits (0: 0777 less the umask). A stale socket file is replaced;
    /// the file is removed at stop. Errors: as [`Server::listen`].
    pub fn listen_unix(&mut self, path: impl AsRef<Path>, mode: u32) -> Result<&mut Server, Error> {
        let path = slice_of(path.as_ref().as_os_str().as_bytes());
        // SAFETY: the server lives; the slice is read.
        explained(|error| unsafe { ffi::mt_server_listen_unix(self.raw, path, mode, error) })?;
        Ok(self)
    }

    /// Listens on a stream socket that is bound and listening already, such as a `TcpListener`. Errors:
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (no such socket),
    /// [`InvalidState`](crate::ErrorKind::InvalidState) (started).
    pub fn listen_on(&mut self, socket: impl Into<OwnedFd>) -> Result<&mut Server, Error> {
        let descriptor = socket.into().into_raw_fd();
        // SAFETY: the server lives; the descriptor is given away, also on failure.
        explained(|error| unsafe { ffi::mt_server_listen_descriptor(self.raw, descriptor, error) })?;
        Ok(self)
    }

    /// The real port of the first listener; 0 when it has none.
    pub fn port(&self) -> u16 {
        // SAFETY: the server lives.
        unsafe { ffi::mt_server_port(self.raw, 0) }
    }

    /// The listeners' addresses, in the order of the calls: `127.0.0.1:8080`, `[::]:8080`, `unix:/run/x`.
    pub fn addresses(&self) -> Vec<String> {
        // SAFETY: the server lives.
        let count = unsafe { ffi::mt_server_listener_count(self.raw) };
        (0..count).map(|index| self.address(index)).collect()
    }

    fn address(&self, index: usize) -> String {
        let mut text = [0u8; 256];
        let buffer = text.as_mut_ptr() as *mut c_char;
        // SAFETY: the server lives; the buffer is as large as is said.
        let length = unsafe { ffi::mt_server_address(self.raw, index, buffer, text.len()) };
        String::from_utf8_lossy(&text[..length.min(text.len() - 1)]).into_owned()
    }

    /// Starts reactors and workers, and accepts. Does nothing on a running server.
    ///
    /// Errors: [`System`](crate::ErrorKind::System), [`NoMemory`](crate::ErrorKind::NoMemory),
    /// [`InvalidState`](crate::ErrorKind::InvalidState) (stopped).
    pub fn start(&self) -> Result<(), Error> {
        // SAFETY: the server lives.
        explained(|error| unsafe { ffi::mt_server_start(self.raw, error) })
    }

    /// Starts if need be, with the first reactor on the caller's thread, and returns when the server has stopped.
    ///
    /// Errors: as [`Server::start`]; [`WrongThread`](crate::ErrorKind::WrongThread) (one of the server's own).
    pub fn run(&self) -> Result<(), Error> {
        // SAFETY: the server lives.
        explained(|error| unsafe { ffi::mt_server_run(self.raw, error) })
    }

    /// Starts with the first reactor in the caller's hands: nothing happens but in [`PolledServer::poll`]. With
    /// [`Config::reactors`]`(1)` everything but worker handlers happens there.
    ///
    /// Errors: as [`Server::start`]; [`InvalidState`](crate::ErrorKind::InvalidState) (it runs on threads already).
    pub fn start_polled(self) -> Result<PolledServer, Error> {
        PolledServer::start(self)
    }

    /// Begins a graceful end and returns at once: exchanges finish, and after `deadline` (`None`:
    /// [`Config::shutdown_timeout`]) what is left is cut. A further call can only shorten it.
    pub fn drain(&self, deadline: Option<Duration>) {
        let deadline_ms = deadline.map_or(0, |deadline| milliseconds(deadline).max(1));
        // SAFETY: the server lives. Only null is refused.
        unsafe { ffi::mt_server_drain(self.raw, deadline_ms) };
    }

    /// Waits until the server has stopped (`None`: however long that takes).
    ///
    /// Errors: [`Timeout`](crate::ErrorKind::Timeout), [`WrongThread`](crate::ErrorKind::WrongThread) (one of the
    /// server's own), [`InvalidState`](crate::ErrorKind::InvalidState) (never started).
    pub fn wait(&self, timeout: Option<Duration>) -> Result<(), Error> {
        let timeout_ms = timeout.map_or(u32::MAX, |timeout| milliseconds(timeout).min(u32::MAX - 1));
        // SAFETY: the server lives.
        check(unsafe { ffi::mt_server_wait(self.raw, timeout_ms) })
    }

    /// Cuts what is open and returns when every thread has ended. Errors:
    /// [`WrongThread`](crate::ErrorKind::WrongThread) (one of the server's own; the stop is begun all the same).
    pub fn stop(&self) -> Result<(), Error> {
        // SAFETY: the server lives.
        check(unsafe { ffi::mt_server_stop(self.raw) })
    }

    /// Reads the counters.
    pub fn stats(&self) -> Stats {
        // SAFETY: the server lives. A structure of this file's own size is not refused.
        unsafe { stats::read(self.raw) }.unwrap_or_default()
    }

    /// Serves one connection without a socket: `input` is everything that its peer ever sends. The answer's octets go
    /// to `take`, on a reactor's thread, and `None` behind the last of them. For tests.
    ///
    /// Errors: [`InvalidState`](crate::ErrorKind::InvalidState) (not running),
    /// [`NoMemory`](crate::ErrorKind::NoMemory).
    pub fn inject<F>(&self, input: &[u8], take: F) -> Result<(), Error>
    where
        F: FnMut(Option<&[u8]>) + Send + 'static,
    {
        start_injection(self, input, take)
    }
}

impl Drop for Server {
    /// A handler may hold the last `Arc` of its own server, on a thread that the server's end waits for: another one
    /// destroys it then.
    fn drop(&mut self) {
        // SAFETY: the server lives.
        if unsafe { ffi::mt_server_stop(self.raw) } != ffi::MT_ERROR_WRONG_THREAD {
            // SAFETY: nobody uses it any more.
            return unsafe { ffi::mt_server_destroy(self.raw) };
        }
        let dying = Dying(self.raw, Arc::clone(self.log()));
        let ended = thread::Builder::new().spawn(move || dying.destroy());
        if ended.is_err() {
            mem::forget(Arc::clone(self.log())); // the library still writes to it
        }
    }
}

struct Dying(*mut ffi::mt_server, Arc<Log>);

// SAFETY: a server may be destroyed on any thread but its own.
unsafe impl Send for Dying {}

impl Dying {
    fn destroy(self) {
        // SAFETY: nobody uses it any more.
        unsafe { ffi::mt_server_destroy(self.0) };
        drop(self.1);
    }
}
