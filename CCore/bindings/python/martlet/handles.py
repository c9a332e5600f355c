"""Python objects that C holds: kept alive here until the library calls their destructor, which it does once."""
from __future__ import annotations

import logging
from typing import Any

from ._native import ffi

log = logging.getLogger("martlet.error")
_held: set[Any] = set()


def hold(value):
    """A `void *` that stands for `value`, for a call that also takes `martlet_destroy`."""
    handle = ffi.new_handle(value)
    _held.add(handle)
    return handle


value_of = ffi.from_handle


@ffi.def_extern()
def martlet_destroy(handle):
    _held.discard(handle)
