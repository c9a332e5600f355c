//! From C to a handler and back: one call, and what became of it.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::fmt;
use std::os::raw::c_int;
use std::sync::Arc;

use crate::callback::{guard, Callback};
use crate::exchange::Held;
use crate::failure::{Failure, IntoResponse};
use crate::ffi;
use crate::log::Log;
use crate::request::Request;
use crate::response::Response;

/// A handler's closure, and how its route was registered.
pub(crate) struct Handler<F> {
    pub is_on_worker: bool,
    pub is_streamed: bool,
    pub call: F,
}

/// What request and response know of the call that they are made for.
pub(crate) struct Call<'a> {
    pub log: &'a Arc<Log>,
    pub is_on_worker: bool,
    pub is_streamed: bool,
    /// False where the server itself answers: there is nothing to defer.
    pub may_defer: bool,
    pub has_asked_for_body: Cell<bool>,
    pub deferred: RefCell<Option<Arc<Held>>>,
}

impl<'a> Call<'a> {
    fn of_handler<F>(log: &'a Arc<Log>, handler: &Handler<F>) -> Call<'a> {
        Call {
            log,
            is_on_worker: handler.is_on_worker,
            is_streamed: handler.is_streamed,
            may_defer: true,
            has_asked_for_body: Cell::new(false),
            deferred: RefCell::new(None),
        }
    }

    fn of_error_handler(log: &'a Arc<Log>) -> Call<'a> {
        let handler = Handler { is_on_worker: false, is_streamed: true, call: () };
        Call { may_defer: false, ..Call::of_handler(log, &handler) }
    }

    #[inline]
    pub fn is_deferred(&self) -> bool {
        self.deferred.borrow().is_some()
    }
}

/// An `mt_handler_fn`.
///
/// # Safety
/// The pointers are C's, of one exchange and for this call; `user_data` is a `Callback<Handler<F>>`.
pub(crate) unsafe extern "C" fn handle<F, R>(
    raw_request: *mut ffi::mt_request,
    raw_response: *mut ffi::mt_response,
    user_data: *mut c_void,
) where
    F: Fn(&Request<'_>, &mut Response<'_>) -> R + Send + Sync + 'static,
    R: IntoResponse,
{
    // SAFETY: the caller's promise. A handler is kept as long as one of its exchanges.
    let callback = unsafe { Callback::<Handler<F>>::borrow(user_data) };
    let handler = callback.content();
    let call = Call::of_handler(callback.log(), handler);
    // SAFETY: the caller's promise, and both are gone before this returns.
    let (request, mut response) =
        unsafe { (Request::new(raw_request, Some(&call)), Response::new(raw_response, call.log, Some(&call))) };
    let outcome =
        guard(call.log, HandlerOf(&request), || (handler.call)(&request, &mut response).into_response(&mut response));
    match outcome {
        Some(Ok(())) => {}
        Some(Err(failure)) => answer_failure(&request, &mut response, &failure),
        None => fail(&mut response),
    }
}

/// An `mt_error_handler_fn`.
///
/// # Safety
/// The pointers are C's, for this call; `user_data` is a `Callback<F>`.
pub(crate) unsafe extern "C" fn handle_error<F>(
    raw_request: *const ffi::mt_request,
    raw_response: *mut ffi::mt_response,
    http_status: c_int,
    user_data: *mut c_void,
) where
    F: Fn(Option<&Request<'_>>, &mut Response<'_>, u16) + Send + Sync + 'static,
{
    // SAFETY: the caller's promise.
    let callback = unsafe { Callback::<F>::borrow(user_data) };
    let call = Call::of_error_handler(callback.log());
    // SAFETY: the caller's promise; a request that may not be deferred is only read.
    let (request, mut response) = unsafe {
        let request = (!raw_request.is_null()).then(|| Request::new(raw_request as *mut ffi::mt_request, Some(&call)));
        (request, Response::new(raw_response, call.log, Some(&call)))
    };
    guard(call.log, "the error handler", || (callback.content())(request.as_ref(), &mut response, http_status as u16));
}

struct HandlerOf<'a>(&'a Request<'a>);

impl fmt::Display for HandlerOf<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.route() {
            pattern if pattern.is_empty() => formatter.write_str("the fallback handler"),
            pattern => write!(formatter, "the handler of {pattern}"),
        }
    }
}

#[cold]
fn answer_failure(request: &Request<'_>, response: &mut Response<'_>, failure: &Failure) {
    let is_told = failure.is_for_peer() && failure.fill(response).is_ok();
    if is_told {
        return;
    }
    response.log().error(&format!("{} failed: {}", HandlerOf(request), failure.message()));
    fail(response);
}

/// The answer of a handler that deferred is its exchange's to give.
#[cold]
fn fail(response: &mut Response<'_>) {
    let _ = response.fail(500);
}
