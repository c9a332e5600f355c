#include <errno.h>
#include <unistd.h>

#include "connection.h"

/** A connection whose peer is a buffer and a function. */
typedef struct memory_peer {
  mt__connection connection;
  mt__message message; /* a turn of reading, posted to its own reactor */
  char *input;
  size_t size;
  size_t position;
  mt_inject_fn on_output;
  void *user_data;
  bool is_posted;
  bool is_destroyed; /* while posted */
} memory_peer;

static memory_peer *peer_of(mt__connection *connection) {
  return MT__CONTAINER(connection, memory_peer, connection);
}

static ssize_t memory_read(mt__connection *connection, char *out, size_t capacity) {
  memory_peer *peer = peer_of(connection);
  size_t left = peer->size - peer->position;
  size_t taken = left < capacity ? left : capacity;
  if (taken) memcpy(out, peer->input + peer->position, taken);
  peer->position += taken;
  return (ssize_t)taken;
}

static ssize_t memory_write(mt__connection *connection, const struct iovec *pieces, int count,
                            bool more_follows) {
  (void)more_follows;
  memory_peer *peer = peer_of(connection);
  ssize_t written = 0;
  for (int i = 0; i < count; i++) {
    mt_slice bytes = {pieces[i].iov_base, pieces[i].iov_len};
    if (bytes.size) peer->on_output(bytes, false, peer->user_data);
    written += (ssize_t)bytes.size;
  }
  return written;
}

static void release_peer(memory_peer *peer) {
  const mt_allocator *allocator = &peer->connection.shard->shared->allocator;
  mt__deallocate(allocator, peer->input);
  mt__deallocate(allocator, peer);
}

static void take_turn(mt__message *message) {
  memory_peer *peer = MT__CONTAINER(message, memory_peer, message);
  peer->is_posted = false;
  if (peer->is_destroyed)
    release_peer(peer);
  else if (peer->connection.watching)
    mt__connection_on_ready(-1, peer->connection.watching, &peer->connection);
}

/** Memory is always ready, so interest is served at the reactor's next turn, again while it lasts.
 */
static mt_status memory_watch(mt__connection *connection, short events) {
  memory_peer *peer = peer_of(connection);
  if (!events || peer->is_posted) return MT_OK;
  peer->message.deliver = take_turn;
  peer->is_posted = mt__reactor_post(&connection->shard->reactor, &peer->message);
  return MT_OK;
}

static void memory_finish_output(mt__connection *connection) {
  (void)connection;
}

static void memory_destroy(mt__connection *connection) {
  memory_peer *peer = peer_of(connection);
  peer->on_output((mt_slice){NULL, 0}, true, peer->user_data);
  peer->is_destroyed = true;
  if (!peer->is_posted) release_peer(peer);
}

static const mt__transport memory_transport = {
    .read = memory_read,
    .write = memory_write,
    .send_file = mt__transport_copy_file,
    .watch = memory_watch,
    .finish_output = memory_finish_output,
    .destroy = memory_destroy,
};

mt_status mt__transport_memory_serve(mt__shard *shard, char *input, size_t size,
                                     mt_inject_fn on_output, void *user_data) {
  bool is_late = shard->is_cut || shard->is_ended;
  memory_peer *peer =
      is_late ? NULL : mt__allocate_zeroed(&shard->shared->allocator, 1, sizeof *peer);
  if (!peer) {
    mt__deallocate(&shard->shared->allocator, input);
    return is_late ? MT_ERROR_INVALID_STATE : MT_ERROR_NO_MEMORY;
  }
  peer->input = input;
  peer->size = size;
  peer->on_output = on_output;
  peer->user_data = user_data;
  mt__peer_address address = {AF_UNIX, 0, {0}};
  atomic_fetch_add_explicit(&shard->shared->connections, 1, memory_order_relaxed);
  mt__connection_init(&peer->connection, shard, &memory_transport, &address);
  mt__connection_on_ready(-1, MT__IO_READ, &peer->connection);
  return MT_OK;
}
