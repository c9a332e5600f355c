use std::ffi::c_void;
use std::sync::{Mutex, Weak};

use crate::callback::{guard, Callback};
use crate::error::{check, error_of, Error, ErrorKind};
use crate::exchange::Held;
use crate::ffi;
use crate::fields::Fields;
use crate::text::bytes_of;

/// What a body's consumer is told.
pub enum BodyEvent<'a> {
    /// Some bytes of the body.
    Data(&'a [u8]),
    /// The body is complete, with these trailer fields. Nothing more is told.
    End(Fields<'a>),
    /// The body will not complete: the peer left, broke the framing, was too slow or sent too much. Nothing more is
    /// told.
    Failed(Error),
}

/// Whether bytes may go on coming, or be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop for now.
    Pause,
}

/// A consumer, until it panics, and the request that it consumes the body of.
pub(crate) struct Body<F> {
    request: *mut ffi::mt_request,
    take: Mutex<Option<F>>,
}

impl<F> Body<F> {
    pub fn new(request: *mut ffi::mt_request, take: F) -> Body<F> {
        Body { request, take: Mutex::new(Some(take)) }
    }
}

/// An `mt_body_fn`.
///
/// # Safety
/// `user_data` is a `Callback<Body<F>>` of an exchange whose body has not ended; `bytes` holds for the call.
pub(crate) unsafe extern "C" fn take_body<F>(
    event: ffi::mt_body_event,
    bytes: ffi::mt_slice,
    status: ffi::mt_status,
    user_data: *mut c_void,
) -> ffi::mt_flow
where
    F: FnMut(BodyEvent<'_>) -> Flow + Send + 'static,
{
    // SAFETY: the caller's promise; what the closure does may end the body.
    let callback = unsafe { Callback::<Body<F>>::hold(user_data) };
    let body = callback.content();
    // SAFETY: the caller's promise; the trailers are complete at the end.
    let told = unsafe {
        match event {
            ffi::MT_BODY_DATA => BodyEvent::Data(bytes_of(bytes)),
            ffi::MT_BODY_END => {
                let count = ffi::mt_request_trailer_count(body.request);
                BodyEvent::End(Fields::new(body.request, ffi::mt_request_trailer_at, count))
            }
            _ => BodyEvent::Failed(error_of(status)),
        }
    };
    // Never called while it runs; should the library ever do so, the closure is not entered twice.
    let mut take = match body.take.try_lock() {
        Ok(take) => take,
        Err(_) => return ffi::MT_FLOW_CONTINUE,
    };
    let flow = take.as_mut().map(|take| guard(callback.log(), "the consumer of a body", || take(told)));
    match flow {
        Some(Some(Flow::Pause)) => ffi::MT_FLOW_PAUSE,
        Some(None) => {
            let panicked = take.take();
            drop(take);
            guard(callback.log(), "a destructor", || drop(panicked));
            ffi::MT_FLOW_CONTINUE
        }
        _ => ffi::MT_FLOW_CONTINUE,
    }
}

/// Lets a paused request body flow again, from any thread. It keeps no exchange alive.
#[derive(Clone)]
pub struct BodyResumer(Weak<Held>);

impl BodyResumer {
    pub(crate) fn new(held: Weak<Held>) -> BodyResumer {
        BodyResumer(held)
    }

    /// Errors: [`ErrorKind::InvalidState`] (no body was asked for), [`ErrorKind::Closed`] (the exchange is over).
    pub fn resume(&self) -> Result<(), Error> {
        let held = self.0.upgrade().ok_or(ErrorKind::Closed)?;
        if !held.has_asked_for_body() {
            return Err(Error::new(ErrorKind::InvalidState, "no body was asked for"));
        }
        // SAFETY: the exchange is held.
        check(unsafe { ffi::mt_exchange_body_resume(held.as_ptr()) })
    }
}
