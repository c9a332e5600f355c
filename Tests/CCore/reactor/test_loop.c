#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "reactor/loop.h"
#include "support/failing_allocator.h"
#include "support/footprint.h"

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/syscall.h>

/* Stands before the system's own, to count what the port asks of the kernel. */
static int kernel_changes;

int epoll_ctl(int set, int change, int descriptor, struct epoll_event *event) {
  kernel_changes++;
  return (int)syscall(SYS_epoll_ctl, set, change, descriptor, event);
}
#endif

enum { READ = MT__IO_READ, WRITE = MT__IO_WRITE };

/* One end of a socket pair in a loop. */
typedef struct watched {
  mt__io io;
  mt__loop *loop;
  int end, peer;
  int calls;
  short ready;
  struct watched *other; /* deinitialised by the callback */
  int *freed;            /* counts what note_and_free freed */
} watched;

static int set_up(void **state) {
  mt__loop *loop = NULL;
  if (mt__loop_create(&mt__allocator_system, &loop) != MT_OK) return -1;
  *state = loop;
  return 0;
}

static int tear_down(void **state) {
  mt__loop_destroy(*state);
  return 0;
}

static void note(int descriptor, short ready, void *user_data) {
  watched *self = user_data;
  (void)descriptor;
  self->calls++;
  self->ready = ready;
}

static void note_and_break(int descriptor, short ready, void *user_data) {
  watched *self = user_data;
  note(descriptor, ready, user_data);
  mt__loop_break(self->loop);
}

static void note_and_end_other(int descriptor, short ready, void *user_data) {
  watched *self = user_data;
  note(descriptor, ready, user_data);
  if (self->calls == 1) mt__io_deinit(&self->other->io);
}

static void note_and_free(int descriptor, short ready, void *user_data) {
  watched *self = user_data;
  note(descriptor, ready, user_data);
  mt__io_deinit(&self->io);
  close(self->end);
  close(self->peer);
  ++*self->freed;
  free(self);
}

static void open_pair(watched *self, mt__loop *loop, mt__io_fn on_ready) {
  int ends[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  *self = (watched){.loop = loop, .end = ends[0], .peer = ends[1]};
  assert_int_equal(fcntl(self->end, F_SETFL, O_NONBLOCK), 0);
  mt__io_init(&self->io, loop, self->end, on_ready, self);
}

static void close_pair(watched *self) {
  mt__io_deinit(&self->io);
  close(self->end);
  close(self->peer);
}

static void say(watched *self) {
  assert_int_equal(write(self->peer, "x", 1), 1);
}

static short poll_once(watched *self) {
  self->ready = 0;
  assert_int_equal(mt__loop_poll(self->loop), MT_OK);
  return self->ready;
}

static void watch(watched *self, short events) {
  assert_int_equal(mt__io_watch(&self->io, events), MT_OK);
}

static void tells_only_what_is_watched_through_every_change(void **state) {
  static const short interests[] = {
      0, READ, 0, WRITE, 0, READ | WRITE, READ, READ | WRITE, WRITE, READ, WRITE, READ | WRITE, 0};
  watched one;
  open_pair(&one, *state, note);
  say(&one);
  for (size_t i = 0; i < sizeof interests / sizeof *interests; i++) {
    watch(&one, interests[i]);
    assert_int_equal(poll_once(&one), interests[i]);
  }
  close_pair(&one);
}

static void tells_again_until_all_is_read(void **state) {
  watched one;
  open_pair(&one, *state, note);
  watch(&one, READ);
  assert_int_equal(poll_once(&one), 0);
  say(&one);
  for (int i = 0; i < 3; i++) assert_int_equal(poll_once(&one), READ);
  char byte;
  assert_int_equal(read(one.end, &byte, 1), 1);
  assert_int_equal(poll_once(&one), 0);
  assert_int_equal(one.calls, 3);
  close_pair(&one);
}

static void a_hang_up_is_something_to_read(void **state) {
  watched one;
  open_pair(&one, *state, note);
  watch(&one, READ);
  assert_int_equal(shutdown(one.peer, SHUT_WR), 0);
  assert_int_equal(poll_once(&one), READ);
  close_pair(&one);
}

static void knows_its_descriptor(void **state) {
  watched one;
  open_pair(&one, *state, note);
  assert_int_equal(mt__io_descriptor(&one.io), one.end);
  watch(&one, READ);
  watch(&one, WRITE);
  assert_int_equal(mt__io_descriptor(&one.io), one.end);
  close_pair(&one);
}

#ifdef __linux__
static void asks_nothing_of_the_kernel_while_interest_stays(void **state) {
  watched one;
  open_pair(&one, *state, note);
  int before = kernel_changes;
  watch(&one, READ);
  assert_int_equal(kernel_changes - before, 1);
  say(&one);
  for (int i = 0; i < 10; i++) {
    watch(&one, READ);
    assert_int_equal(poll_once(&one), READ);
  }
  assert_int_equal(kernel_changes - before, 1);
  mt__io_deinit(&one.io);
  assert_int_equal(kernel_changes - before, 2); /* told at once, not at the next round */
  close_pair(&one);
  assert_int_equal(kernel_changes - before, 2);
}
#endif

static void ended_by_another_callback_it_is_not_called(void **state) {
  watched one, two;
  open_pair(&one, *state, note_and_end_other);
  open_pair(&two, *state, note_and_end_other);
  one.other = &two;
  two.other = &one;
  watch(&one, READ);
  watch(&two, READ);
  say(&one);
  say(&two);
  assert_int_equal(mt__loop_poll(*state), MT_OK);
  assert_int_equal(mt__loop_poll(*state), MT_OK);
  assert_int_equal(one.calls == 0, two.calls == 2);
  assert_int_equal(one.calls + two.calls, 2);
  close_pair(&one);
  close_pair(&two);
}

static void a_callback_may_free_what_it_was_called_for(void **state) {
  watched *one = malloc(sizeof *one);
  int freed = 0;
  open_pair(one, *state, note_and_free);
  one->freed = &freed;
  watch(one, READ | WRITE);
  say(one);
  assert_int_equal(mt__loop_poll(*state), MT_OK);
  assert_int_equal(mt__loop_poll(*state), MT_OK);
  assert_int_equal(freed, 1);
}

/* What a fork leaves behind: the file lives on in the child after the parent closed it. */
static void is_silent_after_the_end_though_a_child_holds_the_file(void **state) {
  watched one, next;
  open_pair(&one, *state, note);
  watch(&one, READ);
  int held_by_child = dup(one.end);
  mt__io_deinit(&one.io);
  close(one.end);
  open_pair(&next, *state, note);
  assert_int_equal(next.end, one.end); /* the number is taken anew */
  watch(&next, READ);
  say(&one);
  for (int i = 0; i < 3; i++) assert_int_equal(mt__loop_poll(*state), MT_OK);
  assert_int_equal(one.calls, 0);
  assert_int_equal(next.calls, 0);
  say(&next);
  assert_int_equal(poll_once(&next), READ);
  close_pair(&next);
  close(held_by_child);
  close(one.peer);
}

static void the_kernels_refusal_is_an_error_and_leaves_no_interest(void **state) {
  watched one;
  open_pair(&one, *state, note);
  FILE *file = tmpfile(); /* regular files are always ready: epoll takes none */
  assert_non_null(file);
  int pair_end = dup(one.end);
  assert_int_equal(dup2(fileno(file), one.end), one.end);
  mt_status status = mt__io_watch(&one.io, READ);
  if (strcmp(mt__loop_backend(*state), "epoll") == 0) assert_int_equal(status, MT_ERROR_SYSTEM);
  assert_int_equal(mt__io_watch(&one.io, 0), MT_OK);
  assert_int_equal(dup2(pair_end, one.end), one.end);
  say(&one);
  watch(&one, READ);
  assert_int_equal(poll_once(&one), READ);
  close_pair(&one);
  close(pair_end);
  fclose(file);
}

static void polling_does_not_wait(void **state) {
  watched one;
  open_pair(&one, *state, note);
  watch(&one, READ);
  uint64_t before = mt__clock_monotonic_ms();
  assert_int_equal(poll_once(&one), 0);
  mt__io timeout;
  mt__io_init(&timeout, *state, -1, note, &one);
  assert_int_equal(mt__io_set_timeout(&timeout, 60000), MT_OK);
  assert_int_equal(poll_once(&one), 0);
  assert_true(mt__clock_monotonic_ms() - before < 10000);
  mt__io_deinit(&timeout);
  close_pair(&one);
}

static void polling_goes_round_once_though_all_stays_ready(void **state) {
  watched one;
  open_pair(&one, *state, note);
  watch(&one, WRITE);
  for (int i = 1; i <= 3; i++) {
    poll_once(&one);
    assert_int_equal(one.calls, i);
  }
  close_pair(&one);
}

static void runs_until_it_is_broken_and_can_run_again(void **state) {
  watched one;
  open_pair(&one, *state, note_and_break);
  watch(&one, WRITE);
  for (int i = 1; i <= 3; i++) {
    assert_int_equal(mt__loop_run(*state), MT_OK);
    assert_int_equal(one.calls, i);
  }
  close_pair(&one);
}

static void a_break_before_the_run_is_not_lost_and_counts_once(void **state) {
  watched one;
  open_pair(&one, *state, note_and_break);
  watch(&one, WRITE);
  mt__loop_break(*state);
  assert_int_equal(mt__loop_run(*state), MT_OK);
  assert_int_equal(one.calls, 0);
  assert_int_equal(mt__loop_run(*state), MT_OK);
  assert_int_equal(one.calls, 1);
  close_pair(&one);
}

static mt__loop *broken_by_signal;

static void break_loop(int signal) {
  (void)signal;
  mt__loop_break(broken_by_signal);
}

/* Nothing but a signal can end a loop that watches nothing. */
static void runs_on_with_nothing_to_watch(void **state) {
  struct sigaction action = {.sa_handler = break_loop}, before;
  broken_by_signal = *state;
  assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
  struct itimerval in_200_ms = {.it_value.tv_usec = 200 * 1000};
  uint64_t start = mt__clock_monotonic_ms();
  assert_int_equal(setitimer(ITIMER_REAL, &in_200_ms, NULL), 0);
  assert_int_equal(mt__loop_run(*state), MT_OK);
  assert_true(mt__clock_monotonic_ms() - start >= 190);
  sigaction(SIGALRM, &before, NULL);
}

static uint64_t run_timed(mt__loop *loop) {
  uint64_t before = mt__clock_monotonic_ms();
  assert_int_equal(mt__loop_run(loop), MT_OK);
  return mt__clock_monotonic_ms() - before;
}

/* The backend's clock may be a few milliseconds behind. */
enum { CLOCK_GRAIN_MS = 15 };

static void a_timeout_comes_once_and_not_early(void **state) {
  watched one = {.loop = *state}, end = {.loop = *state};
  mt__io short_one, long_one;
  mt__io_init(&short_one, *state, -1, note, &one);
  mt__io_init(&long_one, *state, -1, note_and_break, &end);
  assert_int_equal(mt__io_set_timeout(&short_one, 30), MT_OK);
  assert_int_equal(mt__io_set_timeout(&long_one, 120), MT_OK);
  assert_true(run_timed(*state) >= 120 - CLOCK_GRAIN_MS);
  assert_int_equal(one.calls, 1);
  assert_int_equal(one.ready, MT__IO_TIMEOUT);
  mt__io_deinit(&short_one);
  mt__io_deinit(&long_one);
}

static void a_timeout_set_again_moves(void **state) {
  watched one = {.loop = *state};
  mt__io io;
  mt__io_init(&io, *state, -1, note_and_break, &one);
  assert_int_equal(mt__io_set_timeout(&io, 1), MT_OK);
  assert_int_equal(mt__io_set_timeout(&io, 100), MT_OK);
  assert_true(run_timed(*state) >= 100 - CLOCK_GRAIN_MS);
  assert_int_equal(mt__io_set_timeout(&io, 60000), MT_OK);
  assert_int_equal(mt__io_set_timeout(&io, 1), MT_OK);
  assert_true(run_timed(*state) < 10000);
  assert_int_equal(one.calls, 2);
  mt__io_deinit(&io);
}

static void an_ended_timeout_does_not_come(void **state) {
  watched one = {.loop = *state}, end = {.loop = *state};
  mt__io first, last;
  mt__io_init(&first, *state, -1, note, &one);
  mt__io_init(&last, *state, -1, note_and_break, &end);
  mt__io_set_timeout(&first, 10);
  mt__io_set_timeout(&last, 50);
  mt__io_deinit(&first);
  run_timed(*state);
  assert_int_equal(one.calls, 0);
  assert_int_equal(end.calls, 1);
  mt__io_deinit(&last);
}

static void installs_no_signal_handler(void **state) {
  struct sigaction before[32], after;
  (void)state;
  for (int i = 1; i < 32; i++) sigaction(i, NULL, &before[i]);
  mt__loop *loop;
  assert_int_equal(mt__loop_create(&mt__allocator_system, &loop), MT_OK);
  assert_int_equal(mt__loop_poll(loop), MT_OK);
  for (int i = 1; i < 32; i++) {
    sigaction(i, NULL, &after);
    assert_ptr_equal(after.sa_handler, before[i].sa_handler);
  }
  mt__loop_destroy(loop);
}

static void takes_no_orders_from_the_environment(void **state) {
  (void)state;
  setenv("EVENT_EPOLL_USE_CHANGELIST", "1", 1);
  setenv("EVENT_NOEPOLL", "1", 1);
  mt__loop *plain, *steered;
  assert_int_equal(mt__loop_create(&mt__allocator_system, &steered), MT_OK);
  unsetenv("EVENT_EPOLL_USE_CHANGELIST");
  unsetenv("EVENT_NOEPOLL");
  assert_int_equal(mt__loop_create(&mt__allocator_system, &plain), MT_OK);
  assert_string_equal(mt__loop_backend(steered), mt__loop_backend(plain));
#ifdef __linux__
  assert_string_equal(mt__loop_backend(plain), "epoll");
#endif
  mt__loop_destroy(plain);
  mt__loop_destroy(steered);
}

/* The lowest descriptor that is free, and so how many are open when none was closed between. */
static int next_descriptor(void) {
  int lowest = dup(0);
  assert_true(lowest >= 0);
  close(lowest);
  return lowest;
}

static void without_descriptors_it_fails_and_the_host_lives(void **state) {
  (void)state;
  struct rlimit before, tight;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  size_t count_before = footprint_take().descriptors;
  int open_before = next_descriptor(), refused = 0;
  for (int spare = 0; spare < 8; spare++) {
    tight = before;
    tight.rlim_cur = (rlim_t)(open_before + spare);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    mt__loop *loop = NULL;
    mt_status status = mt__loop_create(&mt__allocator_system, &loop);
    mt__loop_destroy(loop);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(status == MT_OK || status == MT_ERROR_SYSTEM);
    if (status == MT_ERROR_SYSTEM) assert_int_equal(spare, refused++);
    assert_int_equal(footprint_take().descriptors, count_before);
  }
  assert_in_range(refused, 1, 7);
}

static void destroying_none_is_allowed(void **state) {
  (void)state;
  mt__loop_destroy(NULL);
}

static void create_and_destroy(const mt_allocator *allocator, void *context) {
  (void)context;
  mt__loop *loop = NULL;
  mt_status status = mt__loop_create(allocator, &loop);
  assert_true(status == MT_OK || status == MT_ERROR_NO_MEMORY);
  mt__loop_destroy(loop);
}

static void says_so_when_memory_is_short(void **state) {
  (void)state;
  assert_int_equal(failing_allocator_walk(create_and_destroy, NULL), 1);
}

#define IN_LOOP(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_LOOP(tells_only_what_is_watched_through_every_change),
      IN_LOOP(tells_again_until_all_is_read),
      IN_LOOP(a_hang_up_is_something_to_read),
      IN_LOOP(knows_its_descriptor),
#ifdef __linux__
      IN_LOOP(asks_nothing_of_the_kernel_while_interest_stays),
#endif
      IN_LOOP(ended_by_another_callback_it_is_not_called),
      IN_LOOP(a_callback_may_free_what_it_was_called_for),
      IN_LOOP(is_silent_after_the_end_though_a_child_holds_the_file),
      IN_LOOP(the_kernels_refusal_is_an_error_and_leaves_no_interest),
      IN_LOOP(polling_does_not_wait),
      IN_LOOP(polling_goes_round_once_though_all_stays_ready),
      IN_LOOP(runs_until_it_is_broken_and_can_run_again),
      IN_LOOP(a_break_before_the_run_is_not_lost_and_counts_once),
      IN_LOOP(runs_on_with_nothing_to_watch),
      IN_LOOP(a_timeout_comes_once_and_not_early),
      IN_LOOP(a_timeout_set_again_moves),
      IN_LOOP(an_ended_timeout_does_not_come),
      cmocka_unit_test(installs_no_signal_handler),
      cmocka_unit_test(takes_no_orders_from_the_environment),
      cmocka_unit_test(without_descriptors_it_fails_and_the_host_lives),
      cmocka_unit_test(destroying_none_is_allowed),
      cmocka_unit_test(says_so_when_memory_is_short),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
