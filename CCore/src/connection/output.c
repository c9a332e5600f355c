#include "output.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../codec/h1/writer.h"
#include "body.h"
#include "input.h"

enum {
  PIECES_MAX = 64,
  ROUNDS_MAX = 16,          /* writes for one connection before the others get their turn */
  BORROW_LEAST_BYTES = 8192 /* from here a piece of its own is cheaper than a copy */
};

/* --- laying octets down --- */

static void break_off(mt__connection *connection) {
  connection->is_broken = true;
  connection->shard->out_size = 0;
  mt__chain_clear(&connection->output, &connection->shard->buffers);
}

/** Where `size` octets may be written, to be laid down by end_lay; NULL when the connection broke.
 */
static char *begin_lay(mt__connection *connection, size_t size) {
  mt__shard *shard = connection->shard;
  if (MT__OUT_BYTES - shard->out_size < size) mt__output_flush(connection);
  return connection->is_broken || size > MT__OUT_BYTES ? NULL : shard->out + shard->out_size;
}

/** Lays down what was written there. Behind what waits in the chain it has to be copied. */
static void end_lay(mt__connection *connection, size_t size) {
  mt__shard *shard = connection->shard;
  mt_slice written = {shard->out + shard->out_size, size};
  if (mt__chain_is_empty(&connection->output))
    shard->out_size += size;
  else if (mt__chain_append_copy(&connection->output, &shard->buffers, written) != MT_OK)
    break_off(connection);
}

static void lay(mt__connection *connection, mt_slice bytes) {
  if (connection->is_broken || !bytes.size) return;
  bool is_behind = !mt__chain_is_empty(&connection->output) || bytes.size > MT__OUT_BYTES;
  char *out = is_behind ? NULL : begin_lay(connection, bytes.size);
  if (out) {
    memcpy(out, bytes.data, bytes.size);
    end_lay(connection, bytes.size);
  } else if (mt__chain_append_copy(&connection->output, &connection->shard->buffers, bytes) !=
             MT_OK) {
    break_off(connection);
  }
}

/* --- heads --- */

static bool has_no_content(int status) {
  return status == 204 || status == 304;
}

static mt__h1_body framing_of(mt_exchange *exchange, uint64_t *length) {
  const mt_response *response = &exchange->response;
  bool is_http_1_0 = exchange->request.head.minor_version == 0;
  *length = response->body_kind == MT__BODY_FILE ? response->file.length : response->body.size;
  if (has_no_content(response->status)) return MT__H1_BODY_NONE;
  if (!exchange->reactor_only.has_stream) return MT__H1_BODY_LENGTH;
  *length = exchange->stream_length;
  if (*length != MT_LENGTH_UNKNOWN) return MT__H1_BODY_LENGTH;
  if (!is_http_1_0) return MT__H1_BODY_CHUNKED;
  exchange->reactor_only.keeps_alive = false;
  return MT__H1_BODY_NONE;
}

static bool is_last_of_a_drain(const mt__connection *connection) {
  return connection->shard->is_draining && connection->first == connection->last &&
         !connection->incoming && !connection->input_size;
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
  char *out = begin_lay(connection, mt__h1_head_bound(head));
  if (out) end_lay(connection, mt__h1_write_head(out, head));
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
    break_off(connection);
}

static void append_borrowed_body(mt__connection *connection, mt_response *response) {
  response->body_kind =
      MT__BODY_EMPTY; /* the chain calls the destructor from here on, also on failure */
  if (mt__chain_append_borrow(&connection->output, &connection->shard->buffers, response->body,
                              response->body_done, response->body_user_data) != MT_OK)
    break_off(connection);
}

/** A small file is read at once: a piece of its own would cost more calls, and hold a descriptor
 * until the peer reads. */
static void lay_small_file(mt__connection *connection, mt_response *response) {
  size_t size = (size_t)response->file.length;
  char *out = begin_lay(connection, size);
  if (!out) return;
  ssize_t got = pread(response->file.descriptor, out, size, (off_t)response->file.offset);
  if (got == (ssize_t)size)
    end_lay(connection, size);
  else
    break_off(connection); /* it has shrunk, and its length is already said */
}

static void append_file_body(mt__connection *connection, mt_response *response) {
  if (response->file.length < BORROW_LEAST_BYTES) {
    lay_small_file(connection, response);
    return;
  }
  response->body_kind = MT__BODY_EMPTY; /* the chain closes it from here on, also on failure */
  if (mt__chain_append_file(&connection->output, &connection->shard->buffers, response->file) !=
      MT_OK)
    break_off(connection);
}

static void emit_body(mt__connection *connection, mt_exchange *exchange) {
  mt_response *response = &exchange->response;
  bool is_silent =
      exchange->request.head.method == MT_METHOD_HEAD || has_no_content(response->status);
  if (is_silent || connection->is_broken) return;
  if (response->body_kind == MT__BODY_FILE && response->file.length)
    append_file_body(connection, response);
  else if (response->body.size < BORROW_LEAST_BYTES)
    lay(connection, response->body);
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
  lay(connection, MT_SLICE("HTTP/1.1 100 Continue\r\n\r\n"));
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
    lay(connection, bytes);
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
  if (will_be_chunked(exchange) && !exchange->discards_stream) put(exchange, MT_SLICE("0\r\n\r\n"));
}

/* --- sending --- */

/** After a flush: what of the present stream has left, so that its writer may go on. */
static void account(mt__connection *connection) {
  mt_exchange *exchange = connection->first;
  if (!exchange || !exchange->reactor_only.is_head_sent) return;
  uint64_t unsettled = exchange->reactor_only.unsettled;
  uint64_t waiting = connection->output.bytes < unsettled ? connection->output.bytes : unsettled;
  if (waiting == unsettled) return;
  exchange->reactor_only.unsettled = waiting;
  uint64_t before = atomic_fetch_sub(&exchange->any_thread.unsent, unsettled - waiting);
  uint64_t unsent = before - (unsettled - waiting);
  if (unsent > connection->shard->shared->config.output_low_water_bytes) return;
  if (atomic_exchange(&exchange->any_thread.wants_drain, false))
    mt__exchange_signal(exchange, MT__SIGNAL_DRAINED);
}

/** Sends what is at the front; false when the transport takes no more. */
static bool send_front(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  mt__chain *chain = &connection->output;
  const mt__transport *transport = connection->transport;
  struct iovec pieces[PIECES_MAX];
  int count = 0;
  if (shard->out_size) pieces[count++] = (struct iovec){shard->out, shard->out_size};
  count += mt__chain_pieces(chain, pieces + count, PIECES_MAX - count);
  size_t wanted = 0;
  for (int i = 0; i < count; i++) wanted += pieces[i].iov_len;
  ssize_t sent;
  mt__file_part part;
  bool has_file = count == 0 && mt__chain_file(chain, &part);
  if (has_file) {
    sent = transport->send_file(connection, &part);
    if (sent == 0)
      break_off(connection); /* the file has shrunk: the announced length cannot be kept */
  } else {
    sent = transport->write(connection, pieces, count, wanted < chain->bytes + shard->out_size);
  }
  if (sent < 0) {
    if (errno == EINTR) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) break_off(connection);
    return false;
  }
  connection->has_written = true;
  mt__count(&shard->counters.bytes_sent, (uint64_t)sent);
  size_t from_out = (size_t)sent < shard->out_size ? (size_t)sent : shard->out_size;
  if (from_out < shard->out_size)
    memmove(shard->out, shard->out + from_out, shard->out_size - from_out);
  shard->out_size -= from_out;
  mt__chain_consume(chain, &shard->buffers, (uint64_t)sent - from_out);
  return has_file ? sent > 0 : (size_t)sent == wanted;
}

/** The output scratch belongs to the connection that is served: what is left in it moves to the
 * connection's own chain. */
static void keep_rest(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (!shard->out_size) return;
  mt_slice rest = {shard->out, shard->out_size};
  shard->out_size = 0;
  if (mt__chain_prepend_copy(&connection->output, &shard->buffers, rest) != MT_OK)
    break_off(connection);
}

void mt__output_flush(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (connection->is_broken) break_off(connection);
  if (!shard->out_size && mt__chain_is_empty(&connection->output)) return;
  for (int round = 0; round < ROUNDS_MAX; round++) {
    if (!shard->out_size && mt__chain_is_empty(&connection->output)) break;
    if (!send_front(connection)) break;
  }
  keep_rest(connection);
  account(connection);
}
