use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::callback::discard;
use crate::ffi;
use crate::text::Text;

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Of use to whoever looks for a fault.
    Debug,
    /// The ordinary course of things.
    Info,
    /// Something to look at.
    Warning,
    /// A fault.
    Error,
}

impl Level {
    fn of(level: ffi::mt_log_level) -> Level {
        match level {
            ffi::MT_LOG_DEBUG => Level::Debug,
            ffi::MT_LOG_INFO => Level::Info,
            ffi::MT_LOG_WARNING => Level::Warning,
            _ => Level::Error,
        }
    }

    pub(crate) fn to_ffi(self) -> ffi::mt_log_level {
        match self {
            Level::Debug => ffi::MT_LOG_DEBUG,
            Level::Info => ffi::MT_LOG_INFO,
            Level::Warning => ffi::MT_LOG_WARNING,
            Level::Error => ffi::MT_LOG_ERROR,
        }
    }
}

pub(crate) type Write = Box<dyn Fn(Level, &str) + Send + Sync>;

/// Where the library's lines and the crate's own go. Held by whatever may still have something to say.
#[derive(Default)]
pub(crate) struct Log(pub Option<Write>);

impl Log {
    /// Nobody is left to be told of a panic in the closure that tells.
    fn write(&self, level: Level, line: &str) {
        if let Some(write) = &self.0 {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| write(level, line))) {
                discard(panic);
            }
        }
    }

    /// All of the crate's own lines are faults, and no level leaves those out.
    #[cold]
    pub fn error(&self, line: &str) {
        self.write(Level::Error, line);
    }
}

/// # Safety
/// `user_data` is a `Log` that outlives the server, and `message` holds until this returns.
pub(crate) unsafe extern "C" fn write_line(level: ffi::mt_log_level, message: ffi::mt_slice, user_data: *mut c_void) {
    // SAFETY: the caller's promise.
    let (log, line) = unsafe { (&*(user_data as *const Log), Text::from_slice(message)) };
    log.write(Level::of(level), &String::from_utf8_lossy(line.as_bytes()));
}
