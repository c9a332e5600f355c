"""A request and its response, as the library lends them to a handler. What is over raises, it does not crash."""
from __future__ import annotations

from typing import Callable, Optional, Union

from ._native import ffi, lib
from .errors import check, expired
from .handles import hold

Bytes = Union[bytes, bytearray, memoryview]
METHODS = {name: getattr(lib, f"MT_METHOD_{name}")
           for name in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH")}
LENGTH_UNKNOWN = 2**64 - 1
LENT_BYTES = 16384  # bodies from here on are not copied


def text_bytes(slice_) -> bytes:
    """A copy of what a slice holds."""
    return ffi.buffer(slice_.data, slice_.size)[:] if slice_.size else b""


def as_slice(value: Union[str, Bytes]):
    """The slice of a value, and what has to live as long as the slice."""
    if isinstance(value, str):
        value = value.encode("latin-1")
    memory = ffi.from_buffer(value)
    return (memory, len(memory)), memory


class Request:
    """What came. Bytes are as they came, unless it says otherwise."""

    __slots__ = ("_p",)

    def __init__(self, pointer) -> None:
        self._p = pointer

    def _pointer(self):
        if self._p is None:
            raise expired("request")
        return self._p

    @property
    def method(self) -> str:
        return text_bytes(lib.mt_request_method_name(self._pointer())).decode("ascii")

    @property
    def target(self) -> bytes:
        """The request target."""
        return text_bytes(lib.mt_request_target(self._pointer()))

    @property
    def path(self) -> bytes:
        """The target's path, not decoded."""
        return text_bytes(lib.mt_request_path(self._pointer()))

    @property
    def query(self) -> bytes:
        """What follows the target's "?", not decoded."""
        return text_bytes(lib.mt_request_query(self._pointer()))

    @property
    def authority(self) -> bytes:
        """The target's authority, or the Host field's value."""
        return text_bytes(lib.mt_request_authority(self._pointer()))

    @property
    def minor_version(self) -> int:
        """0 for HTTP/1.0, 1 for HTTP/1.1."""
        return lib.mt_request_minor_version(self._pointer())

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """The header fields, in the order they came."""
        pointer = self._pointer()
        found = (lib.mt_request_field_at(pointer, i) for i in range(lib.mt_request_field_count(pointer)))
        return [(text_bytes(field.name), text_bytes(field.value)) for field in found]

    def field(self, name: str) -> Optional[bytes]:
        """The first field of that name (any case), or None."""
        wanted, _memory = as_slice(name)
        value = ffi.new("mt_slice *")
        return text_bytes(value) if lib.mt_request_field_get(self._pointer(), wanted, value) else None

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the route's pattern, percent-decoded."""
        pointer = self._pointer()
        found = (lib.mt_request_parameter_at(pointer, i) for i in range(lib.mt_request_parameter_count(pointer)))
        return {text_bytes(field.name).decode(): text_bytes(field.value).decode("utf-8", "replace") for field in found}

    @property
    def route(self) -> str:
        """The pattern that matched; empty in a fallback."""
        return text_bytes(lib.mt_request_route(self._pointer())).decode()

    @property
    def body(self) -> bytes:
        """The body; empty where the route streams it."""
        return text_bytes(lib.mt_request_body(self._pointer()))

    @property
    def content_length(self) -> Optional[int]:
        """The announced length in bytes; None when chunked."""
        length = lib.mt_request_content_length(self._pointer())
        return None if length == LENGTH_UNKNOWN else length

    @property
    def peer(self) -> str:
        """The peer's address: "127.0.0.1:4711", "[::1]:4711", "unix"."""
        memory = ffi.new("char[64]")
        return ffi.buffer(memory, lib.mt_request_peer(self._pointer(), memory, 64))[:].decode()

    def stream_body(self, consumer: Callable[[Optional[bytes], Optional[str]], bool]) -> None:
        """Asks for the body of a route with `stream=True`, inside its handler.

        `consumer(bytes, None)` is called with each piece, then `consumer(b"", None)` at the end or `consumer(None,
        status)` when the body will not complete. A true result pauses the body until `Exchange.resume_body`."""
        check(lib.mt_request_body_stream(self._pointer(), lib.martlet_on_body, hold(consumer), lib.martlet_destroy),
              "the body can be asked for once, in the handler of a route with stream=True")


class Response:
    """What is answered."""

    __slots__ = ("_p",)

    def __init__(self, pointer) -> None:
        self._p = pointer

    def _pointer(self):
        if self._p is None:
            raise expired("response")
        return self._p

    @property
    def status(self) -> int:
        return lib.mt_response_status_get(self._pointer())

    @status.setter
    def status(self, http_status: int) -> None:
        check(lib.mt_response_status_set(self._pointer(), http_status), f"status {http_status}; allowed is 200 to 599")

    def _with_field(self, call, name, value) -> None:
        name_slice, _name = as_slice(name)
        value_slice, _value = as_slice(value)
        status = call(self._pointer(), name_slice, value_slice)
        if status != lib.MT_OK:
            check(status, f"response field {name!r}: {value!r}")

    def add(self, name: Union[str, Bytes], value: Union[str, Bytes]) -> None:
        """Adds a field behind those that are there."""
        self._with_field(lib.mt_response_field_add, name, value)

    def set(self, name: Union[str, Bytes], value: Union[str, Bytes]) -> None:
        """Replaces all fields of that name by one."""
        self._with_field(lib.mt_response_field_set, name, value)

    def remove(self, name: Union[str, Bytes]) -> None:
        """Removes all fields of that name."""
        wanted, _memory = as_slice(name)
        check(lib.mt_response_field_remove(self._pointer(), wanted), f"response field {name!r}")

    def get(self, name: Union[str, Bytes]) -> Optional[bytes]:
        """The first field of that name that was added, or None."""
        wanted, _memory = as_slice(name)
        value = ffi.new("mt_slice *")
        return text_bytes(value) if lib.mt_response_field_get(self._pointer(), wanted, value) else None

    def body(self, value: Union[str, Bytes]) -> None:
        """Sets the body; text goes as UTF-8."""
        if isinstance(value, str):
            value = value.encode()
        memory, pointer = ffi.from_buffer(value), self._pointer()
        octets = memory, len(memory)
        if len(memory) < LENT_BYTES or not isinstance(value, bytes):
            status = lib.mt_response_body_copy(pointer, octets)
        else:
            status = lib.mt_response_body_borrow(pointer, octets, lib.martlet_destroy, hold(memory))
        check(status, "the body")

    def file(self, descriptor: int, offset: int, length: int) -> None:
        """Sets the body to a part of a regular file, which the system sends. The server closes `descriptor`, always."""
        check(lib.mt_response_body_file(self._pointer(), descriptor, offset, length), "the body")
