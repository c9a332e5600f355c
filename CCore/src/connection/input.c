#include "input.h"

#include <errno.h>

#include "body.h"
#include "output.h"

enum { LEAST_ROOM = 2048 };

bool mt__input_may_go_on(const mt__connection *connection) {
  const mt__shared *shared = connection->shard->shared;
  const mt_exchange *incoming = connection->incoming;
  if (connection->stops_reading || connection->is_broken || connection->is_lingering) return false;
  if (connection->output.bytes >= shared->config.output_high_water_bytes) return false;
  if (incoming && connection->reading != MT__READING_HEAD)
    return !incoming->reactor_only.is_body_paused;
  return connection->queued < shared->config.max_pipelined_requests;
}

bool mt__input_listens_for_end(const mt__connection *connection) {
  return connection->stops_reading && connection->first && connection->dropped < MT__DISCARD_LIMIT;
}

void mt__input_drop(mt__connection *connection) {
  mt__buffer_pool_give(&connection->shard->buffers, connection->input, connection->input_capacity);
  connection->input = NULL;
  connection->input_size = connection->input_capacity = 0;
}

/** Makes sure that `room` more octets fit behind those that wait. */
static bool reserve(mt__connection *connection, size_t room) {
  if (connection->input_capacity - connection->input_size >= room) return true;
  size_t capacity;
  mt__buffer_pool *pool = &connection->shard->buffers;
  char *larger = mt__buffer_pool_take(pool, connection->input_size + room, &capacity);
  if (!larger || capacity > UINT32_MAX) {
    mt__buffer_pool_give(pool, larger, capacity);
    return false;
  }
  if (connection->input_size) memcpy(larger, connection->input, connection->input_size);
  mt__buffer_pool_give(pool, connection->input, connection->input_capacity);
  connection->input = larger;
  connection->input_capacity = (uint32_t)capacity;
  return true;
}

/** The peer sent more than is served: what else comes must not destroy the last answer. */
static void leave_unread(mt__connection *connection, size_t size) {
  if (size) connection->is_clean_close = false;
}

static void keep(mt__connection *connection, mt_slice rest) {
  if (connection->stops_reading) leave_unread(connection, rest.size);
  if (!rest.size || connection->stops_reading) return;
  if (!reserve(connection, rest.size)) {
    connection->is_broken = true;
    return;
  }
  memcpy(connection->input + connection->input_size, rest.data, rest.size);
  connection->input_size += (uint32_t)rest.size;
}

/** Drops the first `used` of the waiting octets. */
static void drop_used(mt__connection *connection, size_t used) {
  connection->input_size -= (uint32_t)used;
  if (connection->stops_reading) leave_unread(connection, connection->input_size);
  if (connection->input_size == 0 || connection->stops_reading)
    mt__input_drop(connection);
  else if (used)
    memmove(connection->input, connection->input + used, connection->input_size);
}

/** What the consumer of a body is told of a refusal that the peer is told by `http_status`. */
static mt_status failure_of(int http_status) {
  switch (http_status) {
  case 408:
    return MT_ERROR_TIMEOUT;
  case 413:
    return MT_ERROR_LIMIT;
  case 503:
    return MT_ERROR_NO_MEMORY;
  default:
    return MT_ERROR_MALFORMED;
  }
}

void mt__input_reject(mt__connection *connection, int http_status, const char *reason) {
  mt_exchange *exchange = connection->incoming;
  mt__shard *shard = connection->shard;
  connection->stops_reading = true;
  connection->is_clean_close = false;
  mt__count(&shard->counters.requests_rejected, 1);
  mt__log(&shard->shared->logger, MT_LOG_DEBUG, "refused a request with %d: %s", http_status,
          reason);
  if (!exchange) return;
  exchange->reactor_only.keeps_alive = false;
  bool is_queued = connection->reading != MT__READING_HEAD;
  connection->incoming = NULL;
  connection->reading = MT__READING_HEAD;
  if (!is_queued) {
    mt__connection_append(connection, exchange);
    mt__exchange_reference(exchange);
  }
  exchange->reactor_only.body_failure = (uint16_t)http_status;
  bool is_handled = exchange->reactor_only.sink != MT__SINK_WHOLE && is_queued;
  mt__exchange_end_body(exchange, MT_BODY_FAILED, failure_of(http_status));
  if (!is_handled && mt__exchange_phase(exchange) == MT__PHASE_FILLING) {
    shard->shared->service->fail(exchange, http_status);
    mt__exchange_advance(exchange, MT__PHASE_FILLING, MT__PHASE_COMPLETED);
    exchange->reactor_only.is_ready = true;
  }
  mt__exchange_unreference(exchange);
}

static bool is_last(const mt__connection *connection, const mt__head *head) {
  uint64_t limit = connection->shard->shared->config.max_requests_per_connection;
  return !head->keep_alive || (limit && connection->requests >= limit);
}

/** A head is complete: the exchange takes its place in the queue and is routed. Returns how many
 * octets behind the head were used. */
static size_t begin_exchange(mt__connection *connection, mt_exchange *exchange, mt_slice behind) {
  mt__shard *shard = connection->shard;
  const mt__head *head = &exchange->request.head;
  connection->requests++;
  connection->has_read = true;
  connection->incoming = NULL;
  mt__count(&shard->counters.requests_total, 1);
  exchange->reactor_only.has_head = true;
  exchange->reactor_only.keeps_alive = !is_last(connection, head);
  exchange->reactor_only.owes_continue = head->expects_continue;
  exchange->request.peer = connection->peer;
  connection->is_clean_close = !head->keep_alive;
  mt__connection_append(connection, exchange);
  shard->shared->service->route(exchange);
  size_t used = mt__body_begin(connection, exchange, behind);
  if (!connection->incoming && !exchange->reactor_only.keeps_alive)
    connection->stops_reading = true;
  return used;
}

/** Parses a head at `in`; returns how many octets were used, 0 when it is incomplete. */
static size_t feed_head(mt__connection *connection, mt_slice in) {
  mt__shard *shard = connection->shard;
  if (!connection->incoming) {
    connection->incoming = mt__exchange_take(shard);
    if (!connection->incoming) {
      connection->is_broken = true;
      return 0;
    }
    mt__h1_parser_init(&connection->incoming->reactor_only.parser, &shard->shared->limits,
                       shard->shared->scan);
  }
  mt_exchange *exchange = connection->incoming;
  mt__h1_parser *parser = &exchange->reactor_only.parser;
  mt__h1_result result = mt__h1_parser_feed(parser, in.data, in.size, &exchange->request.head);
  if (result == MT__H1_INCOMPLETE) return 0;
  if (result == MT__H1_REJECTED) {
    mt__input_reject(connection, parser->reject_status, parser->reject_reason);
    return in.size;
  }
  size_t head_size = exchange->request.head.size;
  mt_slice behind = {in.data + head_size, in.size - head_size};
  return head_size + begin_exchange(connection, exchange, behind);
}

/** Serves as much of `in` as may be; returns how many octets were used. */
static size_t feed(mt__connection *connection, mt_slice in) {
  size_t used = 0;
  while (used < in.size && mt__input_may_go_on(connection)) {
    mt_slice rest = {in.data + used, in.size - used};
    size_t step = connection->reading == MT__READING_HEAD
                      ? feed_head(connection, rest)
                      : mt__body_feed(connection, connection->incoming, rest);
    if (step == 0) break;
    used += step;
    connection->has_input_behind = used < in.size;
    mt__output_emit(connection);
  }
  connection->has_input_behind = used < in.size;
  return used;
}

static bool is_being_answered(const mt_exchange *exchange) {
  return !exchange->reactor_only.is_ready ||
         (exchange->reactor_only.has_stream && !exchange->reactor_only.is_stream_whole);
}

/** A peer that sends no more may still read: only the host knows whether that is worth an answer.
 */
static bool counts_as_gone(const mt__connection *connection) {
  return connection->transport->has_peer &&
         connection->shard->shared->config.cancel_on_half_close && connection->first &&
         is_being_answered(connection->first);
}

static void end_of_input(mt__connection *connection) {
  connection->has_read_eof = true;
  connection->stops_reading = true;
  if (counts_as_gone(connection)) connection->is_broken = true;
  mt_exchange *exchange = connection->incoming;
  if (!exchange) return;
  bool is_queued = connection->reading != MT__READING_HEAD;
  connection->incoming = NULL;
  connection->reading = MT__READING_HEAD;
  mt__exchange_end_body(exchange, MT_BODY_FAILED, MT_ERROR_CLOSED);
  bool waits_for_body = is_queued && exchange->reactor_only.sink == MT__SINK_WHOLE;
  mt__exchange_unreference(exchange);
  /* Half a request: nobody is told, and what is behind earlier requests still leaves. */
  if (waits_for_body) mt__connection_cancel_last(connection);
}

static ssize_t read_some(mt__connection *connection, char *out, size_t capacity) {
  ssize_t size;
  do {
    size = connection->transport->read(connection, out, capacity);
  } while (size < 0 && errno == EINTR);
  if (size > 0)
    mt__count(&connection->shard->counters.bytes_received, (uint64_t)size);
  else if (size == 0)
    end_of_input(connection);
  else if (errno != EAGAIN && errno != EWOULDBLOCK)
    connection->is_broken = true;
  return size;
}

static void read_behind_waiting(mt__connection *connection) {
  if (!reserve(connection, LEAST_ROOM)) {
    connection->is_broken = true;
    return;
  }
  size_t room = connection->input_capacity - connection->input_size;
  ssize_t size = read_some(connection, connection->input + connection->input_size, room);
  if (size <= 0) return;
  connection->input_size += (uint32_t)size;
  mt__input_resume(connection);
}

static void read_to_drop(mt__connection *connection) {
  if (read_some(connection, connection->shard->scratch, MT__SCRATCH_BYTES) == 0)
    connection->is_broken = true;
}

/** No further request is served, but whoever still makes an answer is told when the peer is gone.
 */
static void listen_for_end(mt__connection *connection) {
  ssize_t size = read_some(connection, connection->shard->scratch, MT__DISCARD_LIMIT);
  if (size <= 0) return;
  connection->dropped += (uint32_t)size;
  connection->is_clean_close = false;
}

void mt__input_resume(mt__connection *connection) {
  mt_slice waiting = {connection->input, connection->input_size};
  size_t used = feed(connection, waiting);
  drop_used(connection, used);
}

void mt__input_read(mt__connection *connection) {
  if (connection->is_lingering) {
    read_to_drop(connection);
    return;
  }
  if (connection->has_read_eof) return;
  if (mt__input_listens_for_end(connection)) {
    listen_for_end(connection);
    return;
  }
  if (!mt__input_may_go_on(connection)) return;
  if (connection->input_size) {
    read_behind_waiting(connection);
    return;
  }
  char *scratch = connection->shard->scratch;
  ssize_t size = read_some(connection, scratch, MT__SCRATCH_BYTES);
  if (size <= 0) return;
  mt_slice in = {scratch, (size_t)size};
  size_t used = feed(connection, in);
  keep(connection, (mt_slice){scratch + used, in.size - used});
}
