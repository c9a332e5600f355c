"""The ambiguous messages, by family."""
from . import both, chunks, codings, heads, hops, implicit, lengths, request_lines, trailers

FAMILIES = {
    "a_length_beside_chunked": both.MESSAGES,
    "codings": codings.MESSAGES,
    "lengths": lengths.MESSAGES,
    "unexpected_bodies": implicit.MESSAGES,
    "chunks": chunks.MESSAGES,
    "trailers": trailers.MESSAGES,
    "request_lines": request_lines.MESSAGES,
    "heads": heads.MESSAGES,
    "hops": hops.MESSAGES,
}
ALL = [message for messages in FAMILIES.values() for message in messages]
