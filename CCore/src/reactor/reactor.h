/** One thread's event loop with its timer wheel and mailbox. */
#ifndef MT_REACTOR_REACTOR_H
#define MT_REACTOR_REACTOR_H

#include <pthread.h>

#include "loop.h"
#include "mailbox.h"
#include "timers.h"

MT__HIDDEN_BEGIN

typedef struct mt__reactor {
  const mt_allocator *allocator;
  mt__loop *loop;
  mt__wheel wheel;
  /** Milliseconds of the monotonic clock, at most one tick old while any timer is set; no clock is
   * read per request. */
  uint64_t now_ms;
  /** Called at each tick, before timers expire; now_ms is fresh (may be NULL). There are no ticks
   * while no timer is set. */
  void (*on_tick)(void *user_data);
  void *on_tick_data;
  /** Called behind each batch of the mailbox's (may be NULL). */
  void (*on_delivered)(void *user_data);
  void *on_delivered_data;
  mt__io ticker;
  mt__io waker;
  bool is_ticking;
  uint64_t tick_due_ms; /* when the ticker comes next, while it is ticking */
  struct {
    mt__mailbox mailbox;
    int wake_writer;
    _Atomic uint64_t wakes; /* done; deinit waits for one per batch of the mailbox */
    _Atomic bool has_thread;
    _Atomic pthread_t thread; /* valid when has_thread */
  } shared;
} mt__reactor;

/** Prepares loop, wheel, mailbox and its wake descriptor in the caller's storage. */
mt_status mt__reactor_init(mt__reactor *reactor, const mt_allocator *allocator);
/** Frees all; no thread may be in mt__reactor_run. Closes the mailbox if that has
 * not happened, delivering what is in it. Waits for posters whose message was taken, so that none
 * of them wakes a closed descriptor. Posting stays possible (and refused) for as long as the
 * storage lives: who frees it sees to it that nobody posts any more. */
void mt__reactor_deinit(mt__reactor *reactor);
/** Serves events on the calling thread until mt__reactor_quit (which may come first), then closes
 * the mailbox (delivering what is in it). Once. */
mt_status mt__reactor_run(mt__reactor *reactor);
/** Serves what is ready on the calling thread, without waiting. `*is_over` says that
 * mt__reactor_quit was called: the mailbox is closed then, as at the end of mt__reactor_run, and
 * this is not called again. Threads may take turns. */
mt_status mt__reactor_poll(mt__reactor *reactor, bool *is_over);
/** When mt__reactor_poll has a timer to serve, by the monotonic clock; UINT64_MAX: none is set.
 * Thread: whoever polls. */
static inline uint64_t mt__reactor_due_ms(const mt__reactor *reactor) {
  return reactor->is_ticking ? reactor->tick_due_ms : UINT64_MAX;
}
/** Thread: the reactor's. */
void mt__reactor_quit(mt__reactor *reactor);
/** Posts and wakes; false when the mailbox is closed (the message is still the caller's). Thread:
 * any. */
bool mt__reactor_post(mt__reactor *reactor, mt__message *message);
/** Whether the caller is on the thread that runs the reactor. Thread: any. */
static inline bool mt__reactor_is_current(const mt__reactor *reactor) {
  return atomic_load_explicit(&reactor->shared.has_thread, memory_order_acquire) &&
         pthread_equal(atomic_load_explicit(&reactor->shared.thread, memory_order_relaxed),
                       pthread_self());
}

/** Reads the clock anew (accept, a first timer). */
void mt__reactor_refresh_clock(mt__reactor *reactor);

/** Sets `timer` to `delay_ms` from now: fires within [delay, delay + 2 ticks], give or take what
 * the loop is held up; starts the ticker when it is asleep. */
void mt__reactor_set_timer(mt__reactor *reactor, mt__timer *timer, uint32_t delay_ms);
void mt__reactor_clear_timer(mt__reactor *reactor, mt__timer *timer);

MT__HIDDEN_END

#endif
