//! What the crate promises, tried over real sockets.
mod abi;
mod bodies;
mod exchanges;
mod handlers;
mod panics;
mod polled;
mod responses;
mod servers;
mod streams;
mod support;
mod threads;
