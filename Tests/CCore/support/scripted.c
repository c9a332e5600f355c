#include "scripted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "connection/connection.h"

/** In memory of its own, freed when the server lets go of it, so that a sanitizer sees a late use.
 */
typedef struct scripted_connection {
  mt__connection connection;
  scripted *script;
} scripted_connection;

static scripted *script_of(mt__connection *connection) {
  return MT__CONTAINER(connection, scripted_connection, connection)->script;
}

uint32_t scripted_random(uint64_t *state, uint32_t below) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((*state >> 33) % below);
}

static bool happens(scripted *self, uint32_t percent) {
  return self->random && scripted_random(&self->random, 100) < percent;
}

static ssize_t failing(int error) {
  errno = error;
  return -1;
}

/* --- what it sends --- */

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/** How far a read may go: to the next split, fault or limit. */
static size_t readable(scripted *self, size_t capacity) {
  size_t size = least(self->input.size - self->sent, capacity);
  if (self->most_read) size = least(size, self->most_read);
  for (size_t i = 0; i < self->split_count; i++)
    if (self->splits[i] > self->sent) size = least(size, self->splits[i] - self->sent);
  if (self->read_fails_at > (ptrdiff_t)self->sent)
    size = least(size, (size_t)self->read_fails_at - self->sent);
  if (size > 1 && happens(self, 50)) size = 1 + scripted_random(&self->random, (uint32_t)size);
  return size;
}

static ssize_t scripted_read(mt__connection *connection, char *out, size_t capacity) {
  scripted *self = script_of(connection);
  if (self->read_fails_at == (ptrdiff_t)self->sent) return failing(self->read_error);
  if (happens(self, 10)) return failing(EINTR);
  if (self->is_silent || happens(self, 20)) return failing(EAGAIN);
  size_t size = readable(self, capacity);
  if (size == 0) return self->end == SCRIPTED_CLOSES ? 0 : failing(EAGAIN);
  memcpy(out, self->input.data + self->sent, size);
  self->sent += size;
  return (ssize_t)size;
}

/* --- what it takes --- */

static void collect(scripted *self, const char *bytes, size_t size) {
  if (size > self->output_capacity - self->output_size) {
    self->output_capacity = 2 * (self->output_size + size);
    self->output = realloc(self->output, self->output_capacity);
    if (!self->output) abort();
  }
  memcpy(self->output + self->output_size, bytes, size);
  self->output_size += size;
}

static bool is_blocked(const scripted *self) {
  return self->is_blocked || self->write_blocks_at == (ptrdiff_t)self->output_size;
}

static size_t up_to(const scripted *self, ptrdiff_t at, size_t size) {
  return at > (ptrdiff_t)self->output_size ? least(size, (size_t)at - self->output_size) : size;
}

/** How much a write of `size` may take; 0: it has to come again. */
static size_t writable(scripted *self, size_t size) {
  if (self->most_written) size = least(size, self->most_written);
  ptrdiff_t stop = self->write_stops_at;
  bool stops = !self->has_stopped && stop >= (ptrdiff_t)self->output_size &&
               stop < (ptrdiff_t)(self->output_size + size);
  if (stops) {
    size = (size_t)stop - self->output_size;
    self->has_stopped = size == 0;
  }
  size = up_to(self, self->write_fails_at, size);
  size = up_to(self, self->write_blocks_at, size);
  if (size > 1 && happens(self, 50)) size = 1 + scripted_random(&self->random, (uint32_t)size);
  return size;
}

static ssize_t scripted_write(mt__connection *connection, const struct iovec *pieces, int count,
                              bool more_follows) {
  (void)more_follows;
  scripted *self = script_of(connection);
  if (self->write_fails_at == (ptrdiff_t)self->output_size) return failing(self->write_error);
  if (happens(self, 10)) return failing(EINTR);
  if (is_blocked(self) || happens(self, 20)) return failing(EAGAIN);
  size_t size = 0;
  for (int i = 0; i < count; i++) size += pieces[i].iov_len;
  size = writable(self, size);
  if (size == 0) return failing(EAGAIN);
  for (size_t left = size; left; pieces++) {
    size_t taken = least(left, pieces->iov_len);
    collect(self, pieces->iov_base, taken);
    left -= taken;
  }
  return (ssize_t)size;
}

static ssize_t scripted_send_file(mt__connection *connection, const mt__file_part *part) {
  scripted *self = script_of(connection);
  if (self->file_fails_at == (ptrdiff_t)self->output_size)
    return self->file_error ? failing(self->file_error) : 0;
  return mt__transport_copy_file(connection, part);
}

/* --- the rest --- */

static mt_status scripted_watch(mt__connection *connection, short events) {
  (void)events; /* which the connection notes itself */
  scripted *self = script_of(connection);
  return self->refusals && happens(self, self->refusals) ? MT_ERROR_SYSTEM : MT_OK;
}

static void scripted_finish_output(mt__connection *connection) {
  script_of(connection)->has_been_finished = true;
}

static void scripted_destroy(mt__connection *connection) {
  scripted_connection *held = MT__CONTAINER(connection, scripted_connection, connection);
  held->script->is_closed = true;
  held->script->connection = NULL;
  free(held);
}

static const mt__transport scripted_transport = {
    .read = scripted_read,
    .write = scripted_write,
    .send_file = scripted_send_file,
    .watch = scripted_watch,
    .finish_output = scripted_finish_output,
    .destroy = scripted_destroy,
};

/* --- for the test --- */

void scripted_init(scripted *self, mt_slice input) {
  *self = (scripted){.input = input,
                     .read_fails_at = SCRIPTED_NEVER,
                     .write_stops_at = SCRIPTED_NEVER,
                     .write_blocks_at = SCRIPTED_NEVER,
                     .write_fails_at = SCRIPTED_NEVER,
                     .file_fails_at = SCRIPTED_NEVER};
}

void scripted_deinit(scripted *self) {
  free(self->output);
  self->output = NULL;
}

bool scripted_connect(scripted *self, mt__shard *shard) {
  self->connection = malloc(sizeof *self->connection);
  if (!self->connection || !mt__shared_admit(shard->shared)) {
    free(self->connection);
    self->connection = NULL;
    self->is_closed = true;
    return false;
  }
  self->connection->script = self;
  mt__peer_address address = {AF_UNIX, 0, {0}};
  mt__connection_init(&self->connection->connection, shard, &scripted_transport, &address);
  mt__connection_on_ready(-1, MT__IO_READ, &self->connection->connection);
  return true;
}

mt__connection *scripted_connection_of(scripted *self) {
  return self->connection ? &self->connection->connection : NULL;
}

static bool can_be_read(const scripted *self) {
  if (self->read_fails_at == (ptrdiff_t)self->sent) return true;
  return !self->is_silent && (self->sent < self->input.size || self->end == SCRIPTED_CLOSES);
}

bool scripted_turn(scripted *self) {
  if (!self->connection) return false;
  mt__connection *connection = &self->connection->connection;
  short ready =
      (short)((can_be_read(self) ? MT__IO_READ : 0) | (is_blocked(self) ? 0 : MT__IO_WRITE));
  ready &= (short)connection->watching;
  if (!ready) return false;
  mt__connection_on_ready(-1, ready, connection);
  return true;
}

void scripted_reset(scripted *self) {
  self->read_fails_at = (ptrdiff_t)self->sent;
  self->write_fails_at = (ptrdiff_t)self->output_size;
  self->read_error = self->write_error = ECONNRESET;
  self->file_fails_at = SCRIPTED_NEVER;
}
