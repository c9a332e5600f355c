//! Martlet, an HTTP/1.1 server to embed: safe Rust over libmartlet's C ABI.
//!
//! ```no_run
//! use martlet::{Config, Server};
//!
//! fn main() -> Result<(), martlet::Error> {
//!     let mut server = Server::new(Config::new())?;
//!     server.get("/hello", |_, _| "Hello, World!")?;
//!     server.listen("127.0.0.1", 8080)?;
//!     server.run()
//! }
//! ```
//!
//! A handler is a closure. It runs on a reactor's thread to completion, or on a worker where its [`Route`] says so, or
//! it [defers](Request::defer), and any thread answers later by the [`Exchange`], whole or as a [`Stream`]. Bodies are
//! there when the handler runs, or [come piece by piece](Request::on_body).
//!
//! **Errors** are values: [`Error`] says what failed, where, and what was allowed. What a handler cannot do anything
//! about it returns, as a [`Failure`].
//!
//! **Panics** stop at the boundary. A handler that panics is answered for with 500, a callback that panics is not called
//! again, a destructor that panics has run; each is a line in the log ([`Config::log`]), and the server goes on.

#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]
#![warn(rust_2018_idioms, clippy::undocumented_unsafe_blocks)]

mod body;
mod body_reader;
mod callback;
mod config;
mod error;
mod exchange;
mod failure;
pub mod ffi;
mod fields;
mod handler;
mod inject;
mod log;
mod polled;
mod request;
mod response;
mod route;
mod routes;
mod server;
mod stats;
mod stream;
mod text;
mod threads;

/// The version of the library that the program runs with: "major.minor.patch".
pub fn version() -> &'static str {
    // SAFETY: a text that lives as long as the program.
    unsafe { std::ffi::CStr::from_ptr(ffi::mt_version()) }.to_str().unwrap_or_default()
}

pub use body::{BodyEvent, BodyResumer, Flow};
pub use body_reader::BodyReader;
pub use config::Config;
pub use error::{Error, ErrorKind};
pub use exchange::Exchange;
pub use failure::{Failure, IntoResponse};
pub use fields::Fields;
pub use log::Level;
pub use polled::PolledServer;
pub use request::Request;
pub use response::Response;
pub use route::{Method, Route};
pub use server::Server;
pub use stats::Stats;
pub use stream::Stream;
pub use text::Text;
pub use threads::ThreadBody;
