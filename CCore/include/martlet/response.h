/** What a handler may say in its response. Nothing is sent before the handler returns (or,
 *  deferred, before mt_exchange_complete or mt_exchange_stream_start). A handler that sets nothing
 *  and does not defer is answered for with 500. Date, Server, Content-Length, Transfer-Encoding,
 *  Connection and Keep-Alive belong to the server and are refused as fields, except that
 *  "Connection: close" is understood. */
#ifndef MARTLET_RESPONSE_H
#define MARTLET_RESPONSE_H

#include "abi.h"
#include "slice.h"
#include "status.h"

MT_BEGIN_DECLS

/** Sets the status code, 200 … 599. Default 200. To a status without content (204, 205, 304) a
 *  body that is set is not sent.
 *  Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (range), MT_ERROR_INVALID_STATE (sent).
 *  Since: 0.1. RFC 9110 §15. */
MT_API mt_status mt_response_status_set(mt_response *response, int http_status);
/** The status code as set.
 *  Thread: the handler's.
 *  Errors: 0 for NULL.
 *  Since: 0.1. */
MT_API int mt_response_status_get(const mt_response *response);

/** Adds a field behind those that are there; the bytes are copied.
 *  Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (name no token, value with CR, LF, NUL or another control, or
 *  a field that belongs to the server), MT_ERROR_INVALID_STATE (sent), MT_ERROR_NO_MEMORY,
 *  MT_ERROR_LIMIT (64 KiB of fields).
 *  Since: 0.1. RFC 9110 §5.5. */
MT_API mt_status mt_response_field_add(mt_response *response, mt_slice name, mt_slice value);
/** Replaces all fields of that name by one; on failure they stay.
 *  Thread: the handler's.
 *  Errors: as mt_response_field_add.
 *  Since: 0.1. */
MT_API mt_status mt_response_field_set(mt_response *response, mt_slice name, mt_slice value);
/** Removes all fields of that name; MT_OK also when there were none.
 *  Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_STATE (sent).
 *  Since: 0.1. */
MT_API mt_status mt_response_field_remove(mt_response *response, mt_slice name);
/** Whether a field of that name (any case) was added, and the first one's value in `*value` (NULL:
 *  not wanted). "Connection: close" is a wish, and no field.
 *  Lifetime: until the next change.
 *  Thread: the handler's.
 *  Errors: false, and the empty slice.
 *  Since: 0.1. */
MT_API bool mt_response_field_get(const mt_response *response, mt_slice name, mt_slice *value);

/** Sets the body to a copy of `bytes`, replacing any body set before.
 *  Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_STATE (sent), MT_ERROR_NO_MEMORY.
 *  Since: 0.1. */
MT_API mt_status mt_response_body_copy(mt_response *response, mt_slice bytes);
/** Sets the body to the caller's `bytes`, replacing any body set before.
 *  Ownership: they stay untouched until `done` (may be NULL: static bytes) is called with
 *  `user_data`, once: when they are sent or never will be, when the body is replaced, or on
 *  failure.
 *  Thread: the handler's; `done`: any thread.
 *  Errors: MT_ERROR_INVALID_STATE (sent).
 *  Since: 0.1. */
MT_API mt_status mt_response_body_borrow(mt_response *response, mt_slice bytes, mt_destroy_fn done,
                                         void *user_data);
/** Sets the body to `length` bytes of the regular file `descriptor` from `offset`, replacing any
 *  body set before; they do not pass through user memory where the system can (sendfile). A file
 *  that turns out shorter, or to be no regular file, ends the connection.
 *  Ownership: the server closes `descriptor`, also on failure.
 *  Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (`descriptor` negative, `offset` and `length` past 2^63-1),
 *  MT_ERROR_INVALID_STATE (sent).
 *  Since: 0.1. */
MT_API mt_status mt_response_body_file(mt_response *response, int descriptor, uint64_t offset,
                                       uint64_t length);

/** Replaces whatever the response holds by the server's own answer to an error, 400 … 599: that of
 *  mt_server_error_handler, or a short text. For a handler that cannot finish what it began.
 *  Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (range), MT_ERROR_INVALID_STATE (sent).
 *  Since: 0.1. */
MT_API mt_status mt_response_fail(mt_response *response, int http_status);

MT_END_DECLS

#endif
