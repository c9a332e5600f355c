/** Octets on their way out: laid down in the reactor's scratch while nothing older waits, else in
 * the connection's chain; then sent. */
#ifndef MT_CONNECTION_LAY_H
#define MT_CONNECTION_LAY_H

#include "connection.h"

MT__HIDDEN_BEGIN

/** Lays down a copy. */
void mt__lay_bytes(mt__connection *connection, mt_slice bytes);
/** Lays down a copy behind what waits in the chain. */
void mt__lay_behind(mt__connection *connection, mt_slice bytes);
/** Nothing more can be sent: what waits is dropped, and the connection closes. */
void mt__lay_break(mt__connection *connection);
/** Sends what is laid down, as far as the transport takes it and the connection's turn goes; the
 * rest waits in `connection->output`. */
void mt__lay_flush(mt__connection *connection);

/** Where `size` octets may be written, to be laid down by mt__lay_end; NULL when the connection
 * broke. */
static inline char *mt__lay_begin(mt__connection *connection, size_t size) {
  const mt__shard *shard = connection->shard;
  if (MT__OUT_BYTES - shard->out_size < size) mt__lay_flush(connection);
  return connection->is_broken || size > MT__OUT_BYTES ? NULL : shard->out + shard->out_size;
}

/** Lays down the `size` octets that were written there. */
static inline void mt__lay_end(mt__connection *connection, size_t size) {
  mt__shard *shard = connection->shard;
  if (mt__chain_is_empty(&connection->output))
    shard->out_size += size;
  else
    mt__lay_behind(connection, (mt_slice){shard->out + shard->out_size, size});
}

MT__HIDDEN_END

#endif
