#include <errno.h>
#include <unistd.h>

#include "../base/os.h"
#include "connection.h"

static ssize_t socket_read(mt__connection *connection, char *out, size_t capacity) {
  return recv(mt__io_descriptor(&connection->io), out, capacity, 0);
}

static ssize_t socket_write(mt__connection *connection, const struct iovec *pieces, int count,
                            bool more_follows) {
  return mt__os_write(mt__io_descriptor(&connection->io), pieces, count, more_follows);
}

static ssize_t socket_send_file(mt__connection *connection, const mt__file_part *part) {
  ssize_t sent = mt__os_sendfile(mt__io_descriptor(&connection->io), part->descriptor, part->offset,
                                 part->length);
  bool cannot = sent < 0 && (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP);
  return cannot ? mt__transport_copy_file(connection, part) : sent;
}

static mt_status socket_watch(mt__connection *connection, short events) {
  return mt__io_watch(&connection->io, events);
}

static void socket_finish_output(mt__connection *connection) {
  shutdown(mt__io_descriptor(&connection->io), SHUT_WR);
}

static void socket_destroy(mt__connection *connection) {
  int descriptor = mt__io_descriptor(&connection->io);
  mt__io_deinit(&connection->io);
  close(descriptor);
  mt__slab_give(&connection->shard->connection_slab, connection);
}

const mt__transport mt__transport_socket = {
    .read = socket_read,
    .write = socket_write,
    .send_file = socket_send_file,
    .watch = socket_watch,
    .finish_output = socket_finish_output,
    .destroy = socket_destroy,
    .has_peer = true,
};
