#include "reactor.h"

#include <sched.h>

#include "../base/clock.h"
#include "../base/os.h"

/* The loop's clock is coarser than ours: aimed at the tick's very beginning, the ticker would often
 * come just before it and have to come again. */
enum { TICKER_SLACK_MS = 5 };

static void arm_ticker(mt__reactor *reactor) {
  uint32_t delay_ms =
      (uint32_t)(MT__WHEEL_TICK_MS - reactor->now_ms % MT__WHEEL_TICK_MS) + TICKER_SLACK_MS;
  reactor->tick_due_ms = reactor->now_ms + delay_ms;
  reactor->is_ticking = mt__io_set_timeout(&reactor->ticker, delay_ms) == MT_OK;
}

static void tick(int descriptor, short ready, void *user_data) {
  (void)descriptor, (void)ready;
  mt__reactor *reactor = user_data;
  mt__reactor_refresh_clock(reactor);
  if (reactor->now_ms / MT__WHEEL_TICK_MS >= reactor->wheel.next_tick) {
    if (reactor->on_tick != NULL) reactor->on_tick(reactor->on_tick_data);
    mt__wheel_advance(&reactor->wheel, reactor->now_ms);
  }
  reactor->is_ticking = false;
  if (reactor->wheel.count != 0) arm_ticker(reactor);
}

static void receive(int descriptor, short ready, void *user_data) {
  (void)ready;
  mt__reactor *reactor = user_data;
  mt__os_wake_clear(descriptor); /* before delivery: what is posted from here on wakes anew */
  mt__mailbox_deliver(&reactor->shared.mailbox);
  if (reactor->on_delivered != NULL) reactor->on_delivered(reactor->on_delivered_data);
}

static mt_status open_waker(mt__reactor *reactor) {
  int reader = -1;
  if (mt__os_wake_open(&reader, &reactor->shared.wake_writer) != 0) return MT_ERROR_SYSTEM;
  mt__io_init(&reactor->waker, reactor->loop, reader, receive, reactor);
  mt_status status = mt__io_watch(&reactor->waker, MT__IO_READ);
  if (status != MT_OK) {
    mt__io_deinit(&reactor->waker);
    mt__os_wake_close(reader, reactor->shared.wake_writer);
  }
  return status;
}

static void close_waker(mt__reactor *reactor) {
  int reader = mt__io_descriptor(&reactor->waker);
  mt__io_deinit(&reactor->waker);
  mt__os_wake_close(reader, reactor->shared.wake_writer);
}

mt_status mt__reactor_init(mt__reactor *reactor, const mt_allocator *allocator) {
  reactor->allocator = allocator;
  reactor->on_tick = NULL;
  reactor->on_tick_data = NULL;
  reactor->on_delivered = NULL;
  reactor->on_delivered_data = NULL;
  reactor->is_ticking = false;
  reactor->tick_due_ms = 0;
  atomic_init(&reactor->shared.has_thread, false);
  atomic_init(&reactor->shared.wakes, 0);
  mt_status status = mt__loop_create(allocator, &reactor->loop);
  if (status != MT_OK) return status;
  status = open_waker(reactor);
  if (status != MT_OK) {
    mt__loop_destroy(reactor->loop);
    return status;
  }
  mt__mailbox_init(&reactor->shared.mailbox);
  mt__io_init(&reactor->ticker, reactor->loop, -1, tick, reactor);
  mt__reactor_refresh_clock(reactor);
  mt__wheel_init(&reactor->wheel, reactor->now_ms);
  return MT_OK;
}

/* Each batch began with one post that had to wake. Such a poster may still be on its way to the
 * descriptor; closing it first would let the wake hit whatever gets the number next. */
static void await_wakers(mt__reactor *reactor) {
  while (atomic_load_explicit(&reactor->shared.wakes, memory_order_acquire) !=
         reactor->shared.mailbox.batches) {
    sched_yield();
  }
}

void mt__reactor_deinit(mt__reactor *reactor) {
  mt__mailbox_close(&reactor->shared.mailbox);
  await_wakers(reactor);
  close_waker(reactor);
  mt__io_deinit(&reactor->ticker);
  mt__loop_destroy(reactor->loop);
}

static void enter(mt__reactor *reactor) {
  atomic_store_explicit(&reactor->shared.thread, pthread_self(), memory_order_relaxed);
  atomic_store_explicit(&reactor->shared.has_thread, true, memory_order_release);
}

static void leave(mt__reactor *reactor) {
  atomic_store_explicit(&reactor->shared.has_thread, false, memory_order_release);
}

mt_status mt__reactor_run(mt__reactor *reactor) {
  enter(reactor);
  mt_status status = mt__loop_run(reactor->loop);
  mt__mailbox_close(&reactor->shared.mailbox);
  leave(reactor);
  return status;
}

mt_status mt__reactor_poll(mt__reactor *reactor, bool *is_over) {
  enter(reactor);
  mt_status status = mt__loop_poll(reactor->loop);
  *is_over = mt__loop_is_broken(reactor->loop);
  if (*is_over) mt__mailbox_close(&reactor->shared.mailbox);
  leave(reactor);
  return status;
}

void mt__reactor_quit(mt__reactor *reactor) {
  mt__loop_break(reactor->loop);
}

bool mt__reactor_post(mt__reactor *reactor, mt__message *message) {
  mt__post_result result = mt__mailbox_post(&reactor->shared.mailbox, message);
  if (result == MT__POST_WAKE) {
    mt__os_wake(reactor->shared.wake_writer);
    atomic_fetch_add_explicit(&reactor->shared.wakes, 1, memory_order_release);
  }
  return result != MT__POST_CLOSED;
}

void mt__reactor_refresh_clock(mt__reactor *reactor) {
  reactor->now_ms = mt__clock_monotonic_ms();
}

void mt__reactor_set_timer(mt__reactor *reactor, mt__timer *timer, uint32_t delay_ms) {
  uint64_t age_ms = MT__WHEEL_TICK_MS; /* what now_ms may be behind while the ticker runs */
  if (!reactor->is_ticking) {
    mt__reactor_refresh_clock(reactor);
    if (reactor->wheel.count == 0) mt__wheel_advance(&reactor->wheel, reactor->now_ms);
    age_ms = 0;
    arm_ticker(reactor);
  }
  mt__timer_set(&reactor->wheel, timer, reactor->now_ms + age_ms + delay_ms);
}

void mt__reactor_clear_timer(mt__reactor *reactor, mt__timer *timer) {
  mt__timer_clear(&reactor->wheel, timer);
}
