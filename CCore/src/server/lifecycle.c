/* start, run, drain, wait, stop: each may be called more than once and from any thread. */
#include <stdio.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/number.h"
#include "../base/os.h"
#include "../base/status.h"
#include "server.h"

/* --- a reactor's thread --- */

static void set_life(mt_server *server, mt__life life) {
  pthread_mutex_lock(&server->mutex);
  server->life = life;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
}

/** One line for the whole server. */
static void report_cut(const mt__shared *shared) {
  uint32_t connections = atomic_load(&shared->cut_connections);
  uint64_t requests = atomic_load(&shared->cut_requests);
  if (connections)
    mt__log(&shared->logger, requests ? MT_LOG_WARNING : MT_LOG_INFO,
            "shutdown deadline: cut %u connections with %llu unanswered requests", connections,
            (unsigned long long)requests);
}

bool mt__server_reactor_ended(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  bool is_last = --server->running == 0;
  pthread_mutex_unlock(&server->mutex);
  if (is_last) report_cut(server->shared);
  return is_last;
}

/** The last reactor waits for the handlers on workers, so that nobody who waits for the server with
 * a deadline has to. */
static void reactor_thread_ended(mt_server *server) {
  if (!mt__server_reactor_ended(server)) return;
  mt__executor_end(server->executor);
  set_life(server, MT__LIFE_STOPPED);
}

static void serve(mt_server *server, mt__shard *shard) {
  if (server->shared->config.pin_reactors) mt__os_pin_thread(shard->index);
  mt_status status = mt__reactor_run(&shard->reactor);
  if (status != MT_OK)
    mt__log(&server->shared->logger, MT_LOG_ERROR, "reactor %u ended: %s", shard->index,
            mt_status_name(status));
  reactor_thread_ended(server);
}

static void reactor_main(void *user_data) {
  mt__shard *shard = user_data;
  serve(shard->shared->server, shard);
}

static int start_thread(mt__thread *thread, mt__shard *shard) {
  char name[MT__THREAD_NAME_CAPACITY];
  snprintf(name, sizeof name, "mt-reactor-%u", shard->index);
  return mt__thread_start(thread, &shard->shared->thread_maker, name, reactor_main, shard);
}

/* --- start --- */

static mt_status create_shards(mt_server *server) {
  const mt_allocator *allocator = &server->shared->allocator;
  server->shards = mt__allocate_zeroed(allocator, server->shard_count, sizeof(mt__shard *));
  server->threads = mt__allocate_zeroed(allocator, server->shard_count, sizeof *server->threads);
  if (!server->shards || !server->threads) return MT_ERROR_NO_MEMORY;
  for (uint32_t i = 0; i < server->shard_count; i++) {
    mt_status status = mt__shard_create(server->shared, i, &server->shards[i]);
    if (status != MT_OK) return status;
  }
  return MT_OK;
}

static mt_status create_executor(mt_server *server) {
  const mt_server_config *config = &server->shared->config;
  if (!config->workers) return MT_OK;
  uint32_t capacity = mt__number_power_of_two(config->worker_queue_capacity);
  return mt__executor_create(&server->shared->allocator, &server->shared->thread_maker,
                             config->workers, capacity, &server->executor);
}

static mt_status find_poll_descriptor(mt_server *server) {
  server->poll_descriptor = mt__loop_descriptor(server->shards[0]->reactor.loop);
  return server->poll_descriptor < 0 ? MT_ERROR_SYSTEM : MT_OK;
}

static mt_status prepare(mt_server *server, mt_error *error) {
  mt_status status = mt__router_freeze(server->shared->router, error);
  if (status != MT_OK) return status;
  status = create_shards(server);
  if (status == MT_OK) status = mt__endpoints_open(server);
  if (status == MT_OK) status = create_executor(server);
  if (status == MT_OK && server->is_polled) status = find_poll_descriptor(server);
  if (status == MT_OK && server->shared->config.handler_warning_ms)
    status =
        mt__watchdog_start(&server->watchdog, server->shards, server->shard_count, server->shared);
  if (status != MT_OK)
    mt__error_set(error, status, "cannot start %u reactors and %u workers: %s", server->shard_count,
                  server->shared->config.workers, mt_status_name(status));
  return status;
}

/** Only the reactors from `first` to `end` have threads: those are told to end, and need not wait
 * for the others. */
static void give_up_threads(mt_server *server, uint32_t first, uint32_t end) {
  for (uint32_t i = 0; i < server->shard_count; i++) {
    if (i >= first && i < end)
      mt__shard_request_drain(server->shards[i], 0);
    else
      mt__shard_close(server->shards[i]);
  }
}

/** Threads for the reactors from `first` on. On failure those that run are told to end. */
static mt_status start_threads(mt_server *server, uint32_t first, mt_error *error) {
  server->running = server->shard_count;
  for (uint32_t i = first; i < server->shard_count; i++) {
    int failure = start_thread(&server->threads[server->thread_count], server->shards[i]);
    if (failure == 0) {
      server->thread_count++;
      continue;
    }
    give_up_threads(server, first, i);
    pthread_mutex_lock(&server->mutex);
    server->running -= server->shard_count - (i - first);
    pthread_mutex_unlock(&server->mutex);
    return mt__error_set_errno(error, failure, "cannot make a thread for reactor %u", i);
  }
  return MT_OK;
}

/** Waits for the reactors, then ends what served them. Done once; further callers wait for the
 * first. */
static void join(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  while (server->is_joining && !server->is_joined)
    pthread_cond_wait(&server->changed, &server->mutex);
  bool is_mine = !server->is_joined;
  server->is_joining = true;
  pthread_mutex_unlock(&server->mutex);
  if (!is_mine) return;
  for (uint32_t i = 0; i < server->thread_count; i++) mt__thread_join(&server->threads[i]);
  mt__executor_end(server->executor);
  mt__watchdog_stop(&server->watchdog);
  mt__endpoints_close(server);
  pthread_mutex_lock(&server->mutex);
  server->is_joined = true;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
}

/** A handler that runs already may wait for the start to be over: that comes before the wait for
 * its thread. */
static void abort_start(mt_server *server) {
  set_life(server, MT__LIFE_STOPPED);
  join(server);
  for (uint32_t i = 0; server->shards && i < server->shard_count; i++)
    if (server->shards[i]) mt__shard_close(server->shards[i]);
  mt__endpoints_close(server); /* nobody of ours listens any more: socket files go */
}

static void begin_running(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  server->life = server->running ? MT__LIFE_RUNNING : MT__LIFE_STOPPED;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
}

/** Who is called by the start, in what the host gave it, cannot wait for it. Under the mutex. */
static bool is_being_started_here(const mt_server *server) {
  return server->is_in_start && pthread_equal(server->starter, pthread_self());
}

/** Claims the start; false when the server was started before, with `*status` saying how that
 * stands. */
static bool claim_start(mt_server *server, mt_status *status, mt_error *error) {
  if (mt__server_is_inherited(server)) {
    *status = mt__error_set(error, MT_ERROR_INVALID_STATE, "the server runs in another process");
    return false;
  }
  pthread_mutex_lock(&server->mutex);
  if (is_being_started_here(server)) {
    pthread_mutex_unlock(&server->mutex);
    *status = MT_ERROR_WRONG_THREAD;
    return false;
  }
  while (server->life == MT__LIFE_STARTING) pthread_cond_wait(&server->changed, &server->mutex);
  mt__life life = server->life;
  if (life == MT__LIFE_CREATED) {
    server->life = MT__LIFE_STARTING;
    server->is_in_start = true;
    server->starter = pthread_self();
  }
  pthread_mutex_unlock(&server->mutex);
  *status = MT_OK;
  if (life == MT__LIFE_STOPPED)
    *status = mt__error_set(error, MT_ERROR_INVALID_STATE,
                            "the server has stopped; a stopped server is not started again");
  return life == MT__LIFE_CREATED;
}

static void end_start(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  server->is_in_start = false;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
}

static mt_status start_from(mt_server *server, uint32_t first, mt_error *error) {
  server->started_ms = mt__clock_monotonic_ms();
  server->process = getpid();
  mt_status status = prepare(server, error);
  if (status == MT_OK) status = start_threads(server, first, error);
  if (status == MT_OK)
    begin_running(server);
  else
    abort_start(server);
  end_start(server);
  return status;
}

mt_status mt__server_start(mt_server *server, mt_error *error) {
  mt_status status;
  if (!claim_start(server, &status, error)) return status;
  return start_from(server, 0, error);
}

mt_status mt__server_start_polled(mt_server *server, mt_error *error) {
  mt_status status;
  if (!claim_start(server, &status, error)) {
    if (status == MT_OK && !server->is_polled)
      status = mt__error_set(error, MT_ERROR_INVALID_STATE, "the server runs already, on threads");
    return status;
  }
  server->is_polled = true;
  server->poller = pthread_self();
  return start_from(server, 1, error);
}

static void count_callers(mt_server *server, int change) {
  pthread_mutex_lock(&server->mutex);
  server->callers += (uint32_t)change;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
}

void mt__server_await_callers(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  while (server->callers || server->is_in_start)
    pthread_cond_wait(&server->changed, &server->mutex);
  pthread_mutex_unlock(&server->mutex);
}

mt_status mt__server_run(mt_server *server, mt_error *error) {
  if (mt__server_is_own_thread(server))
    return mt__error_set(error, MT_ERROR_WRONG_THREAD, "run was called on the server's own thread");
  mt_status status;
  count_callers(server, 1);
  if (claim_start(server, &status, error)) {
    status = start_from(server, 1, error);
    if (status == MT_OK) serve(server, server->shards[0]);
  }
  if (status == MT_OK) status = mt__server_wait(server, UINT32_MAX);
  count_callers(server, -1);
  return status;
}

/* --- end --- */

static mt_status request_drain(mt_server *server, uint32_t deadline_ms) {
  if (mt__server_is_inherited(server)) return MT_ERROR_INVALID_STATE;
  pthread_mutex_lock(&server->mutex);
  if (is_being_started_here(server)) {
    pthread_mutex_unlock(&server->mutex);
    return MT_ERROR_WRONG_THREAD;
  }
  while (server->life == MT__LIFE_STARTING) pthread_cond_wait(&server->changed, &server->mutex);
  bool is_running = server->life == MT__LIFE_RUNNING;
  if (server->life == MT__LIFE_CREATED) server->life = MT__LIFE_STOPPED;
  pthread_cond_broadcast(&server->changed);
  pthread_mutex_unlock(&server->mutex);
  if (is_running) mt__shared_begin_end(server->shared, deadline_ms);
  for (uint32_t i = 0; is_running && i < server->shard_count; i++)
    mt__shard_request_drain(server->shards[i], deadline_ms);
  return MT_OK;
}

mt_status mt__server_drain(mt_server *server, uint32_t deadline_ms) {
  uint32_t usual_ms = server->shared->config.shutdown_timeout_ms;
  return request_drain(server, deadline_ms ? deadline_ms : usual_ms);
}

static mt_status wait_for_end(mt_server *server, uint32_t timeout_ms) {
  if (mt__server_is_poller(server)) {
    mt_status polled = mt__server_poll_to_end(server, &timeout_ms);
    if (polled != MT_OK) return polled;
  }
  bool is_in_time = true;
  pthread_mutex_lock(&server->mutex);
  mt_status status = server->life == MT__LIFE_CREATED ? MT_ERROR_INVALID_STATE : MT_OK;
  while (status == MT_OK && server->life != MT__LIFE_STOPPED && is_in_time)
    is_in_time = mt__os_condition_wait(&server->changed, &server->mutex, timeout_ms);
  if (status == MT_OK && server->life != MT__LIFE_STOPPED) status = MT_ERROR_TIMEOUT;
  pthread_mutex_unlock(&server->mutex);
  return status;
}

mt_status mt__server_wait(mt_server *server, uint32_t timeout_ms) {
  if (mt__server_is_inherited(server)) return MT_ERROR_INVALID_STATE;
  if (mt__server_is_own_thread(server)) return MT_ERROR_WRONG_THREAD;
  count_callers(server, 1);
  mt_status status = wait_for_end(server, timeout_ms);
  if (status == MT_OK) join(server);
  count_callers(server, -1);
  return status;
}

mt_status mt__server_stop(mt_server *server) {
  mt_status status = request_drain(server, 0);
  return status == MT_OK ? mt__server_wait(server, UINT32_MAX) : status;
}

bool mt__server_is_inherited(const mt_server *server) {
  return server->process != 0 && server->process != getpid();
}

bool mt__server_is_own_thread(const mt_server *server) {
  mt_server *locked = (mt_server *)(uintptr_t)server;
  pthread_mutex_lock(&locked->mutex);
  if (is_being_started_here(server)) {
    pthread_mutex_unlock(&locked->mutex);
    return true;
  }
  while (server->life == MT__LIFE_STARTING) pthread_cond_wait(&locked->changed, &locked->mutex);
  bool has_threads = server->life != MT__LIFE_CREATED && !server->is_joined;
  pthread_mutex_unlock(&locked->mutex);
  if (!has_threads || !server->shards) return false;
  bool is_own = mt__watchdog_is_current(&server->watchdog) ||
                (server->executor && mt__executor_is_current(server->executor));
  for (uint32_t i = 0; !is_own && i < server->shard_count; i++)
    is_own = server->shards[i] && mt__reactor_is_current(&server->shards[i]->reactor);
  return is_own;
}
