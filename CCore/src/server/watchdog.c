#include "watchdog.h"

#include "../base/clock.h"
#include "../base/os.h"
#include "../routing/router.h"

static void report(const mt__watchdog *watchdog, uint32_t index, const mt__route *route) {
  mt__log(
      watchdog->logger, MT_LOG_WARNING,
      "the handler of %s %.*s has held reactor %u for over %u ms; register it on the workers if "
      "it blocks",
      route->method ? "route" : "the fallback", (int)route->pattern.size, route->pattern.data,
      index, watchdog->limit_ms);
}

static void look_at(mt__watchdog *watchdog, uint32_t index, uint64_t now) {
  mt__shard *shard = watchdog->shards[index];
  const mt__route *route = atomic_load_explicit(&shard->any_thread.running, memory_order_acquire);
  uint64_t serial = atomic_load_explicit(&shard->any_thread.running_serial, memory_order_relaxed);
  uint64_t *since = &watchdog->seen_since[index];
  if (!route || serial != watchdog->seen_serials[index]) {
    watchdog->seen_serials[index] = serial;
    *since = route ? now : 0;
    return;
  }
  if (*since == 0) *since = now;
  if (*since == UINT64_MAX || now - *since < watchdog->limit_ms) return;
  *since = UINT64_MAX;
  report(watchdog, index, route);
}

/** Several looks within the limit, so that what is reported has lasted at most a quarter longer. */
static void sleep_a_while(mt__watchdog *watchdog) {
  uint32_t pause_ms = watchdog->limit_ms / 4 < 5 ? 5 : watchdog->limit_ms / 4;
  mt__os_condition_wait(&watchdog->wake, &watchdog->mutex, pause_ms);
}

static void watch(void *user_data) {
  mt__watchdog *watchdog = user_data;
  watchdog->self = pthread_self();
  atomic_store(&watchdog->has_thread, true);
  pthread_mutex_lock(&watchdog->mutex);
  while (!watchdog->is_ending) {
    uint64_t now = mt__clock_monotonic_ms();
    for (uint32_t i = 0; i < watchdog->count; i++) look_at(watchdog, i, now);
    sleep_a_while(watchdog);
  }
  pthread_mutex_unlock(&watchdog->mutex);
  atomic_store(&watchdog->has_thread, false);
}

bool mt__watchdog_is_current(const mt__watchdog *watchdog) {
  return atomic_load(&watchdog->has_thread) && pthread_equal(watchdog->self, pthread_self());
}

static bool init_parts(mt__watchdog *watchdog) {
  watchdog->seen_serials =
      mt__allocate_zeroed(watchdog->allocator, watchdog->count, 2 * sizeof(uint64_t));
  if (!watchdog->seen_serials) return false;
  watchdog->seen_since = watchdog->seen_serials + watchdog->count;
  if (pthread_mutex_init(&watchdog->mutex, NULL) == 0) {
    if (mt__os_condition_init(&watchdog->wake)) return true;
    pthread_mutex_destroy(&watchdog->mutex);
  }
  mt__deallocate(watchdog->allocator, watchdog->seen_serials);
  return false;
}

static void deinit_parts(mt__watchdog *watchdog) {
  pthread_cond_destroy(&watchdog->wake);
  pthread_mutex_destroy(&watchdog->mutex);
  mt__deallocate(watchdog->allocator, watchdog->seen_serials);
}

mt_status mt__watchdog_start(mt__watchdog *watchdog, mt__shard *const *shards, uint32_t count,
                             const mt__shared *shared) {
  watchdog->shards = shards;
  watchdog->count = count;
  watchdog->limit_ms = shared->config.handler_warning_ms;
  watchdog->logger = &shared->logger;
  watchdog->allocator = &shared->allocator;
  if (!init_parts(watchdog)) return MT_ERROR_NO_MEMORY;
  watchdog->is_running = mt__thread_start(&watchdog->thread, &shared->thread_maker, "mt-watchdog",
                                          watch, watchdog) == 0;
  if (watchdog->is_running) return MT_OK;
  deinit_parts(watchdog);
  return MT_ERROR_SYSTEM;
}

void mt__watchdog_stop(mt__watchdog *watchdog) {
  if (!watchdog->is_running) return;
  pthread_mutex_lock(&watchdog->mutex);
  watchdog->is_ending = true;
  pthread_cond_signal(&watchdog->wake);
  pthread_mutex_unlock(&watchdog->mutex);
  mt__thread_join(&watchdog->thread);
  deinit_parts(watchdog);
  watchdog->is_running = false;
}
