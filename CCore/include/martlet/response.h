/** What a handler may say in its response. Nothing is sent before the handler returns (or,
 * deferred, before mt_exchange_complete or mt_exchange_stream_start). A handler that sets nothing
 * and does not defer is answered for with 500. Date, Server, Content-Length, Transfer-Encoding,
 * Connection and Keep-Alive belong to the server and are refused as fields, except that
 * "Connection: close" is understood. */
#ifndef MARTLET_RESPONSE_H
#define MARTLET_RESPONSE_H

#include "abi.h"
#include "slice.h"
#include "status.h"

MT_BEGIN_DECLS

/** Sets the status code, 200 … 599. Default 200. Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (range), MT_ERROR_INVALID_STATE (sent). Since: 0.1. RFC 9110
 * §15. */
MT_API mt_status mt_response_status_set(mt_response *response, int http_status);
/** The status code as set. Thread: the handler's. Errors: 0 for NULL. Since: 0.1. */
MT_API int mt_response_status_get(const mt_response *response);

/** Adds a field behind those that are there; the bytes are copied. Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (name no token, value with CR, LF, NUL or another control, or
 * a field that belongs to the server), MT_ERROR_INVALID_STATE (sent), MT_ERROR_NO_MEMORY,
 * MT_ERROR_LIMIT (64 KiB of fields). Since: 0.1. RFC 9110 §5.5. */
MT_API mt_status mt_response_field_add(mt_response *response, mt_slice name, mt_slice value);
/** Replaces all fields of that name by one. As mt_response_field_add. Since: 0.1. */
MT_API mt_status mt_response_field_set(mt_response *response, mt_slice name, mt_slice value);
/** Removes all fields of that name; MT_OK also when there were none. As mt_response_field_add.
 * Since: 0.1. */
MT_API mt_status mt_response_field_remove(mt_response *response, mt_slice name);
/** Whether a field of that name was added, and the first one's value. Lifetime: until the next
 * change. Thread: the handler's. Errors: false. Since: 0.1. */
MT_API bool mt_response_field_get(const mt_response *response, mt_slice name, mt_slice *value);

/** Sets the body to a copy of `bytes`, replacing any body set before. Thread: the handler's.
 *  Errors: MT_ERROR_INVALID_STATE (sent), MT_ERROR_NO_MEMORY. Since: 0.1. */
MT_API mt_status mt_response_body_copy(mt_response *response, mt_slice bytes);
/** Sets the body to the caller's `bytes`, which stay untouched until `done` (may be NULL: static
 * bytes) is called with `user_data`, once, also on failure or when the body is replaced. Thread:
 * the handler's; `done`: any thread. Errors: as mt_response_body_copy. Since: 0.1. */
MT_API mt_status mt_response_body_borrow(mt_response *response, mt_slice bytes, mt_destroy_fn done,
                                         void *user_data);
/** Sets the body to `length` bytes of the regular file `descriptor` from `offset`, sent without
 * passing through user memory where the system can (sendfile). Ownership: the server closes
 * `descriptor`, also on failure. Thread: the handler's. Errors: as mt_response_body_copy;
 * MT_ERROR_INVALID_ARGUMENT. A file that shrinks while it is sent ends the connection. Since: 0.1.
 */
MT_API mt_status mt_response_body_file(mt_response *response, int descriptor, uint64_t offset,
                                       uint64_t length);

MT_END_DECLS

#endif
