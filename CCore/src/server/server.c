#include "server.h"

#include "../base/clock.h"
#include "../base/os.h"
#include "../base/status.h"
#include "config.h"

static mt_status report_no_memory(mt_error *error) {
  return mt__error_set(error, MT_ERROR_NO_MEMORY, "no memory for a server");
}

static mt_status create_shared(const mt_server_config *config, mt__shared **shared) {
  const mt_allocator *allocator = config->allocator ? config->allocator : &mt__allocator_system;
  mt__shared *made = mt__allocate_zeroed(allocator, 1, sizeof *made);
  if (!made) return MT_ERROR_NO_MEMORY;
  made->allocator = *allocator;
  made->config = *config;
  made->config.allocator = &made->allocator;
  if (config->server_name.size)
    memcpy(made->server_name, config->server_name.data, config->server_name.size);
  made->config.server_name.data = made->server_name;
  made->logger = (mt__logger){config->log, config->log_user_data, config->log_level};
  made->thread_maker = (mt__thread_maker){config->spawn_thread, config->spawn_thread_user_data};
  made->limits = (mt__h1_limits){config->max_request_line_bytes, config->max_header_bytes,
                                 config->max_header_fields};
  made->scan = mt__scan_best();
  made->service = &mt__server_service;
  made->fallback.pattern = MT_SLICE("");
  atomic_store(&made->references, 1);
  atomic_store(&made->end_ms, UINT64_MAX);
  mt_status status = mt__router_create(&made->allocator, &made->router);
  if (status == MT_OK && config->max_connections_per_peer)
    status = mt__peers_create(&made->allocator, config->max_connections_per_peer, &made->peers);
  if (status == MT_OK)
    *shared = made;
  else
    mt__shared_release(made);
  return status;
}

static bool init_locks(mt_server *server) {
  if (pthread_mutex_init(&server->mutex, NULL) != 0) return false;
  if (mt__os_condition_init(&server->changed)) return true;
  pthread_mutex_destroy(&server->mutex);
  return false;
}

mt_status mt__server_create(const mt_server_config *theirs, mt_server **server, mt_error *error) {
  mt_server_config config;
  mt_status status = mt__config_take(&config, theirs, error);
  if (status != MT_OK) return status;
  mt__shared *shared;
  if (create_shared(&config, &shared) != MT_OK) return report_no_memory(error);
  mt_server *made = mt__allocate_zeroed(&shared->allocator, 1, sizeof *made);
  if (!made || !init_locks(made)) {
    mt__deallocate(&shared->allocator, made);
    mt__shared_release(shared);
    return report_no_memory(error);
  }
  made->shared = shared;
  made->shard_count = config.reactors ? config.reactors : mt__os_cpu_count();
  made->poll_descriptor = -1;
  atomic_store(&made->poll_due_ms, UINT64_MAX);
  shared->server = made;
  *server = made;
  return MT_OK;
}

bool mt__server_is_open(mt_server *server) {
  pthread_mutex_lock(&server->mutex);
  bool is_open = server->life == MT__LIFE_CREATED;
  pthread_mutex_unlock(&server->mutex);
  return is_open;
}

static void release_shards(mt_server *server) {
  for (uint32_t i = 0; server->shards && i < server->shard_count; i++)
    if (server->shards[i]) mt__shard_release(server->shards[i]);
  mt__deallocate(&server->shared->allocator, server->shards);
  mt__deallocate(&server->shared->allocator, server->threads);
}

void mt__server_destroy(mt_server *server) {
  if (mt__server_is_inherited(server)) return; /* it is the parent's, which shares its loops */
  if (mt__server_is_own_thread(server)) {
    mt__server_stop(server);
    mt__log(&server->shared->logger, MT_LOG_ERROR,
            "mt_server_destroy was called on the server's own thread: it stops, and is not freed");
    return;
  }
  mt__server_become_poller(server);
  mt__server_stop(server);
  mt__server_await_callers(server);
  mt__shared *shared = server->shared;
  mt_allocator allocator = shared->allocator;
  mt__endpoints_destroy(server);
  mt__executor_destroy(server->executor);
  release_shards(server);
  pthread_cond_destroy(&server->changed);
  pthread_mutex_destroy(&server->mutex);
  mt__deallocate(&allocator, server);
  mt__shared_release(shared);
}

static void add(uint64_t *sum, const mt__counter *counter) {
  *sum += atomic_load_explicit(counter, memory_order_relaxed);
}

static void add_counters(mt_stats *stats, const mt__counters *counters) {
  add(&stats->connections_total, &counters->connections_total);
  add(&stats->connections_open, &counters->connections_open);
  add(&stats->connections_refused, &counters->connections_refused);
  add(&stats->requests_total, &counters->requests_total);
  add(&stats->requests_active, &counters->requests_active);
  for (int i = 0; i < 5; i++) add(&stats->responses[i], &counters->responses[i]);
  add(&stats->requests_rejected, &counters->requests_rejected);
  add(&stats->timeouts, &counters->timeouts);
  add(&stats->bytes_received, &counters->bytes_received);
  add(&stats->bytes_sent, &counters->bytes_sent);
  add(&stats->worker_rejections, &counters->worker_rejections);
}

void mt__server_stats(const mt_server *server, mt_stats *stats) {
  mt_stats sums = {.struct_size = stats->struct_size};
  mt_server *locked = (mt_server *)(uintptr_t)server;
  pthread_mutex_lock(&locked->mutex);
  bool has_run = server->life == MT__LIFE_RUNNING || server->life == MT__LIFE_STOPPED;
  pthread_mutex_unlock(&locked->mutex);
  for (uint32_t i = 0; has_run && server->shards && i < server->shard_count; i++)
    if (server->shards[i]) add_counters(&sums, &server->shards[i]->counters);
  if (has_run && server->started_ms) sums.uptime_ms = mt__clock_monotonic_ms() - server->started_ms;
  memcpy(stats, &sums, stats->struct_size < sizeof sums ? stats->struct_size : sizeof sums);
}
