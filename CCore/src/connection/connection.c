#include "connection.h"

#include <unistd.h>

#include "body.h"
#include "input.h"
#include "listener.h"
#include "output.h"

void mt__connection_init(mt__connection *connection, mt__shard *shard,
                         const mt__transport *transport, const mt__peer_address *peer) {
  memset(connection, 0, sizeof *connection);
  connection->shard = shard;
  connection->transport = transport;
  connection->peer = *peer;
  mt__timer_init(&connection->timer, mt__connection_on_timeout);
  mt__list_append(&shard->connections, &connection->link);
  if (shard->connection_count++ == 0) mt__shard_wake_clock(shard);
  mt__count(&shard->counters.connections_total, 1);
  mt__count(&shard->counters.connections_open, 1);
}

static void refuse(mt__shard *shard, int socket) {
  mt__count(&shard->counters.connections_refused, 1);
  mt__shared_dismiss(shard->shared);
  close(socket);
}

void mt__connection_accept(mt__shard *shard, int socket, const mt__peer_address *peer) {
  mt__peers *peers = shard->shared->peers;
  if (shard->is_cut || (peers && !mt__peers_enter(peers, peer))) {
    refuse(shard, socket);
    return;
  }
  mt__connection *connection = mt__slab_take(&shard->connection_slab);
  if (!connection) {
    if (peers) mt__peers_leave(peers, peer);
    refuse(shard, socket);
    return;
  }
  mt__connection_init(connection, shard, &mt__transport_socket, peer);
  connection->is_counted = peers != NULL;
  mt__io_init(&connection->io, shard->reactor.loop, socket, mt__connection_on_ready, connection);
  /* The first request is often here already; trying costs less than a turn of the loop. */
  mt__connection_on_ready(socket, MT__IO_READ, connection);
}

void mt__connection_append(mt__connection *connection, mt_exchange *exchange) {
  exchange->reactor_only.connection = connection;
  exchange->reactor_only.next = NULL;
  if (connection->last)
    connection->last->reactor_only.next = exchange;
  else
    connection->first = exchange;
  connection->last = exchange;
  connection->queued++;
  mt__count(&connection->shard->counters.requests_active, 1);
}

mt_exchange *mt__connection_pop(mt__connection *connection) {
  mt_exchange *exchange = connection->first;
  connection->first = exchange->reactor_only.next;
  if (!connection->first) connection->last = NULL;
  connection->queued--;
  return exchange;
}

static void cancel_all(mt__connection *connection) {
  while (connection->first) {
    mt_exchange *exchange = mt__connection_pop(connection);
    mt__exchange_cancel(exchange);
    mt__exchange_unreference(exchange);
  }
}

void mt__connection_cancel_rest(mt__connection *connection) {
  mt_exchange *first = mt__connection_pop(connection);
  cancel_all(connection);
  first->reactor_only.next = NULL;
  connection->first = connection->last = first;
  connection->queued = 1;
}

void mt__connection_cancel_last(mt__connection *connection) {
  mt_exchange *exchange = connection->last;
  mt_exchange *before = connection->first;
  if (before == exchange) {
    cancel_all(connection);
    return;
  }
  while (before->reactor_only.next != exchange) before = before->reactor_only.next;
  before->reactor_only.next = NULL;
  connection->last = before;
  connection->queued--;
  mt__exchange_cancel(exchange);
  mt__exchange_unreference(exchange);
}

void mt__connection_drop_incoming(mt__connection *connection) {
  mt_exchange *exchange = connection->incoming;
  connection->incoming = NULL;
  connection->reading = MT__READING_HEAD;
  if (!exchange) return;
  mt__exchange_end_body(exchange, MT_BODY_FAILED, MT_ERROR_CLOSED);
  mt__exchange_unreference(exchange);
}

static void forget_unsettled(mt__connection *connection) {
  if (!connection->is_unsettled) return;
  mt__connection **link = &connection->shard->unsettled;
  while (*link != connection) link = &(*link)->next_unsettled;
  *link = connection->next_unsettled;
}

static void release_storage(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  mt__reactor_clear_timer(&shard->reactor, &connection->timer);
  mt__list_remove(&connection->link);
  mt__input_drop(connection);
  mt__chain_clear(&connection->output, &shard->buffers);
  forget_unsettled(connection);
  if (connection->is_counted) mt__peers_leave(shard->shared->peers, &connection->peer);
  shard->connection_count--;
  mt__shared_dismiss(shard->shared);
  mt__uncount(&shard->counters.connections_open, 1);
  connection->transport->destroy(connection);
}

void mt__connection_close(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  /* What destructors of the host may set off waits, so that nothing serves a connection that goes.
   */
  mt__connection *serving = shard->serving;
  shard->serving = connection;
  cancel_all(connection);
  mt__connection_drop_incoming(connection);
  release_storage(connection);
  shard->serving = serving;
  mt__connection_settle_others(shard);
  mt__listeners_resume(shard);
  mt__shard_check_drained(shard);
}

bool mt__connection_is_idle(const mt__connection *connection) {
  return !connection->first && !connection->incoming && mt__chain_is_empty(&connection->output) &&
         !connection->is_lingering;
}
