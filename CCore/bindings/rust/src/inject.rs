use std::ffi::c_void;
use std::sync::Mutex;

use crate::callback::{guard, Callback};
use crate::error::{check, Error};
use crate::ffi;
use crate::server::Server;
use crate::text::{bytes_of, slice_of};

pub(crate) fn start_injection<F>(server: &Server, input: &[u8], take: F) -> Result<(), Error>
where
    F: FnMut(Option<&[u8]>) + Send + 'static,
{
    let callback = Callback::into_raw(server.log(), Mutex::new(take));
    // SAFETY: the server lives; the input is copied.
    let started =
        check(unsafe { ffi::mt_server_inject(server.as_ptr(), slice_of(input), Some(take_output::<F>), callback) });
    if started.is_err() {
        // SAFETY: it is not called, and nobody else destroys it.
        unsafe { Callback::<Mutex<F>>::destroy(callback) };
    }
    started
}

/// An `mt_inject_fn`.
///
/// # Safety
/// `user_data` is a `Callback<Mutex<F>>`, and `bytes` holds for the call. The last call says so.
unsafe extern "C" fn take_output<F: FnMut(Option<&[u8]>) + Send + 'static>(
    bytes: ffi::mt_slice,
    is_end: bool,
    user_data: *mut c_void,
) {
    // SAFETY: the caller's promise.
    let (callback, bytes) = unsafe { (Callback::<Mutex<F>>::hold(user_data), bytes_of::<'_>(bytes)) };
    if let Ok(mut take) = callback.content().try_lock() {
        guard(callback.log(), "what takes an answer", || (*take)(if is_end { None } else { Some(bytes) }));
    }
    if is_end {
        // SAFETY: nothing is called after the end.
        unsafe { Callback::<Mutex<F>>::destroy(user_data) };
    }
}
