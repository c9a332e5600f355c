//! Closures in C's hands: how they are kept, called and dropped, and where a panic stops.

use std::any::Any;
use std::ffi::c_void;
use std::fmt::Display;
use std::mem::{forget, ManuallyDrop};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use crate::log::Log;

/// Runs what must not unwind into C. A panic is a line in the log, and `None`.
pub(crate) fn guard<T>(log: &Log, what: impl Display, work: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Some(result),
        Err(panic) => {
            report(log, &what, panic);
            None
        }
    }
}

#[cold]
fn report(log: &Log, what: &dyn Display, panic: Box<dyn Any + Send>) {
    log.error(&format!("{what} panicked: {}", message_of(panic)));
}

/// Drops what was thrown, which may throw in turn.
#[cold]
pub(crate) fn discard(panic: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        forget(another);
    }
}

fn message_of(panic: Box<dyn Any + Send>) -> String {
    let panic = match panic.downcast::<String>() {
        Ok(text) => return *text,
        Err(panic) => panic,
    };
    match panic.downcast::<&'static str>() {
        Ok(text) => text.to_string(),
        Err(panic) => {
            discard(panic);
            "with a value that is no text".into()
        }
    }
}

/// A closure, or what else a destructor given to C is for.
pub(crate) struct Callback<F> {
    log: Arc<Log>,
    content: ManuallyDrop<F>,
}

impl<F> Callback<F> {
    /// Hands it over as `user_data`; [`Callback::destroy`] takes it back.
    pub fn into_raw(log: &Arc<Log>, content: F) -> *mut c_void {
        let callback = Callback { log: Arc::clone(log), content: ManuallyDrop::new(content) };
        Arc::into_raw(Arc::new(callback)) as *mut c_void
    }

    /// For calls during which C may not destroy it.
    ///
    /// # Safety
    /// `user_data` is from [`Callback::into_raw`] of the same type, and is not destroyed within `'a`.
    pub unsafe fn borrow<'a>(user_data: *mut c_void) -> &'a Self {
        // SAFETY: the caller's promise.
        unsafe { &*(user_data as *const Self) }
    }

    /// For calls during which C may destroy it: what runs has a reference of its own.
    ///
    /// # Safety
    /// `user_data` is from [`Callback::into_raw`] of the same type, and is not destroyed yet.
    pub unsafe fn hold(user_data: *mut c_void) -> Arc<Self> {
        let callback = user_data as *const Self;
        // SAFETY: the caller's promise.
        unsafe {
            Arc::increment_strong_count(callback);
            Arc::from_raw(callback)
        }
    }

    /// An `mt_destroy_fn`.
    ///
    /// # Safety
    /// `user_data` is from [`Callback::into_raw`] of the same type; this is the only such call.
    pub unsafe extern "C" fn destroy(user_data: *mut c_void) {
        // SAFETY: the caller's promise.
        drop(unsafe { Arc::from_raw(user_data as *const Self) });
    }

    pub fn log(&self) -> &Arc<Log> {
        &self.log
    }

    pub fn content(&self) -> &F {
        &self.content
    }
}

impl<F> Drop for Callback<F> {
    fn drop(&mut self) {
        let content = &mut self.content;
        // SAFETY: nothing touches the content afterwards.
        guard(&self.log, "a destructor", || unsafe { ManuallyDrop::drop(content) });
    }
}
