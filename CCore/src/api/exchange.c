#include "../base/slice.h"
#include "../connection/connection.h"
#include "../connection/stream.h"

static bool is_cancelled(const mt_exchange *exchange) {
  return atomic_load(&exchange->any_thread.is_cancelled);
}

void mt_exchange_acquire(mt_exchange *exchange) {
  if (exchange) mt__exchange_hold(exchange);
}

void mt_exchange_release(mt_exchange *exchange) {
  if (exchange) mt__exchange_let_go(exchange);
}

mt_request *mt_exchange_request(mt_exchange *exchange) {
  return exchange ? &exchange->request : NULL;
}

mt_response *mt_exchange_response(mt_exchange *exchange) {
  return exchange ? &exchange->response : NULL;
}

mt_status mt_exchange_complete(mt_exchange *exchange) {
  return exchange ? mt__exchange_complete(exchange) : MT_ERROR_INVALID_ARGUMENT;
}

bool mt_exchange_is_cancelled(const mt_exchange *exchange) {
  return !exchange || is_cancelled(exchange);
}

/** Set, then looked whether it came too late: the reactor cancels first and then looks whether
 * there is one. */
static mt_status set_cancel(mt_exchange *exchange, mt__exchange_callback callback) {
  exchange->on_cancel = callback;
  atomic_store(&exchange->any_thread.has_cancel_callback, true);
  if (is_cancelled(exchange)) mt__exchange_signal(exchange, MT__SIGNAL_CANCEL);
  return MT_OK;
}

mt_status mt_exchange_on_cancel(mt_exchange *exchange, mt_exchange_fn on_cancel, void *user_data,
                                mt_destroy_fn destroy) {
  mt_status status = MT_OK;
  if (!exchange || !on_cancel) {
    status = MT_ERROR_INVALID_ARGUMENT;
  } else {
    mt__phase phase = mt__exchange_phase(exchange);
    bool is_late = phase != MT__PHASE_FILLING && phase != MT__PHASE_STREAMING;
    if (is_late || atomic_load(&exchange->any_thread.has_cancel_callback))
      status = MT_ERROR_INVALID_STATE;
  }
  if (status == MT_OK)
    return set_cancel(exchange, (mt__exchange_callback){on_cancel, user_data, destroy});
  if (destroy) destroy(user_data);
  return status;
}

mt_status mt_exchange_stream_start(mt_exchange *exchange, uint64_t length,
                                   mt_exchange_fn on_drained, void *user_data,
                                   mt_destroy_fn destroy) {
  if (exchange)
    return mt__stream_start(exchange, length,
                            (mt__exchange_callback){on_drained, user_data, destroy});
  if (destroy) destroy(user_data);
  return MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_exchange_stream_write(mt_exchange *exchange, mt_slice bytes) {
  bool is_valid = exchange && mt__slice_is_valid(bytes);
  return is_valid ? mt__stream_write(exchange, bytes) : MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_exchange_stream_end(mt_exchange *exchange) {
  return exchange ? mt__stream_end(exchange) : MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_exchange_body_resume(mt_exchange *exchange) {
  if (!exchange) return MT_ERROR_INVALID_ARGUMENT;
  if (!exchange->any_thread.has_asked_for_body) return MT_ERROR_INVALID_STATE;
  if (is_cancelled(exchange)) return MT_ERROR_CLOSED;
  return mt__exchange_signal(exchange, MT__SIGNAL_RESUME) ? MT_OK : MT_ERROR_CLOSED;
}
