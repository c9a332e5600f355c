#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "base/clock.h"
#include "base/list.h"
#include "reactor/reactor.h"
#include "support/failing_allocator.h"
#include "support/footprint.h"

/* A message that notes where it was delivered and may end the run. */
typedef struct letter {
  mt__message message;
  mt__reactor *reactor;
  int deliveries;
  bool was_current;
  bool quits;
} letter;

static void read_letter(mt__message *message) {
  letter *self = MT__CONTAINER(message, letter, message);
  self->deliveries++;
  self->was_current = mt__reactor_is_current(self->reactor);
  if (self->quits) mt__reactor_quit(self->reactor);
}

static letter write_letter(mt__reactor *to) {
  return (letter){.message = {.deliver = read_letter}, .reactor = to};
}

static void sleep_ms(long ms) {
  nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static int set_up(void **state) {
  mt__reactor *reactor = malloc(sizeof *reactor);
  if (mt__reactor_init(reactor, &mt__allocator_system) != MT_OK) return -1;
  *state = reactor;
  return 0;
}

static int tear_down(void **state) {
  mt__reactor_deinit(*state);
  free(*state);
  return 0;
}

static void *run(void *user_data) {
  mt_status status = mt__reactor_run(user_data);
  return status == MT_OK ? user_data : NULL;
}

static pthread_t start(mt__reactor *reactor) {
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, run, reactor), 0);
  return thread;
}

static void join(pthread_t thread) {
  void *ran_well;
  assert_int_equal(pthread_join(thread, &ran_well), 0);
  assert_non_null(ran_well);
}

static void a_post_wakes_the_sleeping_reactor_and_is_delivered_there(void **state) {
  mt__reactor *reactor = *state;
  letter hello = write_letter(reactor), bye = write_letter(reactor);
  bye.quits = true;
  pthread_t thread = start(reactor);
  sleep_ms(20);
  assert_false(mt__reactor_is_current(reactor));
  assert_true(mt__reactor_post(reactor, &hello.message));
  sleep_ms(20);
  assert_true(mt__reactor_post(reactor, &bye.message));
  join(thread);
  assert_int_equal(hello.deliveries, 1);
  assert_true(hello.was_current);
  assert_int_equal(bye.deliveries, 1);
}

static void delivered_posts_leave_no_wake_behind(void **state) {
  mt__reactor *reactor = *state;
  letter first = write_letter(reactor), second = write_letter(reactor);
  struct pollfd waker = {.fd = mt__io_descriptor(&reactor->waker), .events = POLLIN};
  assert_true(mt__reactor_post(reactor, &first.message));
  assert_true(mt__reactor_post(reactor, &second.message));
  assert_int_equal(poll(&waker, 1, 0), 1);
  assert_int_equal(mt__loop_poll(reactor->loop), MT_OK);
  assert_int_equal(first.deliveries + second.deliveries, 2);
  assert_int_equal(poll(&waker, 1, 0), 0);
}

static void a_post_before_the_run_is_delivered_by_it(void **state) {
  mt__reactor *reactor = *state;
  letter bye = write_letter(reactor);
  bye.quits = true;
  assert_true(mt__reactor_post(reactor, &bye.message));
  join(start(reactor));
  assert_int_equal(bye.deliveries, 1);
}

static void a_quit_before_the_run_is_not_lost(void **state) {
  mt__reactor *reactor = *state;
  letter hello = write_letter(reactor), late = write_letter(reactor);
  assert_true(mt__reactor_post(reactor, &hello.message));
  mt__reactor_quit(reactor);
  assert_int_equal(mt__reactor_run(reactor), MT_OK);
  assert_int_equal(hello.deliveries, 1); /* closing delivers what is there */
  assert_true(hello.was_current);
  assert_false(mt__reactor_is_current(reactor));
  assert_false(mt__reactor_post(reactor, &late.message));
  assert_int_equal(late.deliveries, 0);
}

static void one_that_never_ran_delivers_at_its_end_and_refuses_from_then_on(void **state) {
  (void)state;
  mt__reactor reactor;
  assert_int_equal(mt__reactor_init(&reactor, &mt__allocator_system), MT_OK);
  letter hello = write_letter(&reactor), late = write_letter(&reactor);
  assert_true(mt__reactor_post(&reactor, &hello.message));
  mt__reactor_deinit(&reactor);
  assert_int_equal(hello.deliveries, 1);
  assert_false(hello.was_current);
  assert_false(mt__reactor_post(&reactor, &late.message));
}

/* A timer that notes when it fired, by the clock, and ends the run. */
typedef struct alarm_clock {
  mt__timer timer;
  mt__reactor *reactor;
  uint64_t set_ms, fired_ms;
  uint32_t again_ms;
  long dawdles_ms; /* before it is set again */
  int remaining;
  int *ringing; /* shared: how many still ring; the last ends the run */
  int early, late;
} alarm_clock;

enum { SCHEDULER_MS = 500 }; /* a busy machine may hold the loop up */

static void set_alarm(alarm_clock *self, uint32_t delay_ms) {
  self->again_ms = delay_ms;
  self->set_ms = mt__clock_monotonic_ms();
  mt__reactor_set_timer(self->reactor, &self->timer, delay_ms);
}

static void ring(mt__timer *timer) {
  alarm_clock *self = MT__CONTAINER(timer, alarm_clock, timer);
  self->fired_ms = mt__clock_monotonic_ms();
  uint64_t took_ms = self->fired_ms - self->set_ms;
  self->early += took_ms < self->again_ms;
  self->late += took_ms > self->again_ms + 2 * MT__WHEEL_TICK_MS + SCHEDULER_MS;
  if (--self->remaining > 0) {
    sleep_ms(self->dawdles_ms);
    set_alarm(self, self->again_ms + 37);
  } else if (--*self->ringing == 0) {
    mt__reactor_quit(self->reactor);
  }
}

static void init_alarm(alarm_clock *self, mt__reactor *reactor, int times, int *ringing) {
  *self = (alarm_clock){.reactor = reactor, .remaining = times, .ringing = ringing};
  mt__timer_init(&self->timer, ring);
  ++*ringing;
}

static void timers_are_never_early_and_at_most_two_ticks_late(void **state) {
  static const uint32_t delays[] = {0, 1, 99, 100, 101, 250};
  enum { COUNT = sizeof delays / sizeof *delays };
  alarm_clock alarms[COUNT];
  mt__reactor *reactor = *state;
  int ringing = 0;
  for (int i = 0; i < COUNT; i++) {
    init_alarm(&alarms[i], reactor, 3, &ringing);
    set_alarm(&alarms[i], delays[i]);
  }
  assert_int_equal(mt__loop_run(reactor->loop), MT_OK);
  for (int i = 0; i < COUNT; i++) {
    assert_int_equal(alarms[i].remaining, 0);
    assert_int_equal(alarms[i].early, 0);
    assert_int_equal(alarms[i].late, 0);
  }
}

static void a_timer_set_late_in_a_tick_is_not_early(void **state) {
  mt__reactor *reactor = *state;
  int ringing = 0;
  alarm_clock one;
  init_alarm(&one, reactor, 3, &ringing);
  one.dawdles_ms = 80;
  set_alarm(&one, 1);
  assert_int_equal(mt__loop_run(reactor->loop), MT_OK);
  assert_int_equal(one.early, 0);
}

static void a_first_timer_counts_from_now_however_long_the_reactor_slept(void **state) {
  mt__reactor *reactor = *state;
  int ringing = 0;
  alarm_clock one;
  init_alarm(&one, reactor, 1, &ringing);
  sleep_ms(350);
  set_alarm(&one, 200);
  assert_true(mt__clock_monotonic_ms() - reactor->now_ms < 150);
  assert_int_equal(mt__loop_run(reactor->loop), MT_OK);
  assert_int_equal(one.early, 0);
}

static void count_tick(void *user_data) {
  ++*(int *)user_data;
}

static void ticks_only_while_a_timer_is_set(void **state) {
  mt__reactor *reactor = *state;
  int ticks = 0;
  reactor->on_tick = count_tick;
  reactor->on_tick_data = &ticks;
  int ringing = 0;
  alarm_clock one;
  init_alarm(&one, reactor, 1, &ringing);
  set_alarm(&one, 350);
  assert_true(reactor->is_ticking);
  assert_int_equal(mt__loop_run(reactor->loop), MT_OK);
  assert_in_range(ticks, 1, 5);
  assert_false(reactor->is_ticking);
  int before = ticks;
  for (int i = 0; i < 6; i++) {
    sleep_ms(50);
    mt__loop_poll(reactor->loop);
  }
  assert_int_equal(ticks, before);
}

static void a_cleared_timer_lets_the_ticker_sleep(void **state) {
  mt__reactor *reactor = *state;
  int ringing = 0;
  alarm_clock one;
  init_alarm(&one, reactor, 1, &ringing);
  set_alarm(&one, 100);
  mt__reactor_clear_timer(reactor, &one.timer);
  mt__reactor_clear_timer(reactor, &one.timer);
  for (int i = 0; i < 8; i++) {
    sleep_ms(50);
    mt__loop_poll(reactor->loop);
  }
  assert_int_equal(one.remaining, 1);
  assert_false(reactor->is_ticking);
}

/* Posts until it is refused. */
typedef struct poster {
  pthread_t thread;
  mt__reactor *reactor;
  int accepted;
} poster;

enum { POSTERS = 3 };

typedef struct counted {
  mt__message message;
  mt__reactor *reactor;
  int *delivered;
  int quit_at;
} counted;

static void count_and_free(mt__message *message) {
  counted *self = MT__CONTAINER(message, counted, message);
  if (++*self->delivered == self->quit_at) mt__reactor_quit(self->reactor);
  free(self);
}

typedef struct party {
  mt__reactor reactor;
  poster posters[POSTERS];
  int delivered;
  int quit_at;
} party;

static void *post_until_refused(void *user_data) {
  poster *self = user_data;
  party *all = MT__CONTAINER(self->reactor, party, reactor);
  for (;; self->accepted++) {
    counted *made = malloc(sizeof *made);
    *made = (counted){{.deliver = count_and_free}, self->reactor, &all->delivered, all->quit_at};
    if (!mt__reactor_post(self->reactor, &made->message)) {
      free(made);
      return NULL;
    }
  }
}

static void ends_amid_posts_without_loss(void **state) {
  (void)state;
  for (int round = 0; round < 100; round++) {
    party *all = calloc(1, sizeof *all);
    all->quit_at = 1 + round;
    assert_int_equal(mt__reactor_init(&all->reactor, &mt__allocator_system), MT_OK);
    for (int i = 0; i < POSTERS; i++) {
      all->posters[i].reactor = &all->reactor;
      pthread_create(&all->posters[i].thread, NULL, post_until_refused, &all->posters[i]);
    }
    assert_int_equal(mt__reactor_run(&all->reactor), MT_OK);
    mt__reactor_deinit(&all->reactor);
    int delivered = all->delivered, accepted = 0;
    for (int i = 0; i < POSTERS; i++) {
      pthread_join(all->posters[i].thread, NULL);
      accepted += all->posters[i].accepted;
    }
    assert_int_equal(delivered, accepted);
    free(all);
  }
}

#ifdef __linux__
/* Stands before the system's own, to hold a poster up just before it wakes the reactor. */
static struct {
  _Atomic int descriptor;
  _Atomic bool has_come, has_written;
} held = {.descriptor = -1};

ssize_t write(int descriptor, const void *bytes, size_t size) {
  if (descriptor < 0 || descriptor != held.descriptor) {
    return syscall(SYS_write, descriptor, bytes, size);
  }
  held.has_come = true;
  sleep_ms(100);
  ssize_t written = syscall(SYS_write, descriptor, bytes, size);
  held.has_written = written == (ssize_t)size;
  return written;
}

static void *post_one(void *user_data) {
  letter *self = user_data;
  return mt__reactor_post(self->reactor, &self->message) ? self : NULL;
}

static void waits_at_its_end_for_a_poster_that_is_about_to_wake_it(void **state) {
  (void)state;
  mt__reactor reactor;
  pthread_t thread;
  assert_int_equal(mt__reactor_init(&reactor, &mt__allocator_system), MT_OK);
  letter hello = write_letter(&reactor);
  held.descriptor = reactor.shared.wake_writer;
  assert_int_equal(pthread_create(&thread, NULL, post_one, &hello), 0);
  while (!held.has_come) sched_yield();
  mt__reactor_deinit(&reactor);
  assert_true(held.has_written);
  assert_int_equal(hello.deliveries, 1);
  join(thread);
  held.descriptor = -1;
}
#endif

static void init_and_deinit(const mt_allocator *allocator, void *context) {
  (void)context;
  mt__reactor reactor;
  mt_status status = mt__reactor_init(&reactor, allocator);
  assert_true(status == MT_OK || status == MT_ERROR_NO_MEMORY);
  if (status == MT_OK) mt__reactor_deinit(&reactor);
}

static void says_so_when_memory_is_short(void **state) {
  (void)state;
  assert_true(failing_allocator_walk(init_and_deinit, NULL) > 0);
}

static int next_descriptor(void) {
  int lowest = dup(0);
  assert_true(lowest >= 0);
  close(lowest);
  return lowest;
}

static void without_descriptors_it_fails_and_leaves_none_open(void **state) {
  (void)state;
  struct rlimit before, tight;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  size_t count_before = footprint_take().descriptors;
  int open_before = next_descriptor(), refused = 0;
  for (int spare = 0; spare < 8; spare++) {
    tight = before;
    tight.rlim_cur = (rlim_t)(open_before + spare);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    mt__reactor reactor;
    mt_status status = mt__reactor_init(&reactor, &mt__allocator_system);
    if (status == MT_OK) mt__reactor_deinit(&reactor);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(status == MT_OK || status == MT_ERROR_SYSTEM);
    refused += status == MT_ERROR_SYSTEM;
    assert_int_equal(footprint_take().descriptors, count_before);
  }
  assert_in_range(refused, 1, 7);
}

#define IN_REACTOR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_REACTOR(a_post_wakes_the_sleeping_reactor_and_is_delivered_there),
      IN_REACTOR(delivered_posts_leave_no_wake_behind),
      IN_REACTOR(a_post_before_the_run_is_delivered_by_it),
      IN_REACTOR(a_quit_before_the_run_is_not_lost),
      cmocka_unit_test(one_that_never_ran_delivers_at_its_end_and_refuses_from_then_on),
      IN_REACTOR(timers_are_never_early_and_at_most_two_ticks_late),
      IN_REACTOR(a_timer_set_late_in_a_tick_is_not_early),
      IN_REACTOR(a_first_timer_counts_from_now_however_long_the_reactor_slept),
      IN_REACTOR(ticks_only_while_a_timer_is_set),
      IN_REACTOR(a_cleared_timer_lets_the_ticker_sleep),
      cmocka_unit_test(ends_amid_posts_without_loss),
#ifdef __linux__
      cmocka_unit_test(waits_at_its_end_for_a_poster_that_is_about_to_wake_it),
#endif
      cmocka_unit_test(says_so_when_memory_is_short),
      cmocka_unit_test(without_descriptors_it_fails_and_leaves_none_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
