#include "shard.h"

#include "../base/clock.h"
#include "../http/date.h"
#include "connection.h"
#include "listener.h"

enum { CLOCK_MS = 500 };

bool mt__shared_is_full(const mt__shared *shared) {
  uint32_t limit = shared->config.max_connections;
  return limit && atomic_load_explicit(&shared->connections, memory_order_relaxed) >= limit;
}

bool mt__shared_admit(mt__shared *shared) {
  uint32_t limit = shared->config.max_connections;
  uint32_t before = atomic_fetch_add_explicit(&shared->connections, 1, memory_order_relaxed);
  if (!limit || before < limit) return true;
  mt__shared_dismiss(shared);
  return false;
}

void mt__shared_dismiss(mt__shared *shared) {
  atomic_fetch_sub_explicit(&shared->connections, 1, memory_order_relaxed);
}

void mt__shared_begin_end(mt__shared *shared, uint32_t deadline_ms) {
  uint64_t end_ms = mt__clock_monotonic_ms() + deadline_ms;
  uint64_t known = atomic_load(&shared->end_ms);
  while (end_ms < known && !atomic_compare_exchange_weak(&shared->end_ms, &known, end_ms)) {
  }
}

bool mt__shared_is_over(const mt__shared *shared) {
  uint64_t end_ms = atomic_load_explicit(&shared->end_ms, memory_order_relaxed);
  return end_ms != UINT64_MAX && mt__clock_monotonic_ms() >= end_ms;
}

void mt__shared_acquire(mt__shared *shared) {
  atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
}

void mt__shared_release(mt__shared *shared) {
  if (atomic_fetch_sub_explicit(&shared->references, 1, memory_order_acq_rel) != 1) return;
  mt_allocator allocator = shared->allocator;
  mt__router_destroy(shared->router);
  if (shared->fallback.destroy) shared->fallback.destroy(shared->fallback.user_data);
  if (shared->on_error_destroy) shared->on_error_destroy(shared->on_error_data);
  mt__peers_destroy(shared->peers);
  mt__deallocate(&allocator, shared);
}

static void free_storage(mt__shard *shard) {
  mt__shared *shared = shard->shared;
  mt__exchange_free_all(shard);
  mt__slab_deinit(&shard->connection_slab);
  mt__buffer_pool_deinit(&shard->buffers);
  mt__deallocate(&shared->allocator, shard->scratch);
  mt__deallocate(&shared->allocator, shard->out);
  mt__deallocate(&shared->allocator, shard);
  mt__shared_release(shared);
}

static void on_drain_deadline(mt__timer *timer);
static void on_clock(mt__timer *timer);

static void init_fields(mt__shard *shard, mt__shared *shared, uint32_t index) {
  shard->shared = shared;
  shard->index = index;
  shard->preset_second = -1;
  mt__buffer_pool_init(&shard->buffers, &shared->allocator);
  mt__slab_init(&shard->connection_slab, &shared->allocator, sizeof(mt__connection));
  mt__list_init(&shard->connections);
  mt__list_init(&shard->listeners);
  mt__timer_init(&shard->drain_timer, on_drain_deadline);
  mt__timer_init(&shard->clock_timer, on_clock);
  atomic_store(&shard->any_thread.references, 1);
  atomic_store(&shard->any_thread.drain_deadline_ms, UINT32_MAX);
  mt__shared_acquire(shared);
}

static void write_preset(mt__shard *shard, int64_t now) {
  char *out = shard->preset;
  memcpy(out, "Date: ", 6);
  mt__date_format(out + 6, now);
  memcpy(out + 6 + MT__DATE_SIZE, "\r\n", 2);
  size_t size = 6 + MT__DATE_SIZE + 2;
  mt_slice name = shard->shared->config.server_name;
  if (name.size) {
    memcpy(out + size, "Server: ", 8);
    memcpy(out + size + 8, name.data, name.size);
    memcpy(out + size + 8 + name.size, "\r\n", 2);
    size += 10 + name.size;
  }
  shard->preset_size = size;
  shard->preset_second = now;
}

static void refresh_preset(void *user_data) {
  mt__shard *shard = user_data;
  int64_t now = mt__clock_wall_seconds();
  if (now != shard->preset_second) write_preset(shard, now);
}

void mt__shard_wake_clock(mt__shard *shard) {
  mt__reactor_set_timer(&shard->reactor, &shard->clock_timer, CLOCK_MS);
  refresh_preset(shard);
}

static void on_clock(mt__timer *timer) {
  mt__shard *shard = MT__CONTAINER(timer, mt__shard, clock_timer);
  if (shard->connection_count) mt__reactor_set_timer(&shard->reactor, timer, CLOCK_MS);
}

static void settle_delivered(void *user_data) {
  mt__connection_settle_others(user_data);
}

mt_status mt__shard_create(mt__shared *shared, uint32_t index, mt__shard **shard) {
  mt__shard *made = mt__allocate_zeroed(&shared->allocator, 1, sizeof *made);
  if (!made) return MT_ERROR_NO_MEMORY;
  init_fields(made, shared, index);
  made->scratch = mt__allocate(&shared->allocator, MT__SCRATCH_BYTES);
  made->out = mt__allocate(&shared->allocator, MT__OUT_BYTES);
  mt_status status = made->scratch && made->out
                         ? mt__reactor_init(&made->reactor, &shared->allocator)
                         : MT_ERROR_NO_MEMORY;
  if (status != MT_OK) {
    free_storage(made);
    return status;
  }
  made->reactor.on_tick = refresh_preset;
  made->reactor.on_tick_data = made;
  made->reactor.on_delivered = settle_delivered;
  made->reactor.on_delivered_data = made;
  refresh_preset(made);
  *shard = made;
  return MT_OK;
}

void mt__shard_acquire(mt__shard *shard) {
  atomic_fetch_add_explicit(&shard->any_thread.references, 1, memory_order_relaxed);
}

void mt__shard_close(mt__shard *shard) {
  shard->is_ended = true;
  while (!mt__list_is_empty(&shard->listeners))
    mt__listener_destroy(MT__CONTAINER(shard->listeners.next, mt__listener, link));
  mt__mailbox_close(&shard->reactor.shared.mailbox);
}

void mt__shard_release(mt__shard *shard) {
  if (atomic_fetch_sub_explicit(&shard->any_thread.references, 1, memory_order_acq_rel) != 1)
    return;
  mt__shard_close(shard);
  mt__reactor_deinit(&shard->reactor);
  free_storage(shard);
}

void mt__shard_check_drained(mt__shard *shard) {
  if (!shard->is_draining || shard->connection_count || !mt__list_is_empty(&shard->listeners) ||
      atomic_load(&shard->any_thread.handed_over))
    return;
  shard->is_ended = true;
  mt__reactor_quit(&shard->reactor);
}

/** Who is only waited for to close, or never asked, loses nothing. */
static bool has_something_under_way(const mt__connection *connection) {
  return !mt__connection_is_idle(connection) && !connection->is_lingering;
}

static void count_cut(mt__shard *shard) {
  uint32_t connections = 0;
  for (mt__list *link = shard->connections.next; link != &shard->connections; link = link->next)
    connections += has_something_under_way(MT__CONTAINER(link, mt__connection, link));
  uint64_t requests = atomic_load_explicit(&shard->counters.requests_active, memory_order_relaxed);
  atomic_fetch_add(&shard->shared->cut_connections, connections);
  atomic_fetch_add(&shard->shared->cut_requests, requests);
}

static void cut_all(mt__shard *shard) {
  shard->is_cut = true;
  count_cut(shard);
  while (!mt__list_is_empty(&shard->connections))
    mt__connection_close(MT__CONTAINER(shard->connections.next, mt__connection, link));
  mt__shard_check_drained(shard);
}

static void on_drain_deadline(mt__timer *timer) {
  cut_all(MT__CONTAINER(timer, mt__shard, drain_timer));
}

/** Every connection is asked once; one that closes takes only itself out of the list. */
static void drain_connections(mt__shard *shard) {
  mt__list asked;
  mt__list_init(&asked);
  mt__list_splice(&asked, &shard->connections);
  while (!mt__list_is_empty(&asked)) {
    mt__list *link = asked.next;
    mt__list_remove(link);
    mt__list_append(&shard->connections, link);
    mt__connection_drain(MT__CONTAINER(link, mt__connection, link));
  }
}

void mt__shard_drain(mt__shard *shard, uint32_t deadline_ms) {
  bool is_first = !shard->is_draining;
  shard->is_draining = true;
  while (!mt__list_is_empty(&shard->listeners))
    mt__listener_finish(MT__CONTAINER(shard->listeners.next, mt__listener, link));
  mt__reactor_refresh_clock(&shard->reactor);
  bool is_sooner = !mt__timer_is_set(&shard->drain_timer) ||
                   shard->reactor.now_ms + deadline_ms < shard->drain_timer.deadline_ms;
  if (deadline_ms == 0)
    cut_all(shard);
  else if (is_sooner)
    mt__reactor_set_timer(&shard->reactor, &shard->drain_timer, deadline_ms);
  if (is_first && deadline_ms) drain_connections(shard);
  mt__shard_check_drained(shard);
}

static void deliver_drain(mt__message *message) {
  mt__shard *shard = MT__CONTAINER(message, mt__shard, any_thread.drain_message);
  atomic_store(&shard->any_thread.is_drain_posted, false);
  mt__shard_drain(shard, atomic_load(&shard->any_thread.drain_deadline_ms));
}

void mt__shard_request_drain(mt__shard *shard, uint32_t deadline_ms) {
  uint32_t known = atomic_load(&shard->any_thread.drain_deadline_ms);
  while (deadline_ms < known &&
         !atomic_compare_exchange_weak(&shard->any_thread.drain_deadline_ms, &known, deadline_ms)) {
  }
  if (atomic_exchange(&shard->any_thread.is_drain_posted, true)) return;
  shard->any_thread.drain_message.deliver = deliver_drain;
  mt__reactor_post(&shard->reactor, &shard->any_thread.drain_message);
}
