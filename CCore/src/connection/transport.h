/** What carries a connection's octets: a socket, or memory. */
#ifndef MT_CONNECTION_TRANSPORT_H
#define MT_CONNECTION_TRANSPORT_H

#include <martlet/server.h>

#include "../memory/chain.h"
#include "shard.h"

MT__HIDDEN_BEGIN

/** Functions that can fail return -1 and set errno, as the system's do. */
typedef struct mt__transport {
  ssize_t (*read)(mt__connection *connection, char *out, size_t capacity);
  ssize_t (*write)(mt__connection *connection, const struct iovec *pieces, int count,
                   bool more_follows);
  ssize_t (*send_file)(mt__connection *connection, const mt__file_part *part);
  mt_status (*watch)(mt__connection *connection, short events);
  /** Says that nothing more will be written. */
  void (*finish_output)(mt__connection *connection);
  /** Gives back socket and storage. */
  void (*destroy)(mt__connection *connection);
  bool has_peer; /* somebody at its other end may leave */
} mt__transport;

extern const mt__transport mt__transport_socket;

/** send_file for a transport that has nothing better: reads a piece and writes it. */
ssize_t mt__transport_copy_file(mt__connection *connection, const mt__file_part *part);

/** Serves `input` as a connection of its own, its answer going to `on_output`. Thread: reactor.
 * Takes `input` (allocated by the shard's allocator), also on failure. */
mt_status mt__transport_memory_serve(mt__shard *shard, char *input, size_t size,
                                     mt_inject_fn on_output, void *user_data);

MT__HIDDEN_END

#endif
