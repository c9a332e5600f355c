use std::ops::Deref;
use std::os::raw::c_char;
use std::{fmt, slice, str};

use crate::ffi;

/// Octets of a message that are text most of the time: HTTP promises no encoding. Shown (`{}`), what is not UTF-8
/// becomes U+FFFD.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// The octets as they came.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text. Errors: when it is not UTF-8.
    pub fn to_str(self) -> Result<&'a str, str::Utf8Error> {
        str::from_utf8(self.0)
    }

    /// # Safety
    /// The slice must hold for `'a`.
    pub(crate) unsafe fn from_slice(slice: ffi::mt_slice) -> Text<'a> {
        // SAFETY: the caller's promise.
        Text(unsafe { bytes_of(slice) })
    }
}

impl Deref for Text<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.0
    }
}

impl AsRef<[u8]> for Text<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&String::from_utf8_lossy(self.0))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", String::from_utf8_lossy(self.0))
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

pub(crate) const EMPTY: ffi::mt_slice = ffi::mt_slice { data: std::ptr::null(), size: 0 };

#[inline]
pub(crate) fn slice_of(bytes: &[u8]) -> ffi::mt_slice {
    ffi::mt_slice { data: bytes.as_ptr() as *const c_char, size: bytes.len() }
}

/// # Safety
/// The slice must hold for `'a`.
pub(crate) unsafe fn bytes_of<'a>(slice: ffi::mt_slice) -> &'a [u8] {
    if slice.size == 0 {
        return &[];
    }
    // SAFETY: a slice of more than no octets has a place, and holds for `'a` by the caller's promise.
    unsafe { slice::from_raw_parts(slice.data as *const u8, slice.size) }
}
