#include "lay.h"

#include <errno.h>

enum { PIECES_MAX = 64 };

void mt__lay_break(mt__connection *connection) {
  connection->is_broken = true;
  connection->shard->out_size = 0;
  mt__chain_clear(&connection->output, &connection->shard->buffers);
}

void mt__lay_behind(mt__connection *connection, mt_slice bytes) {
  if (mt__chain_append_copy(&connection->output, &connection->shard->buffers, bytes) != MT_OK)
    mt__lay_break(connection);
}

void mt__lay_bytes(mt__connection *connection, mt_slice bytes) {
  if (connection->is_broken || !bytes.size) return;
  bool is_behind = !mt__chain_is_empty(&connection->output) || bytes.size > MT__OUT_BYTES;
  char *out = is_behind ? NULL : mt__lay_begin(connection, bytes.size);
  if (out) {
    memcpy(out, bytes.data, bytes.size);
    mt__lay_end(connection, bytes.size);
  } else {
    mt__lay_behind(connection, bytes);
  }
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

/** What was sent leaves the scratch first, then the chain. */
static void drop_sent(mt__connection *connection, size_t sent) {
  mt__shard *shard = connection->shard;
  size_t from_out = sent < shard->out_size ? sent : shard->out_size;
  if (from_out < shard->out_size)
    memmove(shard->out, shard->out + from_out, shard->out_size - from_out);
  shard->out_size -= from_out;
  mt__chain_consume(&connection->output, &shard->buffers, sent - from_out);
}

/** Takes a write's result in; whether there may be another. */
static bool note_sent(mt__connection *connection, ssize_t sent, size_t wanted) {
  if (sent < 0) {
    if (errno == EINTR) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) mt__lay_break(connection);
    return false;
  }
  connection->has_written = true;
  connection->shard->turn_bytes -= (size_t)sent;
  mt__count(&connection->shard->counters.bytes_sent, (uint64_t)sent);
  drop_sent(connection, (size_t)sent);
  return (size_t)sent == wanted;
}

static bool send_file(mt__connection *connection, mt__file_part *part) {
  size_t most = connection->shard->turn_bytes;
  if (part->length > most) part->length = most;
  ssize_t sent = connection->transport->send_file(connection, part);
  if (sent == 0) /* the file has shrunk: the announced length cannot be kept */
    mt__lay_break(connection);
  else
    note_sent(connection, sent, 0);
  return sent > 0;
}

/** Cuts the pieces to at most `most` octets; how many are left. */
static size_t cut_to(struct iovec *pieces, int *count, size_t most) {
  size_t sum = 0;
  for (int i = 0; i < *count; i++) {
    if (pieces[i].iov_len > most - sum) {
      pieces[i].iov_len = most - sum;
      *count = i + 1;
    }
    sum += pieces[i].iov_len;
  }
  return sum;
}

/** Whether the connection's end follows these octets at once: both can leave in one segment. */
static bool is_end_near(const mt__connection *connection) {
  return connection->stops_reading && !connection->first;
}

static bool send_pieces(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  struct iovec pieces[PIECES_MAX];
  int count = 0;
  if (shard->out_size) pieces[count++] = (struct iovec){shard->out, shard->out_size};
  count += mt__chain_pieces(&connection->output, pieces + count, PIECES_MAX - count);
  size_t wanted = cut_to(pieces, &count, shard->turn_bytes);
  bool is_rest = wanted == connection->output.bytes + shard->out_size;
  bool more_follows = !is_rest || is_end_near(connection);
  ssize_t sent = connection->transport->write(connection, pieces, count, more_follows);
  return note_sent(connection, sent, wanted);
}

/** Sends what is at the front; false when the transport takes no more. */
static bool send_front(mt__connection *connection) {
  mt__file_part part;
  bool is_file = !connection->shard->out_size && mt__chain_file(&connection->output, &part);
  return is_file ? send_file(connection, &part) : send_pieces(connection);
}

/** The output scratch belongs to the connection that is served: what is left in it moves to the
 * connection's own chain. */
static void keep_rest(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (!shard->out_size) return;
  mt_slice rest = {shard->out, shard->out_size};
  shard->out_size = 0;
  if (mt__chain_prepend_copy(&connection->output, &shard->buffers, rest) != MT_OK)
    mt__lay_break(connection);
}

void mt__lay_flush(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (connection->is_broken) mt__lay_break(connection);
  if (!shard->out_size && mt__chain_is_empty(&connection->output)) return;
  while (shard->turn_bytes && (shard->out_size || !mt__chain_is_empty(&connection->output)))
    if (!send_front(connection)) break;
  keep_rest(connection);
  account(connection);
}
