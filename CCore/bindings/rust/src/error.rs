use std::borrow::Cow;
use std::ffi::CStr;
use std::{fmt, io, mem};

use crate::ffi;

/// What failed, as the C ABI tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An allocation failed; nothing changed.
    NoMemory,
    /// An argument is outside its range.
    InvalidArgument,
    /// The call does not fit the object's state: answered twice, registered after start, …
    InvalidState,
    /// Two patterns would match the same requests.
    Conflict,
    /// The address is taken by another socket.
    AddressInUse,
    /// The address cannot be resolved or does not belong to this machine.
    AddressUnavailable,
    /// The operating system refused for lack of rights.
    Permission,
    /// Any other failure of the operating system; [`Error::errno`] says which.
    System,
    /// A limit was reached.
    Limit,
    /// The peer is gone or the server stopped; what was written is lost.
    Closed,
    /// What was asked for does not exist.
    NotFound,
    /// The call was made from a thread that may not make it.
    WrongThread,
    /// A deadline passed.
    Timeout,
    /// The peer sent something that is not HTTP.
    Malformed,
    /// A status of a newer library.
    Unknown,
}

impl ErrorKind {
    fn of(status: ffi::mt_status) -> ErrorKind {
        use ErrorKind::*;
        match status {
            ffi::MT_ERROR_NO_MEMORY => NoMemory,
            ffi::MT_ERROR_INVALID_ARGUMENT => InvalidArgument,
            ffi::MT_ERROR_INVALID_STATE => InvalidState,
            ffi::MT_ERROR_CONFLICT => Conflict,
            ffi::MT_ERROR_ADDRESS_IN_USE => AddressInUse,
            ffi::MT_ERROR_ADDRESS_UNAVAILABLE => AddressUnavailable,
            ffi::MT_ERROR_PERMISSION => Permission,
            ffi::MT_ERROR_SYSTEM => System,
            ffi::MT_ERROR_LIMIT => Limit,
            ffi::MT_ERROR_CLOSED => Closed,
            ffi::MT_ERROR_NOT_FOUND => NotFound,
            ffi::MT_ERROR_WRONG_THREAD => WrongThread,
            ffi::MT_ERROR_TIMEOUT => Timeout,
            ffi::MT_ERROR_MALFORMED => Malformed,
            _ => Unknown,
        }
    }

    fn sentence(self) -> &'static str {
        use ErrorKind::*;
        match self {
            NoMemory => "no memory",
            InvalidArgument => "an argument is outside its range",
            InvalidState => "the call does not fit the object's state",
            Conflict => "two patterns match the same requests",
            AddressInUse => "the address is in use",
            AddressUnavailable => "the address is not available",
            Permission => "permission denied",
            System => "the operating system failed",
            Limit => "a limit was reached",
            Closed => "the peer is gone or the server stopped",
            NotFound => "not found",
            WrongThread => "called from a thread that may not",
            Timeout => "a deadline passed",
            Malformed => "the peer sent what is not HTTP",
            Unknown => "an error this version of the crate does not know",
        }
    }

    fn io_kind(self) -> io::ErrorKind {
        match self {
            ErrorKind::AddressInUse => io::ErrorKind::AddrInUse,
            ErrorKind::AddressUnavailable => io::ErrorKind::AddrNotAvailable,
            ErrorKind::Permission => io::ErrorKind::PermissionDenied,
            ErrorKind::Closed => io::ErrorKind::ConnectionAborted,
            ErrorKind::NotFound => io::ErrorKind::NotFound,
            ErrorKind::WrongThread => io::ErrorKind::WouldBlock,
            ErrorKind::Timeout => io::ErrorKind::TimedOut,
            ErrorKind::Malformed => io::ErrorKind::InvalidData,
            ErrorKind::InvalidArgument => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        }
    }
}

/// Why a call failed, with a sentence for a person: what, where, the allowed range.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    errno: Option<i32>,
    message: Cow<'static, str>,
}

impl Error {
    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The failed system call's errno, if there was one.
    pub fn errno(&self) -> Option<i32> {
        self.errno
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        Error { kind, errno: None, message: message.into() }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error::new(kind, kind.sentence())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::new(error.kind.io_kind(), error)
    }
}

#[cold]
pub(crate) fn error_of(status: ffi::mt_status) -> Error {
    ErrorKind::of(status).into()
}

#[inline]
pub(crate) fn check(status: ffi::mt_status) -> Result<(), Error> {
    match status {
        ffi::MT_OK => Ok(()),
        status => Err(error_of(status)),
    }
}

/// Makes a call that fills an `mt_error` when it fails.
pub(crate) fn explained(call: impl FnOnce(*mut ffi::mt_error) -> ffi::mt_status) -> Result<(), Error> {
    let mut filled = ffi::mt_error {
        struct_size: mem::size_of::<ffi::mt_error>(),
        status: ffi::MT_OK,
        system_errno: 0,
        message: [0; 256],
    };
    let mut error = match check(call(&mut filled)) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    // SAFETY: the message was zeroed before the call, and the library terminates what it writes there.
    let message = unsafe { CStr::from_ptr(filled.message.as_ptr()) }.to_string_lossy();
    if !message.is_empty() {
        error.message = message.into_owned().into();
    }
    error.errno = Some(filled.system_errno).filter(|errno| *errno != 0);
    Err(error)
}
