use std::ffi::c_void;
use std::fs::File;
use std::os::raw::c_int;
use std::os::unix::io::IntoRawFd;
use std::ptr;
use std::sync::Arc;

use crate::callback::Callback;
use crate::error::{check, Error, ErrorKind};
use crate::ffi;
use crate::handler::Call;
use crate::log::Log;
use crate::text::{bytes_of, slice_of, EMPTY};

/// What a handler says. Nothing is sent before the handler returns or, deferred, before the
/// [`Exchange`](crate::Exchange) is completed. A handler that says nothing and does not defer is answered for with 500.
///
/// Date, Server, Content-Length, Transfer-Encoding, Connection and Keep-Alive are the server's, and refused as fields,
/// except for `Connection: close`.
///
/// After [`Request::defer`](crate::Request::defer) the response is the exchange's: here every change is
/// [`ErrorKind::InvalidState`]. Thread: the handler's.
pub struct Response<'a> {
    raw: *mut ffi::mt_response,
    log: &'a Arc<Log>,
    call: Option<&'a Call<'a>>,
}

impl<'a> Response<'a> {
    /// # Safety
    /// `raw` may be filled by this thread alone for `'a`, except that `call` is deferred.
    #[inline]
    pub(crate) unsafe fn new(
        raw: *mut ffi::mt_response,
        log: &'a Arc<Log>,
        call: Option<&'a Call<'a>>,
    ) -> Response<'a> {
        Response { raw, log, call }
    }

    pub(crate) fn log(&self) -> &'a Arc<Log> {
        self.log
    }

    #[inline]
    fn open(&self) -> Result<*mut ffi::mt_response, Error> {
        match self.call {
            Some(call) if call.is_deferred() => Err(belongs_to_exchange()),
            _ => Ok(self.raw),
        }
    }

    /// Sets the status code. Default 200; in a fallback handler 404. Errors: outside 200 … 599.
    pub fn set_status(&mut self, status: u16) -> Result<(), Error> {
        // SAFETY: open, so that it is ours to fill.
        check(unsafe { ffi::mt_response_status_set(self.open()?, c_int::from(status)) })
    }

    /// The status code as set; 0 after the response went to its exchange.
    pub fn status(&self) -> u16 {
        // SAFETY: as above; the library gives 0 for null.
        unsafe { ffi::mt_response_status_get(self.open().unwrap_or(ptr::null_mut())) as u16 }
    }

    /// Adds a field behind those that are there. Errors: name no token, a control character in the value, a field that
    /// is the server's, more than 64 KiB of fields.
    pub fn add_field(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
        let (name, value) = (slice_of(name.as_bytes()), slice_of(value.as_ref()));
        // SAFETY: open; the slices are copied.
        check(unsafe { ffi::mt_response_field_add(self.open()?, name, value) })
    }

    /// Replaces all fields of that name by one. Errors: as [`Response::add_field`].
    pub fn set_field(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
        let (name, value) = (slice_of(name.as_bytes()), slice_of(value.as_ref()));
        // SAFETY: open; the slices are copied.
        check(unsafe { ffi::mt_response_field_set(self.open()?, name, value) })
    }

    /// Removes all fields of that name; also when there are none.
    pub fn remove_field(&mut self, name: &str) -> Result<(), Error> {
        // SAFETY: open; the slice is read.
        check(unsafe { ffi::mt_response_field_remove(self.open()?, slice_of(name.as_bytes())) })
    }

    /// The value of the first field of that name, as set here.
    pub fn field(&self, name: &str) -> Option<Vec<u8>> {
        let mut value = EMPTY;
        let raw = self.open().ok()?;
        // SAFETY: open; the value is copied before anything can change it.
        unsafe {
            ffi::mt_response_field_get(raw, slice_of(name.as_bytes()), &mut value).then(|| bytes_of(value).to_vec())
        }
    }

    /// Whether a field of that name was set here.
    pub fn has_field(&self, name: &str) -> bool {
        let raw = self.open().unwrap_or(ptr::null_mut());
        // SAFETY: open, or null, which the library answers with false; no value is asked for.
        unsafe { ffi::mt_response_field_get(raw, slice_of(name.as_bytes()), ptr::null_mut()) }
    }

    /// Sets the body to a copy, replacing any set before.
    pub fn body_copy(&mut self, bytes: &[u8]) -> Result<(), Error> {
        // SAFETY: open; the bytes are copied.
        check(unsafe { ffi::mt_response_body_copy(self.open()?, slice_of(bytes)) })
    }

    /// Sets the body to bytes that live as long as the program: nothing is copied or counted.
    #[inline]
    pub fn body_static<T: AsRef<[u8]> + ?Sized>(&mut self, bytes: &'static T) -> Result<(), Error> {
        self.borrow(bytes.as_ref(), None, ptr::null_mut())
    }

    /// Sets the body to what `owner` (a `String`, `Vec<u8>`, `Arc<[u8]>`, …) holds, without copying it. It is dropped
    /// once the body is sent or replaced, on any thread.
    pub fn body_owned<T: AsRef<[u8]> + Send + 'static>(&mut self, owner: T) -> Result<(), Error> {
        self.open()?;
        let kept = Callback::into_raw(self.log, owner);
        // SAFETY: just made. It stays in its place, and nobody changes it, until it is destroyed behind the last use.
        let bytes = unsafe { Callback::<T>::borrow(kept) }.content().as_ref();
        self.borrow(bytes, Some(Callback::<T>::destroy), kept)
    }

    /// Sets the body to the whole of a regular file, sent by the kernel where it can. Errors: no regular file. A file
    /// that shrinks while it is sent ends the connection.
    pub fn body_file(&mut self, file: File) -> Result<(), Error> {
        let metadata = file
            .metadata()
            .map_err(|error| Error::new(ErrorKind::System, format!("the file cannot be looked at: {error}")))?;
        if !metadata.is_file() {
            return Err(Error::new(ErrorKind::InvalidArgument, "a body is no regular file"));
        }
        self.body_file_part(file, 0, metadata.len())
    }

    /// Sets the body to `length` bytes of a regular file from `offset`. As [`Response::body_file`].
    pub fn body_file_part(&mut self, file: File, offset: u64, length: u64) -> Result<(), Error> {
        let raw = self.open()?;
        // SAFETY: open; the descriptor is given away, also on failure.
        check(unsafe { ffi::mt_response_body_file(raw, file.into_raw_fd(), offset, length) })
    }

    /// Replaces whatever was said by the server's own answer to an error: that of the error handler, or a short text.
    /// Errors: outside 400 … 599.
    pub fn fail(&mut self, status: u16) -> Result<(), Error> {
        // SAFETY: open.
        check(unsafe { ffi::mt_response_fail(self.open()?, c_int::from(status)) })
    }

    #[inline]
    fn borrow(&mut self, bytes: &[u8], done: ffi::mt_destroy_fn, user_data: *mut c_void) -> Result<(), Error> {
        // SAFETY: open; the bytes hold until `done`, or for good.
        check(unsafe { ffi::mt_response_body_borrow(self.open()?, slice_of(bytes), done, user_data) })
    }
}

#[cold]
fn belongs_to_exchange() -> Error {
    Error::new(ErrorKind::InvalidState, "the response belongs to its exchange since it was deferred")
}
