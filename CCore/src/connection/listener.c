#include "listener.h"

#include <errno.h>
#include <unistd.h>

#include "../base/os.h"
#include "connection.h"

enum { ACCEPTS_PER_EVENT = 64, LAST_ACCEPTS = 65536, PAUSE_MS = 100 };

/** A socket on its way to the reactor that will serve it. */
typedef struct handover {
  mt__message message;
  mt__shard *from;
  mt__shard *to;
  mt__peer_address peer;
  int socket;
} handover;

/** Whoever drains waits for what it handed over. */
static void end_handover(handover *given) {
  mt__shard *from = given->from;
  mt__deallocate(&from->shared->allocator, given);
  atomic_fetch_sub(&from->any_thread.handed_over, 1);
  bool is_awaited = atomic_load(&from->any_thread.drain_deadline_ms) != UINT32_MAX;
  if (is_awaited) mt__shard_request_drain(from, UINT32_MAX);
}

static void deliver_return(mt__message *message) {
  handover *given = MT__CONTAINER(message, handover, message);
  mt__connection_accept(given->from, given->socket, &given->peer);
  end_handover(given);
}

/** A reactor that has ended meanwhile sends the socket back: its sender waits for that. */
static void deliver_handover(mt__message *message) {
  handover *given = MT__CONTAINER(message, handover, message);
  if (given->to->is_ended) {
    given->message.deliver = deliver_return;
    if (mt__reactor_post(&given->from->reactor, &given->message)) return;
    mt__shared_dismiss(given->from->shared);
    close(given->socket);
  } else {
    mt__connection_accept(given->to, given->socket, &given->peer);
  }
  end_handover(given);
}

static bool hand_over(mt__shard *from, mt__shard *to, int socket, const mt__peer_address *peer) {
  handover *given = mt__allocate(&to->shared->allocator, sizeof *given);
  if (!given) return false;
  *given = (handover){{NULL, deliver_handover}, from, to, *peer, socket};
  atomic_fetch_add(&from->any_thread.handed_over, 1);
  if (mt__reactor_post(&to->reactor, &given->message)) return true;
  atomic_fetch_sub(&from->any_thread.handed_over, 1);
  mt__deallocate(&to->shared->allocator, given);
  return false;
}

/** Gives the socket to whose turn it is; a draining reactor, and one that finds no taker, keeps it.
 */
static void pass_on(mt__listener *listener, int socket, const mt__peer_address *peer) {
  mt__rotation *rotation = &listener->rotation;
  mt__shard *from = listener->shard;
  mt__shard *to = from;
  if (rotation->count > 1 && !from->is_draining)
    to = rotation->shards[rotation->next++ % rotation->count];
  if (to == from || !hand_over(from, to, socket, peer)) mt__connection_accept(from, socket, peer);
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

/** Whether accepting may go on after that error: ECONNABORTED and the network errors of accept(2)
 * belong to the one connection. */
static bool survive(mt__listener *listener, int error) {
  if (is_shortage(error)) complain_and_pause(listener, error);
  return error != EAGAIN && error != EWOULDBLOCK && !listener->is_paused && error != EBADF &&
         error != EINVAL;
}

/** Accepts one connection; false when there is none, or no more can be taken now. */
static bool accept_one(mt__listener *listener) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  mt__shared *shared = listener->shard->shared;
  if (!mt__shared_admit(shared)) {
    pause_listening(listener);
    return false;
  }
  int socket = mt__os_accept(listener->descriptor, &address, &size);
  if (socket < 0) {
    int error = errno;
    mt__shared_dismiss(shared);
    return survive(listener, error);
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
  for (int i = 0; i < ACCEPTS_PER_EVENT; i++)
    if (!accept_one(listener)) return;
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
  for (int i = 0; i < LAST_ACCEPTS; i++)
    if (!accept_one(listener)) break;
  mt__listener_destroy(listener);
}

void mt__listeners_resume(mt__shard *shard) {
  if (mt__shared_is_full(shard->shared)) return;
  for (mt__list *link = shard->listeners.next; link != &shard->listeners; link = link->next) {
    mt__listener *listener = MT__CONTAINER(link, mt__listener, link);
    if (listener->is_paused && !listener->has_complained) go_on(listener);
  }
}
