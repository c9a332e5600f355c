#include "body.h"

#include "../base/number.h"
#include "input.h"
#include "output.h"

enum {
  FIRST_WHOLE_BYTES = 4096,
  TRUSTED_LENGTH_BYTES = 65536, /* an announced length up to here is allocated at once */
  RATE_WINDOW_MS = 5000,
};

void mt__body_restart_clock(mt_exchange *exchange) {
  exchange->reactor_only.body_since_ms = exchange->shard->reactor.now_ms;
  exchange->reactor_only.body_since = exchange->reactor_only.body_received;
}

static bool is_whole(const mt_exchange *exchange) {
  return exchange->request.head.framing == MT__FRAMING_LENGTH && !exchange->reactor_only.body_left;
}

/** The rate is looked at window by window: what came in a hurry is no credit for later. */
static bool is_too_slow(mt_exchange *exchange) {
  uint64_t rate = exchange->shard->shared->config.min_transfer_bytes_per_second;
  uint64_t elapsed = exchange->shard->reactor.now_ms - exchange->reactor_only.body_since_ms;
  uint64_t received = exchange->reactor_only.body_received - exchange->reactor_only.body_since;
  if (elapsed <= RATE_WINDOW_MS) return false;
  mt__body_restart_clock(exchange);
  return received < rate * (elapsed / 1000) && !is_whole(exchange);
}

static uint64_t limit_of(const mt_exchange *exchange) {
  const mt__route *route = exchange->request.match.route;
  if (route && route->max_body_bytes) return route->max_body_bytes;
  return exchange->shard->shared->config.max_body_bytes;
}

/* --- gathering a whole body --- */

static size_t next_capacity(const mt_exchange *exchange, size_t needed) {
  size_t capacity = exchange->reactor_only.whole_capacity;
  const mt__head *head = &exchange->request.head;
  if (capacity == 0) {
    bool is_trusted =
        head->framing == MT__FRAMING_LENGTH && head->content_length <= TRUSTED_LENGTH_BYTES;
    capacity = is_trusted ? (size_t)head->content_length : FIRST_WHOLE_BYTES;
  }
  while (capacity < needed) capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
  return capacity;
}

static bool gather(mt_exchange *exchange, mt_slice bytes) {
  size_t size = (size_t)exchange->reactor_only.body_received - bytes.size;
  size_t needed;
  if (!mt__size_add(size, bytes.size, &needed)) return false;
  if (needed > exchange->reactor_only.whole_capacity) {
    size_t capacity = next_capacity(exchange, needed);
    char *larger =
        mt__reallocate(&exchange->shard->shared->allocator, exchange->reactor_only.whole, capacity);
    if (!larger) return false;
    exchange->reactor_only.whole = larger;
    exchange->reactor_only.whole_capacity = capacity;
  }
  memcpy(exchange->reactor_only.whole + size, bytes.data, bytes.size);
  return true;
}

/* --- octets to their sink --- */

/** The handler's answer to a piece. The callback may end the body itself, so nothing is touched
 * after it but the flow. */
static void hand_to_consumer(mt_exchange *exchange, mt_slice bytes) {
  mt_flow flow = exchange->reactor_only.on_body(MT_BODY_DATA, bytes, MT_OK,
                                                exchange->reactor_only.body_user_data);
  if (flow == MT_FLOW_PAUSE) exchange->reactor_only.is_body_paused = true;
}

/** They are within the limit: an announced length and each chunk's are held against it before. */
static void sink_bytes(mt__connection *connection, mt_exchange *exchange, mt_slice bytes) {
  connection->has_read = true;
  exchange->reactor_only.body_received += bytes.size;
  if (exchange->reactor_only.sink == MT__SINK_STREAM && exchange->reactor_only.on_body) {
    hand_to_consumer(exchange, bytes);
  } else if (exchange->reactor_only.sink == MT__SINK_WHOLE && !gather(exchange, bytes)) {
    mt__input_reject(connection, 503, "no memory for the body");
    return;
  }
  if (is_too_slow(exchange)) mt__input_reject(connection, 408, "the body came too slowly");
}

/** The body is complete: its exchange is no longer the incoming one, and who waited for it goes on.
 */
static void complete(mt__connection *connection, mt_exchange *exchange) {
  connection->incoming = NULL;
  connection->reading = MT__READING_HEAD;
  if (!exchange->reactor_only.keeps_alive) connection->stops_reading = true;
  if (exchange->reactor_only.sink == MT__SINK_WHOLE) {
    exchange->request.body =
        (mt_slice){exchange->reactor_only.whole, (size_t)exchange->reactor_only.body_received};
    exchange->shard->shared->service->run(exchange);
  } else {
    mt__exchange_end_body(exchange, MT_BODY_END, MT_OK);
  }
  mt__exchange_unreference(exchange);
}

void mt__body_check_end(mt__connection *connection) {
  mt_exchange *exchange = connection->incoming;
  if (!exchange || connection->reading != MT__READING_LENGTH) return;
  if (exchange->reactor_only.body_left || exchange->reactor_only.is_body_paused) return;
  complete(connection, exchange);
}

static size_t feed_length(mt__connection *connection, mt_exchange *exchange, mt_slice in) {
  uint64_t left = exchange->reactor_only.body_left;
  size_t taken = in.size < left ? in.size : (size_t)left;
  exchange->reactor_only.body_left -= taken;
  sink_bytes(connection, exchange, (mt_slice){in.data, taken});
  mt__body_check_end(connection);
  return taken;
}

/* --- chunked --- */

static bool begin_trailers(mt__connection *connection, mt_exchange *exchange) {
  mt__head *trailers = &exchange->request.trailers;
  const mt__shared *shared = connection->shard->shared;
  uint32_t capacity = shared->limits.max_fields;
  memset(trailers, 0, sizeof *trailers);
  trailers->fields = mt__allocate(&shared->allocator, capacity * sizeof *trailers->fields);
  if (!trailers->fields) return false;
  exchange->reactor_only.trailer_fields = trailers->fields;
  trailers->field_capacity = capacity;
  mt__h1_parser_init_trailers(&exchange->reactor_only.parser, &shared->limits, shared->scan);
  return true;
}

/** The octets of a complete trailer section move to where the exchange keeps them. */
static bool keep_trailers(mt_exchange *exchange, const char *data) {
  mt__head *trailers = &exchange->request.trailers;
  char *copy = mt__allocate(&exchange->shard->shared->allocator, trailers->size);
  if (!copy) return false;
  memcpy(copy, data, trailers->size);
  exchange->reactor_only.trailer_bytes = copy;
  trailers->base = copy;
  return true;
}

/** Most bodies have no trailers: their end is two octets, and needs no parser. */
static size_t feed_trailers(mt__connection *connection, mt_exchange *exchange, mt_slice in) {
  mt__head *trailers = &exchange->request.trailers;
  bool is_first = trailers->fields == NULL;
  if (is_first && in.size >= 2 && in.data[0] == '\r' && in.data[1] == '\n') {
    complete(connection, exchange);
    return 2;
  }
  if (is_first && !begin_trailers(connection, exchange)) {
    mt__input_reject(connection, 503, "no memory for trailers");
    return in.size;
  }
  mt__h1_parser *parser = &exchange->reactor_only.parser;
  mt__h1_result result = mt__h1_parser_feed(parser, in.data, in.size, trailers);
  trailers->base = NULL;
  if (result == MT__H1_INCOMPLETE) return 0;
  size_t size = trailers->size;
  if (result == MT__H1_REJECTED)
    mt__input_reject(connection, parser->reject_status, parser->reject_reason);
  else if (!keep_trailers(exchange, in.data))
    mt__input_reject(connection, 503, "no memory for trailers");
  else
    complete(connection, exchange);
  return result == MT__H1_REJECTED ? in.size : size;
}

/** Moves a chunk's data behind what was decoded before it, over chunk lines that nobody needs any
 * more: whoever takes a body is called once for each read, however small the chunks. */
static void join(mt_slice *joined, mt_slice data) {
  if (joined->size == 0) {
    *joined = data;
    return;
  }
  memmove((char *)(uintptr_t)joined->data + joined->size, data.data, data.size);
  joined->size += data.size;
}

/** A chunk announces its length as Content-Length does: past the limit it is refused at its first
 * octet. */
static bool fits(const mt_exchange *exchange, size_t joined, size_t size) {
  uint64_t room = exchange->reactor_only.body_limit - exchange->reactor_only.body_received;
  uint64_t left = exchange->reactor_only.chunked.left;
  return joined <= room && size <= room - joined && left <= room - joined - size;
}

typedef struct chunk_refusal {
  int http_status; /* 0: none */
  const char *reason;
} chunk_refusal;

/** Decodes up to the end of `in`, of the body, or to what offends; returns how much was used. */
static size_t decode_chunks(mt_exchange *exchange, mt_slice in, mt_slice *joined, bool *is_last,
                            chunk_refusal *refusal) {
  mt__chunked *decoder = &exchange->reactor_only.chunked;
  size_t used = 0;
  while (used < in.size && !*is_last && !refusal->http_status) {
    mt_slice data = {NULL, 0};
    size_t step = 0;
    mt_slice rest = {in.data + used, in.size - used};
    mt__chunked_result result = mt__chunked_decode(decoder, rest, &step, &data);
    used += step;
    *is_last = result == MT__CHUNKED_TRAILERS;
    if (result == MT__CHUNKED_REJECTED)
      *refusal = (chunk_refusal){400, decoder->reject_reason};
    else if (data.size && !fits(exchange, joined->size, data.size))
      *refusal = (chunk_refusal){413, "a chunk is longer than the limit"};
    else if (data.size)
      join(joined, data);
  }
  return used;
}

static size_t feed_chunks(mt__connection *connection, mt_exchange *exchange, mt_slice in) {
  mt_slice joined = {NULL, 0};
  bool is_last = false;
  chunk_refusal refusal = {0, NULL};
  size_t used = decode_chunks(exchange, in, &joined, &is_last, &refusal);
  if (joined.size) sink_bytes(connection, exchange, joined);
  if (connection->incoming != exchange) return in.size; /* refused, or given up by who took it */
  if (is_last) connection->reading = MT__READING_TRAILERS;
  if (!refusal.http_status) return used;
  mt__input_reject(connection, refusal.http_status, refusal.reason);
  return in.size;
}

size_t mt__body_feed(mt__connection *connection, mt_exchange *exchange, mt_slice in) {
  exchange->reactor_only.owes_continue = false;
  if (connection->reading == MT__READING_LENGTH) return feed_length(connection, exchange, in);
  if (connection->reading == MT__READING_CHUNKS) return feed_chunks(connection, exchange, in);
  return feed_trailers(connection, exchange, in);
}

/* --- the beginning --- */

static void start_reading(mt__connection *connection, mt_exchange *exchange, mt__sink sink) {
  const mt__head *head = &exchange->request.head;
  mt__exchange_reference(exchange);
  connection->incoming = exchange;
  connection->reading =
      head->framing == MT__FRAMING_CHUNKED ? MT__READING_CHUNKS : MT__READING_LENGTH;
  exchange->reactor_only.sink = (uint8_t)sink;
  exchange->reactor_only.body_left = head->content_length;
  if (sink == MT__SINK_DISCARD) exchange->reactor_only.body_limit = MT__DISCARD_LIMIT;
  exchange->request.trailers.fields = NULL;
  mt__chunked_init(&exchange->reactor_only.chunked);
  mt__body_restart_clock(exchange);
}

/** The exchange goes on after this read, so that its head may not stay in the scratch buffer. */
static bool outlive(mt__connection *connection, mt_exchange *exchange) {
  if (mt__exchange_detach(exchange) == MT_OK) return true;
  connection->is_broken = true;
  return false;
}

static void discard(mt__connection *connection, mt_exchange *exchange) {
  const mt__head *head = &exchange->request.head;
  bool is_too_much =
      head->framing == MT__FRAMING_LENGTH && head->content_length > MT__DISCARD_LIMIT;
  if (is_too_much || exchange->reactor_only.owes_continue) {
    exchange->reactor_only.keeps_alive = false;
    connection->stops_reading = true;
    connection->is_clean_close = false;
  } else {
    start_reading(connection, exchange, MT__SINK_DISCARD);
  }
}

static void begin_stream(mt__connection *connection, mt_exchange *exchange) {
  connection->shard->shared->service->run(exchange);
  if (!exchange->any_thread.has_asked_for_body) {
    discard(connection, exchange);
    return;
  }
  start_reading(connection, exchange, MT__SINK_STREAM);
  outlive(connection, exchange);
}

static size_t begin_whole(mt__connection *connection, mt_exchange *exchange, mt_slice available) {
  const mt__head *head = &exchange->request.head;
  if (head->framing == MT__FRAMING_LENGTH && available.size >= head->content_length) {
    exchange->request.body = (mt_slice){available.data, (size_t)head->content_length};
    connection->shard->shared->service->run(exchange);
    return (size_t)head->content_length;
  }
  start_reading(connection, exchange, MT__SINK_WHOLE);
  outlive(connection, exchange);
  return 0;
}

static void begin_without(mt__connection *connection, mt_exchange *exchange) {
  if (!exchange->reactor_only.is_ready) connection->shard->shared->service->run(exchange);
  mt__exchange_end_body(exchange, MT_BODY_END, MT_OK);
}

/** An announced length over the limit is refused before a byte of it is read. */
static bool is_over_limit(mt__connection *connection, mt_exchange *exchange) {
  const mt__head *head = &exchange->request.head;
  exchange->reactor_only.body_limit = limit_of(exchange);
  if (exchange->reactor_only.is_ready || head->framing != MT__FRAMING_LENGTH ||
      head->content_length <= exchange->reactor_only.body_limit)
    return false;
  start_reading(connection, exchange, MT__SINK_WHOLE);
  mt__input_reject(connection, 413, "the announced body is longer than the limit");
  return true;
}

size_t mt__body_begin(mt__connection *connection, mt_exchange *exchange, mt_slice available) {
  const mt__head *head = &exchange->request.head;
  bool has_body = head->framing == MT__FRAMING_CHUNKED || head->content_length > 0;
  /* Who asked for 100 (Continue) waits for nothing when the body comes already: RFC 9110 §10.1.1.
   */
  if (!has_body || available.size) exchange->reactor_only.owes_continue = false;
  if (!has_body) {
    begin_without(connection, exchange);
    return 0;
  }
  if (is_over_limit(connection, exchange)) return 0;
  const mt__route *route = exchange->request.match.route;
  if (exchange->reactor_only.is_ready)
    discard(connection, exchange);
  else if (route && route->body_mode == MT_BODY_STREAM)
    begin_stream(connection, exchange);
  else
    return begin_whole(connection, exchange, available);
  return 0;
}

void mt__body_abandon_rest(mt__connection *connection, mt_exchange *exchange) {
  if (exchange->reactor_only.sink == MT__SINK_STREAM)
    mt__exchange_end_body(exchange, MT_BODY_FAILED, MT_ERROR_CLOSED);
  exchange->reactor_only.sink = MT__SINK_DISCARD;
  exchange->reactor_only.is_body_paused = false;
  bool is_read = connection->reading == MT__READING_LENGTH && !exchange->reactor_only.body_left;
  if (is_read) { /* a consumer that paused at the very end is all that kept it */
    complete(connection, exchange);
    return;
  }
  uint64_t received = exchange->reactor_only.body_received;
  exchange->reactor_only.body_limit =
      received > UINT64_MAX - MT__DISCARD_LIMIT ? UINT64_MAX : received + MT__DISCARD_LIMIT;
  bool is_too_much = connection->reading == MT__READING_LENGTH &&
                     exchange->reactor_only.body_left > MT__DISCARD_LIMIT;
  if (is_too_much || !exchange->reactor_only.keeps_alive) {
    connection->incoming = NULL;
    connection->reading = MT__READING_HEAD;
    connection->stops_reading = true;
    connection->is_clean_close = false;
    mt__exchange_unreference(exchange);
  }
}
