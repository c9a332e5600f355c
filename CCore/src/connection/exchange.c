#include "exchange.h"

#include <unistd.h>

#include "connection.h"
#include "stream.h"

enum { FREE_EXCHANGES_MAX = 64 };

static void reset(mt_exchange *exchange, mt__shard *shard) {
  memset(&exchange->reactor_only, 0, sizeof exchange->reactor_only);
  memset(&exchange->any_thread, 0, sizeof exchange->any_thread);
  memset(&exchange->response, 0, sizeof exchange->response);
  memset(&exchange->on_cancel, 0, sizeof exchange->on_cancel);
  memset(&exchange->on_drained, 0, sizeof exchange->on_drained);
  exchange->shard = shard;
  exchange->request.body = (mt_slice){NULL, 0};
  exchange->request.trailers.base = NULL;
  exchange->request.match.route = NULL;
  exchange->request.match.parameter_count = 0;
  memset(&exchange->request.head, 0, sizeof exchange->request.head);
  exchange->request.head.fields = exchange->fields;
  exchange->request.head.field_capacity = shard->shared->limits.max_fields;
  exchange->response.status = 200;
  exchange->is_deferred = false;
  exchange->discards_stream = exchange->has_overrun = false;
  atomic_store_explicit(&exchange->any_thread.references, 1, memory_order_relaxed);
}

mt_exchange *mt__exchange_take(mt__shard *shard) {
  mt_exchange *exchange = shard->free_exchanges;
  if (exchange) {
    shard->free_exchanges = exchange->reactor_only.next;
    shard->free_exchange_count--;
  } else {
    size_t fields = shard->shared->limits.max_fields * sizeof(mt__field_place);
    exchange = mt__allocate(&shard->shared->allocator, sizeof *exchange + fields);
    if (!exchange) return NULL;
    mt__arena_init(&exchange->arena, &shard->shared->allocator, exchange->block,
                   MT__EXCHANGE_BLOCK);
  }
  reset(exchange, shard);
  return exchange;
}

void mt__exchange_free_all(mt__shard *shard) {
  while (shard->free_exchanges) {
    mt_exchange *exchange = shard->free_exchanges;
    shard->free_exchanges = exchange->reactor_only.next;
    mt__deallocate(&shard->shared->allocator, exchange);
  }
  shard->free_exchange_count = 0;
}

static void drop_present_body(mt_response *response) {
  uint8_t kind = response->body_kind;
  response->body_kind = MT__BODY_EMPTY;
  if (kind == MT__BODY_FILE) close(response->file.descriptor);
  if (kind == MT__BODY_BORROWED && response->body_done)
    response->body_done(response->body_user_data);
}

/* A destructor of the host's may have set another. */
void mt__response_drop_body(mt_response *response) {
  while (response->body_kind != MT__BODY_EMPTY) drop_present_body(response);
  response->body = (mt_slice){NULL, 0};
}

void mt__response_reset(mt_response *response) {
  mt__response_drop_body(response);
  response->status = 200;
  response->is_set = false;
  response->wants_close = false;
  response->fields_size = 0;
}

static void drop_contents(mt_exchange *exchange) {
  mt__response_drop_body(&exchange->response);
  const mt_allocator *allocator = exchange->arena.allocator;
  mt__deallocate(allocator, exchange->reactor_only.whole);
  mt__deallocate(allocator, exchange->reactor_only.trailer_fields);
  mt__deallocate(allocator, exchange->reactor_only.trailer_bytes);
  mt__arena_reset(&exchange->arena);
}

/** Thread: reactor, or any once the reactor has stopped. */
static void give_back(mt_exchange *exchange, bool is_on_reactor) {
  mt__shard *shard = exchange->shard;
  bool held_shard = exchange->reactor_only.is_detached;
  drop_contents(exchange);
  if (is_on_reactor && shard->free_exchange_count < FREE_EXCHANGES_MAX) {
    exchange->reactor_only.next = shard->free_exchanges;
    shard->free_exchanges = exchange;
    shard->free_exchange_count++;
  } else {
    mt__deallocate(&shard->shared->allocator, exchange);
  }
  if (held_shard) mt__shard_release(shard);
}

static void deliver_return(mt__message *message) {
  give_back(MT__CONTAINER(message, mt_exchange, any_thread.message), true);
}

void mt__exchange_reference(mt_exchange *exchange) {
  atomic_fetch_add_explicit(&exchange->any_thread.references, 1, memory_order_relaxed);
}

void mt__exchange_unreference(mt_exchange *exchange) {
  _Atomic uint32_t *references = &exchange->any_thread.references;
  /* The only holder needs no locked instruction: the common case of a handler that answers at once.
   */
  if (atomic_load_explicit(references, memory_order_acquire) != 1 &&
      atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) != 1)
    return;
  if (mt__exchange_is_on_reactor(exchange)) {
    give_back(exchange, true);
    return;
  }
  exchange->any_thread.message.deliver = deliver_return;
  if (!mt__reactor_post(&exchange->shard->reactor, &exchange->any_thread.message))
    give_back(exchange, false);
}

static mt_slice moved(mt_slice slice, mt_slice from, const char *to) {
  bool is_inside = slice.size && slice.data >= from.data && slice.data < from.data + from.size;
  return is_inside ? (mt_slice){to + (slice.data - from.data), slice.size} : slice;
}

mt_status mt__exchange_detach(mt_exchange *exchange) {
  if (exchange->reactor_only.is_detached) return MT_OK;
  mt_request *request = &exchange->request;
  mt_slice head = {request->head.base, request->head.size};
  mt_slice copy, body = {NULL, 0};
  if (!mt__arena_copy(&exchange->arena, head, &copy)) return MT_ERROR_NO_MEMORY;
  bool is_body_borrowed = request->body.size && request->body.data != exchange->reactor_only.whole;
  if (is_body_borrowed && !mt__arena_copy(&exchange->arena, request->body, &body))
    return MT_ERROR_NO_MEMORY;
  for (uint32_t i = 0; i < request->match.parameter_count; i++)
    request->match.parameters[i] = moved(request->match.parameters[i], head, copy.data);
  request->head.base = copy.data;
  if (is_body_borrowed) request->body = body;
  exchange->reactor_only.is_detached = true;
  mt__shard_acquire(exchange->shard);
  return MT_OK;
}

bool mt__exchange_advance(mt_exchange *exchange, mt__phase from, mt__phase to) {
  uint8_t expected = (uint8_t)from;
  return atomic_compare_exchange_strong_explicit(&exchange->any_thread.phase, &expected,
                                                 (uint8_t)to, memory_order_acq_rel,
                                                 memory_order_acquire);
}

mt_status mt__exchange_complete(mt_exchange *exchange) {
  if (!mt__exchange_advance(exchange, MT__PHASE_FILLING, MT__PHASE_ANSWERING))
    return MT_ERROR_INVALID_STATE;
  bool is_cancelled = atomic_load(&exchange->any_thread.is_cancelled);
  if (!is_cancelled) mt__exchange_answer_for(exchange);
  atomic_store_explicit(&exchange->any_thread.phase, MT__PHASE_COMPLETED, memory_order_release);
  if (!is_cancelled && mt__exchange_is_on_reactor(exchange)) {
    mt__exchange_make_ready(exchange);
    return MT_OK;
  }
  bool is_told = mt__exchange_signal(exchange, MT__SIGNAL_COMPLETE);
  return is_told && !is_cancelled ? MT_OK : MT_ERROR_CLOSED;
}

void mt__exchange_make_ready(mt_exchange *exchange) {
  exchange->reactor_only.is_ready = true;
  if (exchange->reactor_only.connection) mt__connection_settle(exchange->reactor_only.connection);
}

void mt__exchange_answer_for(mt_exchange *exchange) {
  if (exchange->response.is_set) return;
  const mt__route *route = exchange->request.match.route;
  mt_slice pattern = route && route->pattern.size ? route->pattern : MT_SLICE("the fallback");
  mt__log(&exchange->shard->shared->logger, MT_LOG_ERROR,
          "the handler of %.*s returned without an answer; sent 500", (int)pattern.size,
          pattern.data);
  exchange->shard->shared->service->fail(exchange, 500);
}

/** Nobody else knows an exchange that was not deferred, so its phase needs no locked instruction.
 */
void mt__exchange_handler_returned(mt_exchange *exchange) {
  if (exchange->is_deferred) {
    mt__exchange_let_go(exchange);
    return;
  }
  mt__exchange_answer_for(exchange);
  atomic_store_explicit(&exchange->any_thread.phase, MT__PHASE_COMPLETED, memory_order_relaxed);
  if (mt__exchange_is_on_reactor(exchange))
    exchange->reactor_only.is_ready = true;
  else
    mt__exchange_signal(exchange, MT__SIGNAL_COMPLETE);
}

/** A handler that gives up because the peer's request did is no error. */
static mt_log_level fault_of(const mt_exchange *exchange) {
  return exchange->reactor_only.body_failure ? MT_LOG_DEBUG : MT_LOG_ERROR;
}

/** Nobody holds a handle any more, so the phase moves under no one's hands, and the error's handler
 * may still write. */
static void abandon_answer(mt_exchange *exchange) {
  if (!exchange->reactor_only.connection) return; /* the peer left first */
  int status = exchange->reactor_only.body_failure ? exchange->reactor_only.body_failure : 500;
  mt__log(&exchange->shard->shared->logger, fault_of(exchange),
          "a deferred exchange was released without an answer; sent %d", status);
  exchange->shard->shared->service->fail(exchange, status);
  mt__exchange_advance(exchange, MT__PHASE_FILLING, MT__PHASE_COMPLETED);
  mt__exchange_make_ready(exchange);
}

/** The body's end is missing, and the connection closes behind it: so the peer sees that it was
 * cut. */
static void abandon_stream(mt_exchange *exchange) {
  if (!exchange->reactor_only.connection) return;
  mt__log(&exchange->shard->shared->logger, fault_of(exchange),
          "a response stream was released before its end; cut");
  exchange->reactor_only.keeps_alive = false;
  exchange->reactor_only.is_stream_whole = true;
  mt__connection_settle(exchange->reactor_only.connection);
}

void mt__exchange_abandon(mt_exchange *exchange) {
  if (mt__exchange_phase(exchange) == MT__PHASE_FILLING)
    abandon_answer(exchange);
  else if (mt__exchange_advance(exchange, MT__PHASE_STREAMING, MT__PHASE_ENDED))
    abandon_stream(exchange);
}

void mt__exchange_hold(mt_exchange *exchange) {
  atomic_fetch_add_explicit(&exchange->any_thread.handles, 1, memory_order_relaxed);
  mt__exchange_reference(exchange);
}

static void abandon_soon(mt_exchange *exchange) {
  mt__phase phase = mt__exchange_phase(exchange);
  if (phase == MT__PHASE_STREAMING)
    mt__stream_abandon(exchange);
  else if (phase == MT__PHASE_FILLING && mt__exchange_is_on_reactor(exchange))
    mt__exchange_abandon(exchange);
  else if (phase == MT__PHASE_FILLING)
    mt__exchange_signal(exchange, MT__SIGNAL_ABANDON);
}

void mt__exchange_let_go(mt_exchange *exchange) {
  if (atomic_fetch_sub_explicit(&exchange->any_thread.handles, 1, memory_order_acq_rel) == 1)
    abandon_soon(exchange);
  mt__exchange_unreference(exchange);
}

void mt__exchange_callback_drop(mt__exchange_callback *callback) {
  mt_destroy_fn destroy = callback->destroy;
  *callback = (mt__exchange_callback){NULL, callback->user_data, NULL};
  if (destroy) destroy(callback->user_data);
}

void mt__exchange_end_body(mt_exchange *exchange, mt_body_event event, mt_status status) {
  mt_body_fn on_body = exchange->reactor_only.on_body;
  mt_destroy_fn destroy = exchange->reactor_only.body_destroy;
  void *user_data = exchange->reactor_only.body_user_data;
  exchange->reactor_only.on_body = NULL;
  exchange->reactor_only.body_destroy = NULL;
  if (event == MT_BODY_FAILED && !exchange->reactor_only.body_failure)
    exchange->reactor_only.body_failure = 400;
  if (on_body) on_body(event, (mt_slice){NULL, 0}, status, user_data);
  if (destroy) destroy(user_data);
}

/** What finish and cancel have in common: the reactor's resources are given back, the connection is
 * parted from. */
static void part(mt_exchange *exchange) {
  mt__shard *shard = exchange->shard;
  exchange->reactor_only.is_finished = true;
  mt__chain_clear(&exchange->reactor_only.pending, &shard->buffers);
  mt__uncount(&shard->counters.requests_active, 1);
}

void mt__exchange_finish(mt_exchange *exchange) {
  part(exchange);
  exchange->reactor_only.connection = NULL;
  mt__response_drop_body(&exchange->response); /* what is still to be sent of it is the chain's */
  bool has_callback =
      atomic_load_explicit(&exchange->any_thread.has_cancel_callback, memory_order_acquire);
  if (has_callback && atomic_exchange(&exchange->any_thread.has_cancel_callback, false))
    mt__exchange_callback_drop(&exchange->on_cancel);
  if (exchange->reactor_only.has_stream) mt__exchange_callback_drop(&exchange->on_drained);
}

void mt__exchange_cancel(mt_exchange *exchange) {
  if (!exchange->reactor_only.is_finished) part(exchange);
  exchange->reactor_only.connection = NULL;
  if (exchange->reactor_only.is_ready) mt__response_drop_body(&exchange->response);
  atomic_store(&exchange->any_thread.is_cancelled, true);
  mt__exchange_end_body(exchange, MT_BODY_FAILED, MT_ERROR_CLOSED);
  if (exchange->reactor_only.is_detached) mt__exchange_signal(exchange, MT__SIGNAL_CANCEL);
}
