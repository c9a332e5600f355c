use std::ffi::{c_void, CStr};
use std::os::raw::{c_char, c_int};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use crate::callback::guard;
use crate::ffi;
use crate::log::Log;

/// EAGAIN, which is what a system says that has no thread left.
const NO_THREAD: c_int = if cfg!(target_os = "linux") { 11 } else { 35 };

/// What a thread that the host makes has to do: [`run`](ThreadBody::run) it there.
///
/// Dropped instead, the start fails, as it does when the closure says so.
pub struct ThreadBody {
    run: unsafe extern "C" fn(*mut c_void),
    argument: *mut c_void,
    /// Whoever sets it decides: the body, which runs then, or who asked for the thread, for whom it will not.
    is_settled: Arc<AtomicBool>,
}

// SAFETY: it is for another thread.
unsafe impl Send for ThreadBody {}

impl ThreadBody {
    /// Returns when the server needs the thread no more.
    pub fn run(self) {
        if settle(&self.is_settled) {
            // SAFETY: the library's own, called once.
            unsafe { (self.run)(self.argument) };
        }
    }
}

fn settle(is_settled: &AtomicBool) -> bool {
    !is_settled.swap(true, Ordering::AcqRel)
}

pub(crate) type Spawn = Box<dyn Fn(&str, ThreadBody) -> std::io::Result<()> + Send + Sync>;

/// What makes threads, and where its panics are told.
pub(crate) struct Threads {
    pub spawn: Spawn,
    pub log: Arc<Log>,
}

impl Threads {
    /// Once it has returned without a body that runs or waits to, there will be none.
    fn make(&self, name: &str, body: ThreadBody) -> c_int {
        let is_settled = Arc::clone(&body.is_settled);
        let made = guard(&self.log, "what makes threads", || (self.spawn)(name, body));
        let failure = match made {
            Some(Ok(())) if Arc::strong_count(&is_settled) > 1 => return 0,
            Some(Err(error)) => error.raw_os_error().filter(|errno| *errno > 0).unwrap_or(NO_THREAD),
            _ => NO_THREAD,
        };
        if settle(&is_settled) {
            failure
        } else {
            0 // it runs, or ran, whatever was returned
        }
    }
}

/// An `mt_thread_spawn_fn`.
///
/// # Safety
/// `user_data` is a `Threads`, `name` a text, both for the call; `run` is called at most once.
pub(crate) unsafe extern "C" fn spawn_thread(
    name: *const c_char,
    run: Option<unsafe extern "C" fn(*mut c_void)>,
    argument: *mut c_void,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    let (threads, name) = unsafe { (&*(user_data as *const Threads), CStr::from_ptr(name)) };
    match run {
        Some(run) => {
            let body = ThreadBody { run, argument, is_settled: Arc::new(AtomicBool::new(false)) };
            threads.make(&name.to_string_lossy(), body)
        }
        None => NO_THREAD,
    }
}

/// Sets what makes a server's threads.
pub(crate) fn use_threads(raw: &mut ffi::mt_server_config, threads: &Threads) {
    raw.spawn_thread = Some(spawn_thread);
    raw.spawn_thread_user_data = threads as *const Threads as *mut c_void;
}
