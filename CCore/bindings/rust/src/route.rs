use std::mem;

use crate::ffi;
use crate::handler::Handler;

/// A request's method: RFC 9110 §9, RFC 5789.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // their names are the methods'
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Connect,
    Options,
    Trace,
    Patch,
}

const METHODS: [(Method, ffi::mt_method); 9] = [
    (Method::Get, ffi::MT_METHOD_GET),
    (Method::Head, ffi::MT_METHOD_HEAD),
    (Method::Post, ffi::MT_METHOD_POST),
    (Method::Put, ffi::MT_METHOD_PUT),
    (Method::Delete, ffi::MT_METHOD_DELETE),
    (Method::Connect, ffi::MT_METHOD_CONNECT),
    (Method::Options, ffi::MT_METHOD_OPTIONS),
    (Method::Trace, ffi::MT_METHOD_TRACE),
    (Method::Patch, ffi::MT_METHOD_PATCH),
];

impl Method {
    /// `None` for what no handler ever sees: the server answers an unknown method with 501.
    pub(crate) fn of(raw: ffi::mt_method) -> Option<Method> {
        METHODS.iter().find(|(_, known)| *known == raw).map(|(method, _)| *method)
    }

    fn to_ffi(self) -> ffi::mt_method {
        METHODS[self as usize].1
    }
}

/// Which requests a handler answers, where it runs, and how it gets their bodies.
///
/// A pattern starts with "/"; a segment is literal text, `{name}` (one segment, percent-decoded) or, last, `{name...}`
/// (the rest of the path, possibly empty). Literal text wins over a parameter, a parameter over a rest. A GET route
/// answers HEAD too, unless HEAD has its own.
#[derive(Clone, Debug)]
pub struct Route {
    method: Method,
    pattern: String,
    is_on_worker: bool,
    is_streamed: bool,
    max_body_bytes: u64,
}

impl Route {
    /// Answered on the reactor, with whole bodies of up to the server's `max_body_bytes`.
    pub fn new(method: Method, pattern: impl Into<String>) -> Route {
        let pattern = pattern.into();
        Route { method, pattern, is_on_worker: false, is_streamed: false, max_body_bytes: 0 }
    }

    /// A route for GET, and HEAD.
    pub fn get(pattern: impl Into<String>) -> Route {
        Route::new(Method::Get, pattern)
    }

    /// A route for POST.
    pub fn post(pattern: impl Into<String>) -> Route {
        Route::new(Method::Post, pattern)
    }

    /// A route for PUT.
    pub fn put(pattern: impl Into<String>) -> Route {
        Route::new(Method::Put, pattern)
    }

    /// Runs the handler on a worker thread: it may block. When the queue is full the answer is 503.
    #[must_use]
    pub fn on_worker(mut self) -> Route {
        self.is_on_worker = true;
        self
    }

    /// Runs the handler after the header section; it asks for the body with
    /// [`Request::on_body`](crate::Request::on_body) or [`Request::body_reader`](crate::Request::body_reader), else it
    /// is dropped. Not together with [`Route::on_worker`].
    #[must_use]
    pub fn streamed(mut self) -> Route {
        self.is_streamed = true;
        self
    }

    /// Bytes of a request's body; past it 413. `u64::MAX`: no limit. 0: the server's own setting.
    #[must_use]
    pub fn max_body_bytes(mut self, limit: u64) -> Route {
        self.max_body_bytes = limit;
        self
    }

    pub(crate) fn method(&self) -> ffi::mt_method {
        self.method.to_ffi()
    }

    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    pub(crate) fn handler<F>(&self, call: F) -> Handler<F> {
        Handler { is_on_worker: self.is_on_worker, is_streamed: self.is_streamed, call }
    }

    pub(crate) fn options(&self) -> ffi::mt_route_options {
        let choose = |says_yes: bool, yes, no| if says_yes { yes } else { no };
        ffi::mt_route_options {
            struct_size: mem::size_of::<ffi::mt_route_options>(),
            dispatch: choose(self.is_on_worker, ffi::MT_DISPATCH_WORKER, ffi::MT_DISPATCH_INLINE),
            body_mode: choose(self.is_streamed, ffi::MT_BODY_STREAM, ffi::MT_BODY_WHOLE),
            max_body_bytes: self.max_body_bytes,
        }
    }
}
