//! The C ABI of libmartlet as it is, for what the safe wrapper does not reach. `martlet.h` is its manual: it says who
//! owns what, on which thread a function may be called, and what can fail.
#![allow(missing_docs, non_camel_case_types)]

mod functions;
mod types;

pub use functions::*;
pub use types::*;
