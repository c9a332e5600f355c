use std::cell::Cell;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use crate::body::BodyResumer;
use crate::callback::{guard, Callback};
use crate::error::{check, Error};
use crate::failure::IntoResponse;
use crate::ffi;
use crate::handler::Call;
use crate::log::Log;
use crate::request::Request;
use crate::response::Response;
use crate::stream::Stream;

/// The one reference to an exchange, given back when the last who shares it lets go.
pub(crate) struct Held {
    raw: *mut ffi::mt_exchange,
    /// The library may still write to it on this exchange's account.
    log: Arc<Log>,
    has_asked_for_body: AtomicBool,
    reactor: Option<ThreadId>,
}

// SAFETY: the library lets any thread use and release an exchange; those functions that only one thread at a time may
// call are reached through `&mut` or by value.
unsafe impl Send for Held {}
// SAFETY: as above; what is reached through `&` only reads, or is for any thread.
unsafe impl Sync for Held {}

impl Held {
    /// # Safety
    /// `raw` is a reference that the caller gives away, in the handler that `call` is for.
    pub unsafe fn new(raw: *mut ffi::mt_exchange, call: &Call<'_>) -> Held {
        Held {
            raw,
            log: Arc::clone(call.log),
            has_asked_for_body: AtomicBool::new(call.has_asked_for_body.get()),
            reactor: (!call.is_on_worker).then(|| thread::current().id()),
        }
    }

    pub fn as_ptr(&self) -> *mut ffi::mt_exchange {
        self.raw
    }

    pub fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// Whoever waits there for what the reactor does waits for good. Of a worker's exchange it is not known.
    pub fn reactor(&self) -> Option<ThreadId> {
        self.reactor
    }

    pub fn is_on_reactor(&self) -> bool {
        self.reactor == Some(thread::current().id())
    }

    pub fn body_was_asked_for(&self) {
        self.has_asked_for_body.store(true, Ordering::Release);
    }

    /// What the library knows of this it may be asked on the reactor alone.
    pub fn has_asked_for_body(&self) -> bool {
        self.has_asked_for_body.load(Ordering::Acquire)
    }

    pub fn is_cancelled(&self) -> bool {
        // SAFETY: it is held.
        unsafe { ffi::mt_exchange_is_cancelled(self.raw) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the reference is this one's, and nobody shares it any more.
        unsafe { ffi::mt_exchange_release(self.raw) };
    }
}

/// A request whose answer comes later, from any thread. Dropped without an answer, the peer gets 500.
///
/// On the reactor's own thread an answer takes effect at once: from inside the call the server may run the handlers and
/// body closures of the same connection, so that no lock that these take may be held around it.
///
/// ```
/// # use martlet::*;
/// # let mut server = Server::new(Config::new())?;
/// server.get("/later", |request, _| {
///     let exchange = request.defer()?;
///     std::thread::spawn(move || exchange.answer("later"));
///     Ok::<(), Error>(())
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// It answers once:
///
/// ```compile_fail
/// fn answer_twice(exchange: martlet::Exchange) {
///     exchange.complete();
///     exchange.complete();
/// }
/// ```
pub struct Exchange {
    held: Arc<Held>,
    _not_sync: PhantomData<Cell<()>>,
}

impl Exchange {
    pub(crate) fn new(held: Arc<Held>) -> Exchange {
        Exchange { held, _not_sync: PhantomData }
    }

    /// The request.
    pub fn request(&self) -> Request<'_> {
        // SAFETY: the exchange is held, and nobody changes what a request without its call shows.
        unsafe { Request::new(ffi::mt_exchange_request(self.held.raw), None) }
    }

    /// The response, to fill before it is completed.
    pub fn response(&mut self) -> Response<'_> {
        // SAFETY: the exchange is held and not completed, and the handler's own response is closed.
        unsafe { Response::new(ffi::mt_exchange_response(self.held.raw), &self.held.log, None) }
    }

    /// Sends the response as it was filled; 500 when it was not.
    ///
    /// Errors: [`ErrorKind::Closed`](crate::ErrorKind::Closed) (the peer is gone, or the server stopped).
    pub fn complete(self) -> Result<(), Error> {
        // SAFETY: the exchange is held.
        check(unsafe { ffi::mt_exchange_complete(self.held.raw) })
    }

    /// Fills the response as a handler's result would, and sends it. A failure that the peer is not told is logged, and
    /// the answer is 500.
    ///
    /// Errors: as [`Exchange::complete`].
    pub fn answer(mut self, answer: impl IntoResponse) -> Result<(), Error> {
        if let Err(failure) = answer.into_response(&mut self.response()) {
            if !failure.is_for_peer() || failure.fill(&mut self.response()).is_err() {
                let log = &self.held.log;
                log.error(&format!("a deferred answer failed: {}", failure.message()));
                return Ok(());
            }
        }
        self.complete()
    }

    /// Sends the response's head, and opens its body: exactly `length` bytes, or as many as come. A body set before is
    /// dropped.
    ///
    /// Errors: [`ErrorKind::Closed`](crate::ErrorKind::Closed), [`ErrorKind::NoMemory`](crate::ErrorKind::NoMemory).
    pub fn stream(self, length: Option<u64>) -> Result<Stream, Error> {
        Stream::start(self.held, length, || {})
    }

    /// As [`Exchange::stream`]. `on_drained` is called on the reactor when writing may go on after
    /// [`Flow::Pause`](crate::Flow::Pause), or when the peer is gone.
    pub fn stream_with<F>(self, length: Option<u64>, on_drained: F) -> Result<Stream, Error>
    where
        F: Fn() + Send + Sync + 'static,
    {
        Stream::start(self.held, length, on_drained)
    }

    /// Whether the peer is gone or the server stopped, so that an answer is of no use.
    pub fn is_cancelled(&self) -> bool {
        self.held.is_cancelled()
    }

    /// Sets what is called once, on the reactor, when the peer is gone before the answer is complete; at once if it
    /// already is.
    ///
    /// Errors: [`ErrorKind::InvalidState`](crate::ErrorKind::InvalidState) (set twice).
    pub fn on_cancel<F: FnOnce() + Send + 'static>(&mut self, call: F) -> Result<(), Error> {
        let callback = Callback::into_raw(&self.held.log, Mutex::new(Some(call)));
        let destroy = Some(Callback::<Mutex<Option<F>>>::destroy as unsafe extern "C" fn(_));
        // SAFETY: the exchange is held, and `&mut` keeps others off; the closure goes along, also on failure.
        check(unsafe { ffi::mt_exchange_on_cancel(self.held.raw, Some(cancelled::<F>), callback, destroy) })
    }

    /// What lets a paused request body flow again. It keeps the exchange no longer than its owner does.
    pub fn body_resumer(&self) -> BodyResumer {
        BodyResumer::new(Arc::downgrade(&self.held))
    }
}

/// An `mt_exchange_fn`.
///
/// # Safety
/// `user_data` is a `Callback<Mutex<Option<F>>>`.
unsafe extern "C" fn cancelled<F: FnOnce() + Send + 'static>(_: *mut ffi::mt_exchange, user_data: *mut c_void) {
    // SAFETY: the caller's promise; what the closure does may destroy it.
    let callback = unsafe { Callback::<Mutex<Option<F>>>::hold(user_data) };
    let call = callback.content().lock().map_or(None, |mut call| call.take());
    guard(callback.log(), "what was to be called at cancellation", || call.map(|call| call()));
}
