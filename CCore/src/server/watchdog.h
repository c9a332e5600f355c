/** A thread that looks from time to time which handler holds a reactor, and names it in the log
 * when that lasts too long. No clock is read on the reactors for it. */
#ifndef MT_SERVER_WATCHDOG_H
#define MT_SERVER_WATCHDOG_H

#include <pthread.h>

#include "../connection/shard.h"

MT__HIDDEN_BEGIN

typedef struct mt__watchdog {
  mt__shard *const *shards;
  uint32_t count;
  uint32_t limit_ms;
  const mt__logger *logger;
  uint64_t *seen_serials; /* of each reactor: the handler run that is being timed */
  uint64_t *seen_since;   /* … since when; 0: none, UINT64_MAX: reported */
  const mt_allocator *allocator;
  mt__thread thread; /* for who starts and ends it */
  pthread_t self;    /* valid when has_thread */
  _Atomic bool has_thread;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  bool is_running;
  bool is_ending;
} mt__watchdog;

/** Starts the thread. `limit_ms` > 0. */
mt_status mt__watchdog_start(mt__watchdog *watchdog, mt__shard *const *shards, uint32_t count,
                             const mt__shared *shared);
/** Whether the caller is its thread, in the host's log callback. Thread: any. */
bool mt__watchdog_is_current(const mt__watchdog *watchdog);
/** Ends it; harmless when it never started. */
void mt__watchdog_stop(mt__watchdog *watchdog);

MT__HIDDEN_END

#endif
