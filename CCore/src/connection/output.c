#include "output.h"

#include <unistd.h>

#include "../codec/h1/writer.h"
#include "body.h"
#include "lay.h"

enum { BORROW_LEAST_BYTES = 8192 }; /* from here a piece of its own is cheaper than a copy */

/* --- heads --- */

static mt__h1_body framing_of(mt_exchange *exchange, uint64_t *length) {
  const mt_response *response = &exchange->response;
  bool is_http_1_0 = exchange->request.head.minor_version == 0;
  *length = response->body_kind == MT__BODY_FILE ? response->file.length : response->body.size;
  if (mt__response_has_no_content(response)) return MT__H1_BODY_NONE;
  if (mt__response_has_empty_content(response)) {
    *length = 0;
    return MT__H1_BODY_LENGTH;
  }
  if (!exchange->reactor_only.has_stream) return MT__H1_BODY_LENGTH;
  *length = exchange->stream_length;
  if (*length != MT_LENGTH_UNKNOWN) return MT__H1_BODY_LENGTH;
  if (!is_http_1_0) return MT__H1_BODY_CHUNKED;
  exchange->reactor_only.keeps_alive = false;
  return MT__H1_BODY_NONE;
}

static bool is_last_of_a_drain(const mt__connection *connection) {
  return connection->shard->is_draining && connection->first == connection->last &&
         !connection->incoming && !connection->has_input_behind;
}

static void settle_persistence(mt__connection *connection, mt_exchange *exchange) {
  /* Who still waits for 100 may or may not send the body now: what comes next is anybody's guess.
   */
  if (exchange->response.wants_close || exchange->reactor_only.owes_continue ||
      is_last_of_a_drain(connection))
    exchange->reactor_only.keeps_alive = false;
  if (!exchange->reactor_only.has_head) exchange->request.head.minor_version = 1;
}

static mt__h1_persistence persistence_of(const mt_exchange *exchange) {
  if (!exchange->reactor_only.keeps_alive) return MT__H1_CLOSE;
  return exchange->request.head.minor_version == 0 ? MT__H1_KEEP_SAID : MT__H1_KEEP_IMPLIED;
}

static void write_head(mt__connection *connection, const mt__h1_response_head *head) {
  char *out = mt__lay_begin(connection, mt__h1_head_bound(head));
  if (out) mt__lay_end(connection, mt__h1_write_head(out, head));
}

static void emit_head(mt__connection *connection, mt_exchange *exchange) {
  mt__shard *shard = connection->shard;
  const mt_response *response = &exchange->response;
  settle_persistence(connection, exchange);
  uint64_t length = 0;
  mt__h1_body body = framing_of(exchange, &length);
  exchange->reactor_only.is_chunked = body == MT__H1_BODY_CHUNKED;
  const mt__h1_response_head head = {
      .status = response->status,
      .body = body,
      .persistence = persistence_of(exchange),
      .content_length = length,
      .preset = mt__shard_preset(shard),
      .fields = {response->fields, response->fields_size},
  };
  write_head(connection, &head);
  exchange->reactor_only.is_head_sent = true;
  mt__count(&shard->counters.responses[response->status / 100 - 1], 1);
}

/* --- bodies --- */

static void release_exchange(void *exchange) {
  mt__exchange_unreference(exchange);
}

/** A large body leaves from where it is; the exchange stays until it has. */
static void append_arena_body(mt__connection *connection, mt_exchange *exchange) {
  mt__exchange_reference(exchange);
  if (mt__chain_append_borrow(&connection->output, &connection->shard->buffers,
                              exchange->response.body, release_exchange, exchange) != MT_OK)
    mt__lay_break(connection);
}

static void append_borrowed_body(mt__connection *connection, mt_response *response) {
  response->body_kind =
      MT__BODY_EMPTY; /* the chain calls the destructor from here on, also on failure */
  if (mt__chain_append_borrow(&connection->output, &connection->shard->buffers, response->body,
                              response->body_done, response->body_user_data) != MT_OK)
    mt__lay_break(connection);
}

/** A small file is read at once: a piece of its own would cost more calls, and hold a descriptor
 * until the peer reads. */
static void lay_small_file(mt__connection *connection, mt_response *response) {
  size_t size = (size_t)response->file.length;
  char *out = mt__lay_begin(connection, size);
  if (!out) return;
  ssize_t got = pread(response->file.descriptor, out, size, (off_t)response->file.offset);
  if (got == (ssize_t)size)
    mt__lay_end(connection, size);
  else
    mt__lay_break(connection); /* it has shrunk, and its length is already said */
}

static void append_file_body(mt__connection *connection, mt_response *response) {
  if (response->file.length < BORROW_LEAST_BYTES) {
    lay_small_file(connection, response);
    return;
  }
  response->body_kind = MT__BODY_EMPTY; /* the chain closes it from here on, also on failure */
  if (mt__chain_append_file(&connection->output, &connection->shard->buffers, response->file) !=
      MT_OK)
    mt__lay_break(connection);
}

static void emit_body(mt__connection *connection, mt_exchange *exchange) {
  mt_response *response = &exchange->response;
  if (mt__exchange_is_silent(exchange) || connection->is_broken) return;
  if (response->body_kind == MT__BODY_FILE && response->file.length)
    append_file_body(connection, response);
  else if (response->body.size < BORROW_LEAST_BYTES)
    mt__lay_bytes(connection, response->body);
  else if (response->body_kind == MT__BODY_ARENA)
    append_arena_body(connection, exchange);
  else
    append_borrowed_body(connection, response);
}

/* --- turns --- */

static void end_turn(mt__connection *connection, mt_exchange *exchange) {
  if (!exchange->reactor_only.keeps_alive) {
    mt__connection_cancel_rest(connection);
    if (connection->incoming != exchange) mt__connection_drop_incoming(connection);
    connection->stops_reading = true;
  }
  mt__body_abandon(connection, exchange);
  mt__connection_pop(connection);
  mt__exchange_finish(exchange);
  mt__exchange_unreference(exchange);
}

/** Moves on what was written to a stream before its turn; true when the stream is whole. */
static bool emit_stream(mt__connection *connection, mt_exchange *exchange) {
  mt__chain_splice(&connection->output, &exchange->reactor_only.pending);
  return exchange->reactor_only.is_stream_whole;
}

/** An interim 100 (Continue), for the request whose turn it is: RFC 9110 §15.2.1. */
static void emit_invitation(mt__connection *connection) {
  mt_exchange *exchange = connection->first;
  if (!exchange || exchange != connection->incoming || !exchange->reactor_only.owes_continue)
    return;
  exchange->reactor_only.owes_continue = false;
  mt__lay_bytes(connection, MT_SLICE("HTTP/1.1 100 Continue\r\n\r\n"));
}

/** A handler that answers while it reads, as an echo does, still needs the body. */
static bool reads_on(const mt_exchange *exchange) {
  return exchange->reactor_only.has_stream && !exchange->reactor_only.is_stream_whole &&
         exchange->reactor_only.sink == MT__SINK_STREAM && exchange->reactor_only.on_body;
}

void mt__output_emit(mt__connection *connection) {
  while (connection->first && connection->first->reactor_only.is_ready) {
    mt_exchange *exchange = connection->first;
    bool streams = exchange->reactor_only.has_stream;
    if (!exchange->reactor_only.is_head_sent) {
      if (reads_on(exchange)) emit_invitation(connection);
      emit_head(connection, exchange);
      if (!streams) emit_body(connection, exchange);
      if (streams) atomic_store(&exchange->any_thread.has_turn, true);
    }
    if (streams && !emit_stream(connection, exchange)) return;
    end_turn(connection, exchange);
  }
  emit_invitation(connection);
}

/* --- streams --- */

static bool is_its_turn(const mt_exchange *exchange) {
  return exchange->reactor_only.is_head_sent && exchange->reactor_only.connection &&
         exchange->reactor_only.connection->first == exchange &&
         mt__chain_is_empty(&exchange->reactor_only.pending);
}

static void put(mt_exchange *exchange, mt_slice bytes) {
  mt__connection *connection = exchange->reactor_only.connection;
  mt__chain *pending = &exchange->reactor_only.pending;
  bool is_now = is_its_turn(exchange) && connection->shard->serving == connection;
  if (is_now)
    mt__lay_bytes(connection, bytes);
  else if (mt__chain_append_copy(pending, &exchange->shard->buffers, bytes) != MT_OK)
    connection->is_broken = true;
}

static bool will_be_chunked(const mt_exchange *exchange) {
  return exchange->stream_length == MT_LENGTH_UNKNOWN && exchange->request.head.minor_version != 0;
}

bool mt__output_stream(mt_exchange *exchange, mt_slice bytes) {
  exchange->reactor_only.unsettled += bytes.size;
  if (!exchange->reactor_only.connection) return false;
  if (!will_be_chunked(exchange)) {
    put(exchange, bytes);
  } else {
    char line[MT__H1_CHUNK_LINE_BOUND];
    size_t size = mt__h1_write_chunk_line(line, bytes.size);
    put(exchange, (mt_slice){line, size});
    put(exchange, bytes);
    put(exchange, MT_SLICE("\r\n"));
  }
  return !exchange->reactor_only.connection->is_broken;
}

static bool is_short(const mt_exchange *exchange) {
  return exchange->stream_length != MT_LENGTH_UNKNOWN && exchange->stream_left > 0 &&
         !exchange->discards_stream;
}

void mt__output_stream_end(mt_exchange *exchange) {
  exchange->reactor_only.is_stream_whole = true;
  mt__connection *connection = exchange->reactor_only.connection;
  if (!connection) return;
  if (is_short(exchange)) {
    mt__log(&exchange->shard->shared->logger, MT_LOG_ERROR,
            "a response stream ended %llu bytes before its announced length; the connection closes",
            (unsigned long long)exchange->stream_left);
    exchange->reactor_only.keeps_alive = false;
  }
  if (exchange->has_overrun && !exchange->discards_stream)
    exchange->reactor_only.keeps_alive = false;
  if (will_be_chunked(exchange) && !exchange->discards_stream) put(exchange, MT_SLICE("0\r\n\r\n"));
}
