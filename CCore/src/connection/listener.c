#include "listener.h"

#include <errno.h>
#include <unistd.h>

#include "../base/os.h"
#include "connection.h"

enum { ACCEPTS_PER_EVENT = 64, LAST_ACCEPTS = 65536, PAUSE_MS = 100 };

/** A socket on its way to the reactor that will serve it. */
typedef struct handover {
  mt__message message;
  mt__shard *shard;
  mt__peer_address peer;
  int socket;
} handover;

static void deliver_handover(mt__message *message) {
  handover *given = MT__CONTAINER(message, handover, message);
  mt__connection_accept(given->shard, given->socket, &given->peer);
  mt__deallocate(&given->shard->shared->allocator, given);
}

static void hand_over(mt__shard *to, int socket, const mt__peer_address *peer) {
  handover *given = mt__allocate(&to->shared->allocator, sizeof *given);
  if (given) {
    *given = (handover){{NULL, deliver_handover}, to, *peer, socket};
    if (mt__reactor_post(&to->reactor, &given->message)) return;
  }
  mt__deallocate(&to->shared->allocator, given);
  close(socket);
}

static void pass_on(mt__listener *listener, int socket, const mt__peer_address *peer) {
  mt__rotation *rotation = &listener->rotation;
  mt__shard *to = listener->shard;
  if (rotation->count > 1) to = rotation->shards[rotation->next++ % rotation->count];
  if (to == listener->shard)
    mt__connection_accept(to, socket, peer);
  else
    hand_over(to, socket, peer);
}

static void pause_listening(mt__listener *listener) {
  listener->is_paused = true;
  mt__io_watch(&listener->io, 0);
  mt__reactor_set_timer(&listener->shard->reactor, &listener->pause, PAUSE_MS);
}

static void go_on(mt__listener *listener) {
  listener->is_paused = false;
  mt__reactor_clear_timer(&listener->shard->reactor, &listener->pause);
  mt__io_watch(&listener->io, MT__IO_READ);
}

static void on_pause_end(mt__timer *timer) {
  go_on(MT__CONTAINER(timer, mt__listener, pause));
}

static bool is_full(const mt__shared *shared) {
  uint32_t limit = shared->config.max_connections;
  return limit && atomic_load_explicit(&shared->connections, memory_order_relaxed) >= limit;
}

/** No descriptor or memory is left: the kernel keeps what waits, so a pause loses nothing and spins
 * not. */
static void complain_and_pause(mt__listener *listener, int error) {
  if (!listener->has_complained)
    mt__log(&listener->shard->shared->logger, MT_LOG_WARNING,
            "accepting pauses: the system has no more descriptors or memory (errno %d)", error);
  listener->has_complained = true;
  mt__count(&listener->shard->counters.connections_refused, 1);
  pause_listening(listener);
}

static bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/** Accepts one connection; false when there is none, or no more can be taken now. */
static bool accept_one(mt__listener *listener) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  int socket = mt__os_accept(listener->descriptor, &address, &size);
  if (socket < 0) {
    if (is_shortage(errno)) complain_and_pause(listener, errno);
    /* ECONNABORTED and the network errors of accept(2) belong to that one connection. */
    return errno != EAGAIN && errno != EWOULDBLOCK && !listener->is_paused && errno != EBADF &&
           errno != EINVAL;
  }
  listener->has_complained = false;
  mt__peer_address peer = mt__peer_address_from(&address);
  pass_on(listener, socket, &peer);
  return true;
}

static void on_acceptable(int descriptor, short ready, void *user_data) {
  (void)descriptor;
  (void)ready;
  mt__listener *listener = user_data;
  for (int i = 0; i < ACCEPTS_PER_EVENT; i++) {
    if (is_full(listener->shard->shared)) {
      pause_listening(listener);
      return;
    }
    if (!accept_one(listener)) return;
  }
}

mt_status mt__listener_create(mt__shard *shard, int descriptor, mt__rotation rotation) {
  mt__listener *listener = mt__allocate_zeroed(&shard->shared->allocator, 1, sizeof *listener);
  if (!listener) {
    close(descriptor);
    return MT_ERROR_NO_MEMORY;
  }
  listener->shard = shard;
  listener->descriptor = descriptor;
  listener->rotation = rotation;
  mt__timer_init(&listener->pause, on_pause_end);
  mt__io_init(&listener->io, shard->reactor.loop, descriptor, on_acceptable, listener);
  mt__list_append(&shard->listeners, &listener->link);
  mt_status status = mt__io_watch(&listener->io, MT__IO_READ);
  if (status != MT_OK) mt__listener_destroy(listener);
  return status;
}

void mt__listener_destroy(mt__listener *listener) {
  mt__list_remove(&listener->link);
  mt__reactor_clear_timer(&listener->shard->reactor, &listener->pause);
  mt__io_deinit(&listener->io);
  close(listener->descriptor);
  mt__deallocate(&listener->shard->shared->allocator, listener);
}

void mt__listener_finish(mt__listener *listener) {
  for (int i = 0; i < LAST_ACCEPTS && !is_full(listener->shard->shared); i++)
    if (!accept_one(listener)) break;
  mt__listener_destroy(listener);
}

void mt__listeners_resume(mt__shard *shard) {
  if (is_full(shard->shared)) return;
  for (mt__list *link = shard->listeners.next; link != &shard->listeners; link = link->next) {
    mt__listener *listener = MT__CONTAINER(link, mt__listener, link);
    if (listener->is_paused && !listener->has_complained) go_on(listener);
  }
}
