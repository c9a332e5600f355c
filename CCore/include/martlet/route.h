/** Which handler answers which request. */
#ifndef MARTLET_ROUTE_H
#define MARTLET_ROUTE_H

#include "abi.h"
#include "slice.h"
#include "status.h"

MT_BEGIN_DECLS

/** The methods of RFC 9110 §9 and RFC 5789. Values are part of the ABI. Since: 0.1. */
typedef enum mt_method {
  /** A method this list does not hold; answered 501 before any handler. */
  MT_METHOD_UNKNOWN = 0,
  /** A route for it answers HEAD too, unless HEAD has its own. RFC 9110 §9.3.1. */
  MT_METHOD_GET = 1,
  /** As GET; the body is not sent. RFC 9110 §9.3.2. */
  MT_METHOD_HEAD = 2,
  /** RFC 9110 §9.3.3. */
  MT_METHOD_POST = 3,
  /** RFC 9110 §9.3.4. */
  MT_METHOD_PUT = 4,
  /** RFC 9110 §9.3.5. */
  MT_METHOD_DELETE = 5,
  /** Answered 501: no route can have it. RFC 9110 §9.3.6. */
  MT_METHOD_CONNECT = 6,
  /** Without a route of its own it is answered 204 with Allow. RFC 9110 §9.3.7. */
  MT_METHOD_OPTIONS = 7,
  /** RFC 9110 §9.3.8. */
  MT_METHOD_TRACE = 8,
  /** RFC 5789. */
  MT_METHOD_PATCH = 9,
} mt_method;

/** Where a handler runs. Since: 0.1. */
typedef enum mt_dispatch {
  /** On the reactor, to completion. It must not block. */
  MT_DISPATCH_INLINE = 0,
  /** On a worker thread. It may block; when the queue is full the answer is 503 with Retry-After.
   */
  MT_DISPATCH_WORKER = 1,
} mt_dispatch;

/** How a handler gets the request's body. Since: 0.1. */
typedef enum mt_body_mode {
  /** The handler runs once the whole body is there: mt_request_body. */
  MT_BODY_WHOLE = 0,
  /** The handler runs after the header section: mt_request_body_stream. Not with
     MT_DISPATCH_WORKER. */
  MT_BODY_STREAM = 1,
} mt_body_mode;

/** Answers a request by filling `response` before it returns, or later after mt_request_defer.
 *  Lifetime: `request` and `response` until return; after mt_request_defer as long as the exchange
 *  is held. `user_data` as the call that took it says.
 *  Thread: the exchange's reactor, or a worker; at once on several.
 *  Since: 0.1. */
typedef void (*mt_handler_fn)(mt_request *request, mt_response *response, void *user_data);

/** Fills an error answer that the server itself makes (`http_status` 400 … 599, already set; the
 *  fields that the status needs, such as Allow, are there). `request` is NULL when the request
 *  could not be parsed. What is left unset is sent so: an empty body.
 *  Lifetime: `request` and `response` until return.
 *  Thread: whoever finds the error: a reactor, a worker, or who completes an exchange that nobody
 *  filled; at once on several.
 *  Since: 0.1. */
typedef void (*mt_error_handler_fn)(const mt_request *request, mt_response *response,
                                    int http_status, void *user_data);

/** Optional properties of a route; a NULL pointer means all defaults. Since: 0.1. */
typedef struct mt_route_options {
  /** sizeof(mt_route_options) as the caller was compiled: mt_route_options_init sets it. */
  size_t struct_size;
  /** Default MT_DISPATCH_INLINE. */
  mt_dispatch dispatch;
  /** Default MT_BODY_WHOLE. */
  mt_body_mode body_mode;
  /** Bytes of a request body; past it 413. 0: the server's max_body_bytes. UINT64_MAX: no limit.
   */
  uint64_t max_body_bytes;
} mt_route_options;

/** Fills `options` with the defaults, and notes `struct_size`, which is sizeof(mt_route_options)
 *  as the caller sees it. Fields of a newer header than the library's become 0.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (`struct_size` has no room for itself); whether it is any
 *  version's is judged by mt_server_route.
 *  Since: 0.1. */
MT_API mt_status mt_route_options_init(mt_route_options *options, size_t struct_size);

/** Registers `handler` for `method` and `pattern`.
 *
 *  A pattern starts with "/"; a segment is literal text, `{name}` (one non-empty segment,
 *  percent-decoded) or, last, `{name...}` or `{name…}` (the rest of the path, slashes included,
 *  possibly empty). Literal text wins over a parameter, a parameter over a rest. A GET route
 *  answers HEAD too, unless HEAD has its own.
 *
 *  Ownership: `user_data` passes to the server, which calls `destroy` (may be NULL) with it once,
 *  also on failure; `pattern` and `options` are copied.
 *  Lifetime: `user_data` until the server is destroyed and every exchange that was held beyond
 *  that is released.
 *  Thread: before start.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (pattern, method, options), MT_ERROR_CONFLICT (both patterns
 *  named), MT_ERROR_INVALID_STATE (started), MT_ERROR_NO_MEMORY.
 *  Since: 0.1. */
MT_API mt_status mt_server_route(mt_server *server, mt_method method, mt_slice pattern,
                                 mt_handler_fn handler, void *user_data, mt_destroy_fn destroy,
                                 const mt_route_options *options, mt_error *error);

/** Registers GET and HEAD of the files below the folder `root` under `prefix` ("/static" serves
 *  "/static/{path...}"; a folder is answered with its index.html). Hidden files, and everything
 *  that leads out of the folder by any encoding or link, are 404. Sends Content-Type,
 *  Last-Modified and ETag; answers conditional requests (RFC 9110 §13).
 *  Ownership: the slices are copied.
 *  Thread: before start.
 *  Errors: as mt_server_route; MT_ERROR_NOT_FOUND or MT_ERROR_PERMISSION (`root` is no folder that
 *  can be opened).
 *  Since: 0.1. */
MT_API mt_status mt_server_files(mt_server *server, mt_slice prefix, mt_slice root,
                                 mt_error *error);

/** Replaces the answer to requests that no pattern matches (default: 404, text). The status is 404
 *  unless the handler sets another. A second call replaces the first.
 *  Ownership: `user_data` passes to the server, which calls `destroy` (may be NULL) with it once,
 *  also on failure, and when it is replaced.
 *  Thread: before start.
 *  Errors: MT_ERROR_INVALID_STATE (started).
 *  Since: 0.1. */
MT_API mt_status mt_server_fallback(mt_server *server, mt_handler_fn handler, void *user_data,
                                    mt_destroy_fn destroy, mt_error *error);

/** Replaces the body of the error answers that the server itself makes. A second call replaces the
 *  first.
 *  Ownership: `user_data` passes to the server, which calls `destroy` (may be NULL) with it once,
 *  also on failure, and when it is replaced.
 *  Thread: before start.
 *  Errors: MT_ERROR_INVALID_STATE (started).
 *  Since: 0.1. */
MT_API mt_status mt_server_error_handler(mt_server *server, mt_error_handler_fn handler,
                                         void *user_data, mt_destroy_fn destroy, mt_error *error);

MT_END_DECLS

#endif
