use std::ptr;
use std::sync::Arc;

use crate::body::{take_body, Body, BodyEvent, Flow};
use crate::body_reader::BodyReader;
use crate::callback::Callback;
use crate::error::{check, Error, ErrorKind};
use crate::exchange::{Exchange, Held};
use crate::ffi;
use crate::fields::Fields;
use crate::handler::Call;
use crate::route::Method;
use crate::text::{bytes_of, slice_of, Text, EMPTY};

/// What a peer asks. What it gives out is borrowed from the server, and holds until the handler returns:
///
/// ```compile_fail
/// # let mut server = martlet::Server::new(martlet::Config::new())?;
/// let kept = std::sync::Mutex::new(None);
/// server.get("/", move |request, _| { *kept.lock().unwrap() = Some(request.path()); })?;
/// # Ok::<(), martlet::Error>(())
/// ```
///
/// Thread: the handler's.
pub struct Request<'a> {
    raw: *mut ffi::mt_request,
    call: Option<&'a Call<'a>>,
}

impl<'a> Request<'a> {
    /// # Safety
    /// `raw` and what it gives out hold for `'a`; with `call` it is a handler's, on the handler's thread.
    #[inline]
    pub(crate) unsafe fn new(raw: *mut ffi::mt_request, call: Option<&'a Call<'a>>) -> Request<'a> {
        Request { raw, call }
    }

    fn text(&self, get: unsafe extern "C" fn(*const ffi::mt_request) -> ffi::mt_slice) -> Text<'a> {
        // SAFETY: the promise made to `new`.
        unsafe { Text::from_slice(get(self.raw)) }
    }

    /// The method; `None` when it is none of [`Method`]'s, which only an error handler sees.
    pub fn method(&self) -> Option<Method> {
        // SAFETY: the promise made to `new`.
        Method::of(unsafe { ffi::mt_request_method(self.raw) })
    }

    /// The method's token as it came.
    pub fn method_name(&self) -> Text<'a> {
        self.text(ffi::mt_request_method_name)
    }

    /// The request target as it came. RFC 9112 §3.2.
    pub fn target(&self) -> Text<'a> {
        self.text(ffi::mt_request_target)
    }

    /// The target's path, not decoded.
    pub fn path(&self) -> Text<'a> {
        self.text(ffi::mt_request_path)
    }

    /// What follows the target's "?", not decoded; empty when there is none.
    pub fn query(&self) -> Text<'a> {
        self.text(ffi::mt_request_query)
    }

    /// The target's authority, or the Host field's value.
    pub fn authority(&self) -> Text<'a> {
        self.text(ffi::mt_request_authority)
    }

    /// The pattern of the route that matched; empty in a fallback handler.
    pub fn route(&self) -> Text<'a> {
        self.text(ffi::mt_request_route)
    }

    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    pub fn minor_version(&self) -> u8 {
        // SAFETY: the promise made to `new`.
        unsafe { ffi::mt_request_minor_version(self.raw) as u8 }
    }

    /// The header fields, in the order they came.
    pub fn fields(&self) -> Fields<'a> {
        // SAFETY: the promise made to `new`.
        unsafe {
            let count = ffi::mt_request_field_count(self.raw);
            Fields::new(self.raw, ffi::mt_request_field_at, count)
        }
    }

    /// The value of the first header field of that name, in any case.
    pub fn field(&self, name: &str) -> Option<Text<'a>> {
        let mut value = EMPTY;
        // SAFETY: the promise made to `new`.
        unsafe {
            ffi::mt_request_field_get(self.raw, slice_of(name.as_bytes()), &mut value).then(|| Text::from_slice(value))
        }
    }

    /// The pattern's parameters, percent-decoded, in its order.
    pub fn parameters(&self) -> Fields<'a> {
        // SAFETY: the promise made to `new`.
        unsafe {
            let count = ffi::mt_request_parameter_count(self.raw);
            Fields::new(self.raw, ffi::mt_request_parameter_at, count)
        }
    }

    /// The percent-decoded value of the pattern's parameter of that name; `None` when the pattern has none such.
    pub fn parameter(&self, name: &str) -> Option<Text<'a>> {
        let mut value = EMPTY;
        // SAFETY: the promise made to `new`.
        unsafe {
            ffi::mt_request_parameter_get(self.raw, slice_of(name.as_bytes()), &mut value)
                .then(|| Text::from_slice(value))
        }
    }

    /// The whole body; empty on a streamed route.
    pub fn body(&self) -> &'a [u8] {
        // SAFETY: the promise made to `new`.
        unsafe { bytes_of(ffi::mt_request_body(self.raw)) }
    }

    /// The announced length of the body in bytes; `None` when it is chunked.
    pub fn content_length(&self) -> Option<u64> {
        // SAFETY: the promise made to `new`.
        let length = unsafe { ffi::mt_request_content_length(self.raw) };
        Some(length).filter(|length| *length != u64::MAX)
    }

    /// The trailer fields behind a whole chunked body. Those of a streamed one come with [`BodyEvent::End`]; here, and
    /// in an [`Exchange`], there are none.
    pub fn trailers(&self) -> Fields<'a> {
        let is_settled = self.call.map_or(false, |call| !call.is_streamed);
        // SAFETY: the promise made to `new`; nobody writes trailers any more when the body is whole.
        unsafe {
            let count = if is_settled { ffi::mt_request_trailer_count(self.raw) } else { 0 };
            Fields::new(self.raw, ffi::mt_request_trailer_at, count)
        }
    }

    /// The peer's address as text: `127.0.0.1:4711`, `[::1]:4711`, `unix`.
    pub fn peer(&self) -> String {
        let mut text = [0u8; 64];
        // SAFETY: the promise made to `new`; the buffer is as large as is said.
        let length = unsafe { ffi::mt_request_peer(self.raw, text.as_mut_ptr() as *mut _, text.len()) };
        String::from_utf8_lossy(&text[..length.min(text.len() - 1)]).into_owned()
    }

    fn handling(&self) -> Result<&'a Call<'a>, Error> {
        match self.call {
            Some(call) if call.may_defer => Ok(call),
            _ => Err(Error::new(ErrorKind::InvalidState, "only a handler's request can do this")),
        }
    }

    /// Lets the answer come later, from any thread: by the exchange, to which the response belongs from now on.
    ///
    /// Errors: [`ErrorKind::InvalidState`] (deferred already, or no handler's request), [`ErrorKind::NoMemory`].
    pub fn defer(&self) -> Result<Exchange, Error> {
        let call = self.handling()?;
        let mut raw = ptr::null_mut();
        // SAFETY: a handler's request, on its thread; the reference that comes back goes to `Held`.
        let held = unsafe {
            check(ffi::mt_request_defer(self.raw, &mut raw))?;
            Arc::new(Held::new(raw, call))
        };
        *call.deferred.borrow_mut() = Some(Arc::clone(&held));
        Ok(Exchange::new(held))
    }

    /// Takes the body of a streamed route piece by piece, on the reactor's thread, after the handler has returned.
    /// Without this call the body is dropped. An answer that is whole before the body is ends it:
    /// [`BodyEvent::Failed`]. A closure that panics is not called again.
    ///
    /// Errors: [`ErrorKind::InvalidState`] (no streamed route, asked twice).
    pub fn on_body<F>(&self, take: F) -> Result<(), Error>
    where
        F: FnMut(BodyEvent<'_>) -> Flow + Send + 'static,
    {
        let call = self.handling()?;
        let body = Callback::into_raw(call.log, Body::new(self.raw, take));
        let destroy = Some(Callback::<Body<F>>::destroy as unsafe extern "C" fn(_));
        // SAFETY: a handler's request, on its thread; the closure goes along, also on failure.
        check(unsafe { ffi::mt_request_body_stream(self.raw, Some(take_body::<F>), body, destroy) })?;
        call.has_asked_for_body.set(true);
        if let Some(held) = &*call.deferred.borrow() {
            held.body_was_asked_for();
        }
        Ok(())
    }

    /// The body of a streamed route for a thread that reads it, once the request is deferred. The peer is read no
    /// faster than the reader reads.
    ///
    /// Errors: [`ErrorKind::InvalidState`] (not deferred, no streamed route, asked twice).
    pub fn body_reader(&self) -> Result<BodyReader, Error> {
        let call = self.handling()?;
        let held = call
            .deferred
            .borrow()
            .clone()
            .ok_or_else(|| Error::new(ErrorKind::InvalidState, "a body is read once its request is deferred"))?;
        let (reader, take) = BodyReader::new(&held);
        self.on_body(take)?;
        Ok(reader)
    }
}
