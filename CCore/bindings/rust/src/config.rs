use std::sync::Arc;
use std::time::Duration;
use std::{io, mem};

use crate::error::check;
use crate::ffi;
use crate::log::{write_line, Level, Log};
use crate::text::{slice_of, EMPTY};
use crate::threads::{use_threads, Spawn, ThreadBody, Threads};

/// Every setting of a server: the defaults, changed one by one.
///
/// ```
/// let config = martlet::Config::new().reactors(1).workers(4).log(|_, line| eprintln!("{line}"));
/// let server = martlet::Server::new(config)?;
/// # Ok::<(), martlet::Error>(())
/// ```
///
/// A value out of its range is refused by [`Server::new`](crate::Server::new) with a sentence that names setting, value
/// and range. Durations are rounded up to milliseconds.
pub struct Config {
    raw: ffi::mt_server_config,
    server_name: Option<String>,
    log: Log,
    spawn: Option<Spawn>,
}

/// What must outlive the server that was made with it.
pub(crate) struct Kept {
    pub log: Arc<Log>,
    pub _threads: Option<Arc<Threads>>,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        impl Config {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Config {
                self.raw.$name = $name;
                self
            }
        )*}
    };
}

macro_rules! durations {
    ($($(#[$doc:meta])* $name:ident: $field:ident,)*) => {
        impl Config {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: Duration) -> Config {
                self.raw.$field = milliseconds($name);
                self
            }
        )*}
    };
}

numbers! {
    /// Event loops, each one thread; 0: one per available CPU. Default 0.
    reactors: u32,
    /// Pins each reactor to a CPU (Linux). Default false.
    pin_reactors: bool,
    /// Threads for handlers that block; 0: worker routes are refused. Default 10.
    workers: u32,
    /// Requests that may wait for a worker; past it 503. Default 1024.
    worker_queue_capacity: u32,
    /// Bytes of the request line; past it 414. Default 8192.
    max_request_line_bytes: u32,
    /// Fields of a header or trailer section; past it 431. Default 100.
    max_header_fields: u32,
    /// Bytes of a header section; past it 431. Default 16384.
    max_header_bytes: u32,
    /// Bytes of a request's body; past it 413. A route may have its own. Default 1 MiB.
    max_body_bytes: u64,
    /// Open connections; past it accepting pauses; 0: no limit. Default 65536.
    max_connections: u32,
    /// Open connections from one address; past it they are closed at once; 0: no limit. Default 0.
    max_connections_per_peer: u32,
    /// Requests of one connection that may wait for their answers; past it reading pauses. Default 64.
    max_pipelined_requests: u32,
    /// Requests served on one connection before it is closed; 0: no limit. Default 0.
    max_requests_per_connection: u64,
    /// Bytes a second that a request's body must reach in each 5 s; below it 408; 0: off. Default 100.
    min_transfer_bytes_per_second: u32,
    /// Bytes that wait for one peer before its writers are told to wait. Default 256 KiB.
    output_high_water_bytes: u32,
    /// Bytes that wait when they are told to go on. Default 64 KiB.
    output_low_water_bytes: u32,
    /// The kernel's queue of connections not yet accepted. Default 4096.
    backlog: u32,
    /// Takes a peer that sends no more (a plain close looks the same) for gone while it is being answered. Default
    /// false: it is answered, and a peer that closed shows when something is sent to it.
    cancel_on_half_close: bool,
}

durations! {
    /// From the first byte of a request to the end of its header section; past it 408; zero: no limit. Default 10 s.
    header_timeout: header_timeout_ms,
    /// Without a byte of the request's body; past it 408; zero: no limit. Default 30 s.
    body_timeout: body_timeout_ms,
    /// Between requests of a kept-alive connection; zero: no limit. Default 60 s.
    idle_timeout: idle_timeout_ms,
    /// Without the peer taking a byte of a waiting response; zero: no limit. Default 30 s.
    write_timeout: write_timeout_ms,
    /// From a drain without a deadline of its own to the hard close. Default 10 s.
    shutdown_timeout: shutdown_timeout_ms,
    /// How long a connection closed with unread input stays half open. Default 2 s.
    linger_timeout: linger_timeout_ms,
    /// A handler that holds a reactor longer is named in the log; zero: off. Default 250 ms.
    handler_warning: handler_warning_ms,
}

impl Config {
    /// The defaults.
    pub fn new() -> Config {
        let mut raw = empty();
        // SAFETY: `raw` is as large as is said. That size is this file's own, so that the call cannot fail.
        let _ = check(unsafe { ffi::mt_server_config_init(&mut raw, mem::size_of_val(&raw)) });
        Config { raw, server_name: None, log: Log::default(), spawn: None }
    }

    /// The value of the Server field; empty: none. At most 127 bytes. Default "martlet".
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Config {
        self.server_name = Some(name.into());
        self
    }

    /// Where log lines go, the library's and those about panics. Called from any thread, at once from several; it must
    /// not block for long. Default: nowhere.
    #[must_use]
    pub fn log(mut self, write: impl Fn(Level, &str) + Send + Sync + 'static) -> Config {
        self.log = Log(Some(Box::new(write)));
        self
    }

    /// The least level that is logged. Default [`Level::Info`].
    #[must_use]
    pub fn log_level(mut self, least: Level) -> Config {
        self.raw.log_level = least.to_ffi();
        self
    }

    /// Makes the threads of reactors, workers and watchdog: `spawn` is given a name such as "mt-reactor-0", and has
    /// [`ThreadBody::run`] called on a thread of its own making. The thread should block the signals that are meant for
    /// others. Default: the library makes them.
    #[must_use]
    pub fn spawn_threads<F>(mut self, spawn: F) -> Config
    where
        F: Fn(&str, ThreadBody) -> io::Result<()> + Send + Sync + 'static,
    {
        self.spawn = Some(Box::new(spawn));
        self
    }

    /// Hands the settings to `create`.
    pub(crate) fn with_raw<T>(self, create: impl FnOnce(&ffi::mt_server_config) -> T) -> (T, Kept) {
        let Config { mut raw, server_name, log, spawn } = self;
        if let Some(name) = &server_name {
            raw.server_name = slice_of(name.as_bytes());
        }
        let log = Arc::new(log);
        if log.0.is_some() {
            raw.log = Some(write_line);
            raw.log_user_data = Arc::as_ptr(&log) as *mut _;
        }
        let threads = spawn.map(|spawn| Arc::new(Threads { spawn, log: Arc::clone(&log) }));
        if let Some(threads) = &threads {
            use_threads(&mut raw, threads);
        }
        (create(&raw), Kept { log, _threads: threads })
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::new()
    }
}

/// A time above nought must not become none: that would mean no limit.
pub(crate) fn milliseconds(time: Duration) -> u32 {
    let nanoseconds = time.as_nanos();
    u32::try_from((nanoseconds + 999_999) / 1_000_000).unwrap_or(u32::MAX)
}

fn empty() -> ffi::mt_server_config {
    // SAFETY: numbers, `false`, null pointers and absent functions are all zeroes.
    let mut raw: ffi::mt_server_config = unsafe { mem::zeroed() };
    raw.server_name = EMPTY;
    raw
}
