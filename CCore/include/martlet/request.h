/** What a handler may ask of a request. All slices are borrowed: they hold until the handler
 *  returns, or, after mt_request_defer, those got from then on hold as long as the exchange is
 *  held.
 * */
#ifndef MARTLET_REQUEST_H
#define MARTLET_REQUEST_H

#include "abi.h"
#include "route.h"
#include "slice.h"
#include "status.h"

MT_BEGIN_DECLS

/** A header or trailer field as it came; no white space around the value. Also a path's parameter.
 *  Since: 0.1. RFC 9110 §5. */
typedef struct mt_field {
  /** As it was written: fields' names match in any case. */
  mt_slice name;
  /** May be empty. */
  mt_slice value;
} mt_field;

/** The method.
 *  Thread: the handler's.
 *  Errors: MT_METHOD_UNKNOWN for NULL.
 *  Since: 0.1. RFC 9110 §9. */
MT_API mt_method mt_request_method(const mt_request *request);
/** The method's token as it came.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API mt_slice mt_request_method_name(const mt_request *request);
/** The request target as it came.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. RFC 9112 §3.2. */
MT_API mt_slice mt_request_target(const mt_request *request);
/** The target's path, not decoded; "/" where the target has none.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. RFC 3986 §3.3. */
MT_API mt_slice mt_request_path(const mt_request *request);
/** What follows the target's "?", not decoded; empty when there is none.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. RFC 3986 §3.4. */
MT_API mt_slice mt_request_query(const mt_request *request);
/** The target's authority, or the Host field's value; empty where HTTP/1.0 has neither.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. RFC 9110 §7.2. */
MT_API mt_slice mt_request_authority(const mt_request *request);
/** 0 for HTTP/1.0, 1 for HTTP/1.1, and for a higher one too.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API int mt_request_minor_version(const mt_request *request);

/** How many header fields there are.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API size_t mt_request_field_count(const mt_request *request);
/** The field at `index`, in the order they came; two empty slices past the end.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API mt_field mt_request_field_at(const mt_request *request, size_t index);
/** Whether there is a field called `name` (any case), and the first one's value in `*value` (NULL:
 *  not wanted).
 *  Thread: the handler's.
 *  Errors: false, and the empty slice.
 *  Since: 0.1. */
MT_API bool mt_request_field_get(const mt_request *request, mt_slice name, mt_slice *value);

/** The pattern of the route that matched; empty in a fallback handler.
 *  Lifetime: the server's, and that of exchanges held beyond it.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API mt_slice mt_request_route(const mt_request *request);
/** How many parameters the pattern has.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API size_t mt_request_parameter_count(const mt_request *request);
/** Name and percent-decoded value of the parameter at `index`, in the pattern's order; two empty
 *  slices past the end. A decoded value may hold any octet, NUL and "/" too.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API mt_field mt_request_parameter_at(const mt_request *request, size_t index);
/** Whether the pattern has a parameter `name` (exact case), and its percent-decoded value in
 *  `*value` (NULL: not wanted).
 *  Thread: the handler's.
 *  Errors: false, and the empty slice.
 *  Since: 0.1. */
MT_API bool mt_request_parameter_get(const mt_request *request, mt_slice name, mt_slice *value);

/** The body of a MT_BODY_WHOLE route; empty in a MT_BODY_STREAM one.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API mt_slice mt_request_body(const mt_request *request);
/** The announced length in bytes: 0 when there is no body, UINT64_MAX when it comes chunked.
 *  Thread: the handler's.
 *  Errors: none.
 *  Since: 0.1. */
MT_API uint64_t mt_request_content_length(const mt_request *request);
/** How many trailer fields came behind a chunked body, once it has ended.
 *  Thread: the handler's, or the body callback's.
 *  Errors: none.
 *  Since: 0.1. RFC 9112 §7.1.2. */
MT_API size_t mt_request_trailer_count(const mt_request *request);
/** The trailer field at `index`; two empty slices past the end.
 *  Thread: the handler's, or the body callback's.
 *  Errors: none.
 *  Since: 0.1. RFC 9112 §7.1.2. */
MT_API mt_field mt_request_trailer_at(const mt_request *request, size_t index);

/** Writes the peer's address as text ("127.0.0.1:4711", "[::1]:4711", "unix") into `buffer` of
 *  `capacity` bytes, cut to fit and terminated, and returns how many bytes it wrote before the
 *  NUL. 64 bytes always suffice.
 *  Thread: the handler's.
 *  Errors: 0.
 *  Since: 0.1. */
MT_API size_t mt_request_peer(const mt_request *request, char *buffer, size_t capacity);

/** What mt_body_fn is told. Since: 0.1. */
typedef enum mt_body_event {
  /** Some bytes of the body. */
  MT_BODY_DATA = 0,
  /** The body is complete. Nothing more is called. */
  MT_BODY_END = 1,
  /** The body will not complete: the peer left, broke the framing, was too slow or sent too much.
   *  Nothing more is called. */
  MT_BODY_FAILED = 2,
} mt_body_event;

/** What a body consumer wants next. Since: 0.1. */
typedef enum mt_flow {
  /** The next bytes, as they come. */
  MT_FLOW_CONTINUE = 0,
  /** No more until mt_exchange_body_resume: the socket is not read meanwhile. */
  MT_FLOW_PAUSE = 1,
} mt_flow;

/** Takes a streamed request body, piece by piece, never from inside mt_request_body_stream. Its
 *  result counts for MT_BODY_DATA alone. An answer that is whole before the body is ends the body:
 *  MT_BODY_FAILED (MT_ERROR_CLOSED) may then come from inside the mt_exchange_complete,
 *  mt_exchange_stream_end or mt_exchange_release that was called on the reactor thread.
 *  Lifetime: `bytes` until return.
 *  Thread: reactor thread.
 *  Errors: `status` says why for MT_BODY_FAILED (MT_ERROR_CLOSED, MT_ERROR_TIMEOUT,
 *  MT_ERROR_LIMIT, MT_ERROR_MALFORMED, MT_ERROR_NO_MEMORY), else MT_OK.
 *  Since: 0.1. */
typedef mt_flow (*mt_body_fn)(mt_body_event event, mt_slice bytes, mt_status status,
                              void *user_data);

/** Asks for the body of a MT_BODY_STREAM route. Without this call the body is discarded. Who wants
 *  to pause it or to answer behind it defers the exchange too.
 *  Ownership: `destroy` (may be NULL) is called with `user_data` once, after the last call of
 *  `on_body`, or on failure.
 *  Thread: reactor thread, inside the handler.
 *  Errors: MT_ERROR_INVALID_STATE (not a stream route, asked twice, outside the handler).
 *  Since: 0.1. */
MT_API mt_status mt_request_body_stream(mt_request *request, mt_body_fn on_body, void *user_data,
                                        mt_destroy_fn destroy);

/** Lets the answer come later: the exchange stays alive after the handler returns, until it is
 *  completed.
 *  Ownership: the caller gets one reference in `*exchange`, given back by mt_exchange_release.
 *  Thread: the handler's, before it returns.
 *  Errors: MT_ERROR_INVALID_STATE (deferred already), MT_ERROR_NO_MEMORY; `*exchange` is then left
 *  alone.
 *  Since: 0.1. */
MT_API mt_status mt_request_defer(mt_request *request, mt_exchange **exchange);

MT_END_DECLS

#endif
