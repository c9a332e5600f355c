use std::marker::PhantomData;

use crate::ffi;
use crate::text::Text;

type At = unsafe extern "C" fn(*const ffi::mt_request, usize) -> ffi::mt_field;

/// Names and values, in the order they came: header fields, trailer fields or parameters.
#[derive(Clone)]
pub struct Fields<'a> {
    request: *const ffi::mt_request,
    at: At,
    next: usize,
    end: usize,
    _request: PhantomData<&'a ()>,
}

impl Fields<'_> {
    /// # Safety
    /// `at` must answer for `request` within the lifetime, up to `end`.
    pub(crate) unsafe fn new(request: *const ffi::mt_request, at: At, end: usize) -> Self {
        Fields { request, at, next: 0, end, _request: PhantomData }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Text<'a>, Text<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            return None;
        }
        // SAFETY: the promise made to `new`.
        let field = unsafe {
            let field = (self.at)(self.request, self.next);
            (Text::from_slice(field.name), Text::from_slice(field.value))
        };
        self.next += 1;
        Some(field)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.next, Some(self.end - self.next))
    }
}

impl ExactSizeIterator for Fields<'_> {}
