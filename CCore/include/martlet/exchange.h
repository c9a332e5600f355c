/** An exchange that outlives its handler: answered later, from any thread, whole or as a stream.
 *  Calls for one exchange, its request and its response must not overlap, except
 *  mt_exchange_acquire, mt_exchange_release, mt_exchange_is_cancelled and mt_exchange_body_resume.
 *
 *  A call from another thread is a message to the reactor. One that is made on the reactor's
 *  thread takes effect at once: from inside it the server may call handlers and body callbacks of
 *  the same connection, so that no lock that these take may be held around it. */
#ifndef MARTLET_EXCHANGE_H
#define MARTLET_EXCHANGE_H

#include "abi.h"
#include "request.h"
#include "response.h"
#include "slice.h"
#include "status.h"

MT_BEGIN_DECLS

/** For mt_exchange_stream_start: the length is not known, the body is sent chunked (to HTTP/1.0:
 *  until close). Since: 0.1. */
#define MT_LENGTH_UNKNOWN UINT64_MAX

/** Called when a stream may be written again, or when the peer is gone. Never called from inside
 *  an mt_exchange_* call of the same thread's making, as long as the server runs.
 *  Lifetime: `exchange` is borrowed; who keeps it acquires it.
 *  Thread: reactor thread; once the server has stopped, whoever makes the call that finds it so.
 *  Since: 0.1. */
typedef void (*mt_exchange_fn)(mt_exchange *exchange, void *user_data);

/** One more reference.
 *  Ownership: given back by mt_exchange_release.
 *  Thread: any thread that holds one.
 *  Errors: none; NULL is ignored.
 *  Since: 0.1. */
MT_API void mt_exchange_acquire(mt_exchange *exchange);
/** Gives a reference back. When the last one goes before completion, the answer is 500 and a log
 *  line; a stream that was started is cut and its connection closed.
 *  Thread: any thread.
 *  Errors: none; NULL is ignored.
 *  Since: 0.1. */
MT_API void mt_exchange_release(mt_exchange *exchange);

/** The request.
 *  Lifetime: as long as the reference.
 *  Thread: any thread.
 *  Errors: NULL for NULL.
 *  Since: 0.1. */
MT_API mt_request *mt_exchange_request(mt_exchange *exchange);
/** The response, to fill before completion or stream start.
 *  Lifetime: as long as the reference.
 *  Thread: any thread.
 *  Errors: NULL for NULL.
 *  Since: 0.1. */
MT_API mt_response *mt_exchange_response(mt_exchange *exchange);

/** Sends the response as it was filled; 500 and a log line when it was not. No call may change it
 *  afterwards. The reference stays the caller's, to release.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_STATE (completed or streaming already), MT_ERROR_CLOSED (peer gone or
 *  server stopped: nothing to do but release).
 *  Since: 0.1. */
MT_API mt_status mt_exchange_complete(mt_exchange *exchange);
/** Whether the peer is gone or the server stopped, so that an answer is of no use. That a peer is
 *  gone shows when its connection is read: not while reading pauses, for a body, for its output or
 *  because as many requests as max_pipelined_requests wait for their answers. A reset always
 * counts; a plain close does where the setting cancel_on_half_close says so, and otherwise once
 * something is sent to it. Thread: any thread. Errors: true for NULL. Since: 0.1. */
MT_API bool mt_exchange_is_cancelled(const mt_exchange *exchange);
/** Sets what is called once when the peer is gone before the answer is complete (soon, if it
 *  already is); see mt_exchange_is_cancelled for when that shows.
 *  Ownership: `destroy` (may be NULL) is called with `user_data` once, when `on_cancel` can no
 *  longer be called, or on failure.
 *  Thread: any thread, before completion.
 *  Errors: MT_ERROR_INVALID_STATE (set twice, completed).
 *  Since: 0.1. */
MT_API mt_status mt_exchange_on_cancel(mt_exchange *exchange, mt_exchange_fn on_cancel,
                                       void *user_data, mt_destroy_fn destroy);

/** Sends the response's head and opens its body: exactly `length` bytes, or MT_LENGTH_UNKNOWN.
 *  `on_drained` (may be NULL) is called when writing may go on after MT_BACKPRESSURE, or has
 *  become useless. A body set before is dropped.
 *  Ownership: `destroy` (may be NULL) is called with `user_data` once, when `on_drained` can no
 *  longer be called, or on failure.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_STATE (started or completed), MT_ERROR_CLOSED.
 *  Since: 0.1. */
MT_API mt_status mt_exchange_stream_start(mt_exchange *exchange, uint64_t length,
                                          mt_exchange_fn on_drained, void *user_data,
                                          mt_destroy_fn destroy);
/** Appends a copy of `bytes` to the body.
 *  Thread: any thread.
 *  Errors: MT_BACKPRESSURE (no failure: taken; wait for on_drained), MT_ERROR_INVALID_STATE (not
 *  started, ended), MT_ERROR_LIMIT (more than `length`; nothing is taken, the first time is
 *  logged, and behind the body the connection closes), MT_ERROR_CLOSED, MT_ERROR_NO_MEMORY
 *  (nothing is taken; may be tried again).
 *  Since: 0.1. */
MT_API mt_status mt_exchange_stream_write(mt_exchange *exchange, mt_slice bytes);
/** Ends the body. Fewer bytes than announced close the connection and are logged.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_STATE (not started, ended), MT_ERROR_CLOSED, MT_ERROR_NO_MEMORY (not
 *  ended; may be tried again).
 *  Since: 0.1. */
MT_API mt_status mt_exchange_stream_end(mt_exchange *exchange);

/** Lets a paused request body flow again.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_STATE (no body asked for), MT_ERROR_CLOSED.
 *  Since: 0.1. */
MT_API mt_status mt_exchange_body_resume(mt_exchange *exchange);

MT_END_DECLS

#endif
