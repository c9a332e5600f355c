#include "stream.h"

#include "connection.h"
#include "output.h"

typedef enum operation_kind { WRITE, END, ABANDON } operation_kind;

/** A piece, or an end, on its way to the reactor. */
typedef struct stream_operation {
  mt__message message;
  mt_exchange *exchange;
  operation_kind kind;
  size_t size;
  char bytes[];
} stream_operation;

static bool is_cancelled(const mt_exchange *exchange) {
  return atomic_load(&exchange->any_thread.is_cancelled);
}

mt_status mt__stream_start(mt_exchange *exchange, uint64_t length, mt__exchange_callback callback) {
  if (!mt__exchange_advance(exchange, MT__PHASE_FILLING, MT__PHASE_STREAMING)) {
    mt__exchange_callback_drop(&callback);
    return MT_ERROR_INVALID_STATE;
  }
  exchange->discards_stream = mt__exchange_is_silent(exchange);
  exchange->stream_length = exchange->stream_left = length;
  exchange->on_drained = callback;
  mt__response_drop_body(&exchange->response);
  if (mt__exchange_is_on_reactor(exchange) && !is_cancelled(exchange)) {
    exchange->reactor_only.has_stream = true;
    mt__exchange_make_ready(exchange);
    return MT_OK;
  }
  bool is_told = mt__exchange_signal(exchange, MT__SIGNAL_STREAM);
  return is_told && !is_cancelled(exchange) ? MT_OK : MT_ERROR_CLOSED;
}

static void carry_out(mt_exchange *exchange, mt_slice bytes, operation_kind kind) {
  if (kind == WRITE)
    mt__output_stream(exchange, bytes);
  else if (kind == END)
    mt__output_stream_end(exchange);
  else
    mt__exchange_abandon(exchange);
  if (exchange->reactor_only.connection) mt__connection_settle(exchange->reactor_only.connection);
}

static void deliver_operation(mt__message *message) {
  stream_operation *operation = MT__CONTAINER(message, stream_operation, message);
  mt_exchange *exchange = operation->exchange;
  atomic_fetch_sub(&exchange->any_thread.operations, 1);
  carry_out(exchange, (mt_slice){operation->bytes, operation->size}, operation->kind);
  mt__deallocate(&exchange->shard->shared->allocator, operation);
  mt__exchange_unreference(exchange);
}

static mt_status post_operation(mt_exchange *exchange, mt_slice bytes, operation_kind kind) {
  const mt_allocator *allocator = &exchange->shard->shared->allocator;
  if (bytes.size > SIZE_MAX - sizeof(stream_operation)) return MT_ERROR_NO_MEMORY;
  stream_operation *operation = mt__allocate(allocator, sizeof *operation + bytes.size);
  if (!operation) return MT_ERROR_NO_MEMORY;
  *operation = (stream_operation){{NULL, deliver_operation}, exchange, kind, bytes.size};
  if (bytes.size) memcpy(operation->bytes, bytes.data, bytes.size);
  mt__exchange_reference(exchange);
  atomic_fetch_add(&exchange->any_thread.operations, 1);
  if (mt__reactor_post(&exchange->shard->reactor, &operation->message)) return MT_OK;
  atomic_fetch_sub(&exchange->any_thread.operations, 1);
  mt__deallocate(allocator, operation);
  mt__exchange_unreference(exchange);
  return MT_ERROR_CLOSED;
}

/** Directly on the reactor, unless earlier pieces are still on their way there. */
static mt_status pass_on(mt_exchange *exchange, mt_slice bytes, operation_kind kind) {
  bool is_direct = mt__exchange_is_on_reactor(exchange) &&
                   atomic_load(&exchange->any_thread.operations) == 0 &&
                   exchange->reactor_only.has_stream;
  if (!is_direct) return post_operation(exchange, bytes, kind);
  carry_out(exchange, bytes, kind);
  return MT_OK;
}

/** All streams that one peer makes wait for their turn share what one of them may hold. */
static uint64_t high_water_of(const mt_exchange *exchange) {
  const mt_server_config *config = &exchange->shard->shared->config;
  bool has_turn = atomic_load(&exchange->any_thread.has_turn);
  return config->output_high_water_bytes / (has_turn ? 1 : config->max_pipelined_requests);
}

static bool is_low(const mt_exchange *exchange) {
  return atomic_load(&exchange->any_thread.has_turn) &&
         atomic_load(&exchange->any_thread.unsent) <=
             exchange->shard->shared->config.output_low_water_bytes;
}

/** Whether the writer must wait: announced before it is looked at once more, so that no drain is
 * missed. */
static mt_status pressure_of(mt_exchange *exchange) {
  if (atomic_load(&exchange->any_thread.unsent) <= high_water_of(exchange)) return MT_OK;
  atomic_store(&exchange->any_thread.wants_drain, true);
  bool is_drained = is_low(exchange) || is_cancelled(exchange);
  if (is_drained && atomic_exchange(&exchange->any_thread.wants_drain, false)) return MT_OK;
  return MT_BACKPRESSURE;
}

/** The peer gets what was announced, but the writer is no longer to be trusted with where it ends.
 */
static mt_status refuse_excess(mt_exchange *exchange) {
  bool is_news = !exchange->has_overrun && !exchange->discards_stream;
  exchange->has_overrun = true;
  if (is_news)
    mt__log(&exchange->shard->shared->logger, MT_LOG_ERROR,
            "a response stream was written past its announced length of %llu bytes; the excess is "
            "refused and the connection closes",
            (unsigned long long)exchange->stream_length);
  return MT_ERROR_LIMIT;
}

mt_status mt__stream_write(mt_exchange *exchange, mt_slice bytes) {
  if (mt__exchange_phase(exchange) != MT__PHASE_STREAMING) return MT_ERROR_INVALID_STATE;
  if (is_cancelled(exchange)) return MT_ERROR_CLOSED;
  bool has_length = exchange->stream_length != MT_LENGTH_UNKNOWN;
  if (has_length && bytes.size > exchange->stream_left) return refuse_excess(exchange);
  if (has_length) exchange->stream_left -= bytes.size;
  if (exchange->discards_stream || bytes.size == 0) return MT_OK;
  atomic_fetch_add(&exchange->any_thread.unsent, bytes.size);
  mt_status status = pass_on(exchange, bytes, WRITE);
  if (status == MT_OK) return pressure_of(exchange);
  atomic_fetch_sub(&exchange->any_thread.unsent, bytes.size);
  if (has_length) exchange->stream_left += bytes.size;
  return status;
}

mt_status mt__stream_end(mt_exchange *exchange) {
  if (!mt__exchange_advance(exchange, MT__PHASE_STREAMING, MT__PHASE_ENDED))
    return MT_ERROR_INVALID_STATE;
  if (is_cancelled(exchange)) return MT_ERROR_CLOSED;
  mt_status status = pass_on(exchange, (mt_slice){NULL, 0}, END);
  if (status == MT_ERROR_NO_MEMORY)
    mt__exchange_advance(exchange, MT__PHASE_ENDED, MT__PHASE_STREAMING);
  return status;
}

/** Behind what is under way; without memory for that, as soon as the reactor can. */
void mt__stream_abandon(mt_exchange *exchange) {
  if (pass_on(exchange, (mt_slice){NULL, 0}, ABANDON) == MT_ERROR_NO_MEMORY)
    mt__exchange_signal(exchange, MT__SIGNAL_ABANDON);
}
