/* The first reactor inside a loop of the host's: one thread at a time turns it. */
#include <limits.h>
#include <poll.h>

#include "../base/clock.h"
#include "server.h"

/** Who may turn the reactor now is the poller from here on. */
static mt_status claim_turn(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  mt_status status = MT_OK;
  if (!server->is_polled || server->life == MT__LIFE_CREATED)
    status = MT_ERROR_INVALID_STATE;
  else if (server->is_turning || server->life == MT__LIFE_STARTING)
    status = MT_ERROR_WRONG_THREAD;
  else if (server->life == MT__LIFE_STOPPED || server->is_poll_over)
    status = MT_ERROR_CLOSED;
  if (status == MT_OK) {
    server->is_turning = true;
    server->poller = pthread_self();
  }
  pthread_mutex_unlock(&server->mutex);
  return status;
}

static void end_turn(mt_server *server, bool is_over, bool is_last) {
  atomic_store(&server->poll_due_ms, mt__reactor_due_ms(&server->shards[0]->reactor));
  pthread_mutex_lock(&server->mutex);
  server->is_turning = false;
  server->is_poll_over = is_over;
  if (is_last) server->life = MT__LIFE_STOPPED;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
}

mt_status mt__server_poll(mt_server *server) {
  if (mt__server_is_inherited(server)) return MT_ERROR_INVALID_STATE;
  if (mt__server_is_own_thread(server)) return MT_ERROR_WRONG_THREAD;
  mt_status status = claim_turn(server);
  if (status != MT_OK) return status;
  bool is_over;
  status = mt__reactor_poll(&server->shards[0]->reactor, &is_over);
  bool is_last = is_over && mt__server_reactor_ended(server);
  end_turn(server, is_over, is_last);
  return is_over ? MT_ERROR_CLOSED : status;
}

/* The loop's clock may lag behind ours: who came at once again would find nothing to do. */
int mt__server_poll_timeout_ms(const mt_server *server) {
  uint64_t due_ms = atomic_load(&server->poll_due_ms);
  if (due_ms == UINT64_MAX) return -1;
  uint64_t now_ms = mt__clock_monotonic_ms();
  return due_ms > now_ms ? (int)(due_ms - now_ms) : 1;
}

bool mt__server_is_poller(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  bool is_running = server->is_polled && server->life == MT__LIFE_RUNNING;
  bool is_poller = is_running && pthread_equal(server->poller, pthread_self());
  pthread_mutex_unlock(&server->mutex);
  return is_poller;
}

void mt__server_become_poller(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  while (server->is_turning) pthread_cond_wait(&server->changed, &server->mutex);
  server->poller = pthread_self();
  pthread_mutex_unlock(&server->mutex);
}

/** Waits for the reactor to have something to do: its own time, or `limit_ms`, at most. */
static void await_readiness(mt_server *server, uint32_t limit_ms) {
  int timeout_ms = mt__server_poll_timeout_ms(server);
  if (limit_ms <= INT_MAX && (timeout_ms < 0 || (int)limit_ms < timeout_ms))
    timeout_ms = (int)limit_ms;
  struct pollfd watched = {.fd = server->poll_descriptor, .events = POLLIN};
  poll(&watched, 1, timeout_ms);
}

mt_status mt__server_poll_to_end(mt_server *server, uint32_t *timeout_ms) {
  uint64_t began_ms = mt__clock_monotonic_ms();
  uint32_t left_ms = *timeout_ms;
  mt_status status = mt__server_poll(server);
  while ((status == MT_OK || status == MT_ERROR_WRONG_THREAD) && left_ms) {
    await_readiness(server, left_ms);
    status = mt__server_poll(server);
    uint64_t passed_ms = mt__clock_monotonic_ms() - began_ms;
    if (*timeout_ms != UINT32_MAX)
      left_ms = passed_ms < *timeout_ms ? *timeout_ms - (uint32_t)passed_ms : 0;
  }
  *timeout_ms = left_ms;
  if (status == MT_ERROR_CLOSED) return MT_OK;
  return status == MT_ERROR_SYSTEM ? status : MT_ERROR_TIMEOUT;
}
