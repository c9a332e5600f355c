//! Which handler answers what.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::callback::Callback;
use crate::error::{explained, Error};
use crate::failure::IntoResponse;
use crate::ffi;
use crate::handler::{handle, handle_error, Handler};
use crate::request::Request;
use crate::response::Response;
use crate::route::{Method, Route};
use crate::server::Server;
use crate::text::slice_of;

/// Registers a handler for one method. Its contract is [`Server::route`]'s.
macro_rules! shorthands {
    ($($(#[$doc:meta])* $name:ident: $method:ident,)*) => {$(
        $(#[$doc])*
        pub fn $name<F, R>(&mut self, pattern: &str, handler: F) -> Result<&mut Server, Error>
        where
            F: Fn(&Request<'_>, &mut Response<'_>) -> R + Send + Sync + 'static,
            R: IntoResponse,
        {
            self.route(Route::new(Method::$method, pattern), handler)
        }
    )*};
}

/// Routes are registered before start, in any order. A handler runs on a reactor's thread (or on a worker, where its
/// [`Route`] says so), at once on several. One that panics, or returns an error, is answered for with 500 and named in
/// the log.
impl Server {
    shorthands! {
        /// Answers GET, and HEAD. As [`Server::route`].
        get: Get,
        /// Answers HEAD. As [`Server::route`].
        head: Head,
        /// Answers POST. As [`Server::route`].
        post: Post,
        /// Answers PUT. As [`Server::route`].
        put: Put,
        /// Answers DELETE. As [`Server::route`].
        delete: Delete,
        /// Answers PATCH. As [`Server::route`].
        patch: Patch,
        /// Answers OPTIONS. As [`Server::route`].
        options: Options,
    }

    /// Registers a handler. It is dropped once, with the server or with the last exchange that it deferred; when the
    /// call fails, at once.
    ///
    /// Errors: [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (pattern, options),
    /// [`Conflict`](crate::ErrorKind::Conflict) (both patterns are named),
    /// [`InvalidState`](crate::ErrorKind::InvalidState) (started), [`NoMemory`](crate::ErrorKind::NoMemory).
    pub fn route<F, R>(&mut self, route: Route, handler: F) -> Result<&mut Server, Error>
    where
        F: Fn(&Request<'_>, &mut Response<'_>) -> R + Send + Sync + 'static,
        R: IntoResponse,
    {
        let user_data = Callback::into_raw(self.log(), route.handler(handler));
        let destroy = Some(Callback::<Handler<F>>::destroy as unsafe extern "C" fn(_));
        let (method, pattern) = (route.method(), slice_of(route.pattern().as_bytes()));
        let (options, raw, call) = (route.options(), self.as_ptr(), Some(handle::<F, R> as _));
        // SAFETY: the server lives; pattern and options are copied, the handler goes along, also on failure.
        explained(|error| unsafe {
            ffi::mt_server_route(raw, method, pattern, call, user_data, destroy, &options, error)
        })?;
        Ok(self)
    }

    /// Answers what no pattern matches. The status is 404 unless the handler sets another. As [`Server::route`].
    pub fn fallback<F, R>(&mut self, handler: F) -> Result<&mut Server, Error>
    where
        F: Fn(&Request<'_>, &mut Response<'_>) -> R + Send + Sync + 'static,
        R: IntoResponse,
    {
        let handler = Handler { is_on_worker: false, is_streamed: false, call: handler };
        let user_data = Callback::into_raw(self.log(), handler);
        let destroy = Some(Callback::<Handler<F>>::destroy as unsafe extern "C" fn(_));
        let (raw, call) = (self.as_ptr(), Some(handle::<F, R> as _));
        // SAFETY: the server lives; the handler goes along, also on failure.
        explained(|error| unsafe { ffi::mt_server_fallback(raw, call, user_data, destroy, error) })?;
        Ok(self)
    }

    /// Fills the error answers that the server itself makes, whose status (400 … 599) is set already. There is no
    /// request when it could not be parsed. May be called from any thread. As [`Server::route`].
    pub fn error_handler<F>(&mut self, handler: F) -> Result<&mut Server, Error>
    where
        F: Fn(Option<&Request<'_>>, &mut Response<'_>, u16) + Send + Sync + 'static,
    {
        let user_data = Callback::into_raw(self.log(), handler);
        let destroy = Some(Callback::<F>::destroy as unsafe extern "C" fn(_));
        let (raw, call) = (self.as_ptr(), Some(handle_error::<F> as _));
        // SAFETY: the server lives; the handler goes along, also on failure.
        explained(|error| unsafe { ffi::mt_server_error_handler(raw, call, user_data, destroy, error) })?;
        Ok(self)
    }

    /// Serves the files below the folder `root` under `prefix`: "/static" answers "/static/{path...}". Hidden files,
    /// and what leads out of the folder, are 404.
    ///
    /// Errors: as [`Server::route`]; [`NotFound`](crate::ErrorKind::NotFound) (no readable folder).
    pub fn files(&mut self, prefix: &str, root: impl AsRef<Path>) -> Result<&mut Server, Error> {
        let root = slice_of(root.as_ref().as_os_str().as_bytes());
        let (raw, prefix) = (self.as_ptr(), slice_of(prefix.as_bytes()));
        // SAFETY: the server lives; the slices are copied.
        explained(|error| unsafe { ffi::mt_server_files(raw, prefix, root, error) })?;
        Ok(self)
    }
}
