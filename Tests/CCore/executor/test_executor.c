#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/list.h"
#include "executor/executor.h"
#include "support/failing_allocator.h"
#include "support/tally.h"
#include "support/watched.h"

/* A door that jobs wait at until it is opened. */
typedef struct gate {
  tally waiting, open;
} gate;

static void init_gate(gate *self) {
  tally_init(&self->waiting);
  tally_init(&self->open);
}

static void deinit_gate(gate *self) {
  tally_deinit(&self->waiting);
  tally_deinit(&self->open);
}

static void wait_at(gate *self) {
  tally_raise(&self->waiting);
  tally_await(&self->open, 1);
}

typedef struct task {
  mt__job job;
  _Atomic int runs;
  mt__executor *executor;
  gate *gate;
  tally *done;
  struct task *follower; /* submitted by this one */
  bool is_taken;         /* whether the follower was */
  bool was_current;
  sigset_t mask;
  char name[32];
} task;

static void run_task(mt__job *job) {
  task *self = MT__CONTAINER(job, task, job);
  self->runs++;
  if (self->gate != NULL) wait_at(self->gate);
  if (self->follower != NULL) {
    self->is_taken = mt__executor_submit(self->executor, &self->follower->job);
  }
  if (self->done != NULL) tally_raise(self->done);
}

static void look_round(mt__job *job) {
  task *self = MT__CONTAINER(job, task, job);
  self->was_current = mt__executor_is_current(self->executor);
  pthread_sigmask(SIG_SETMASK, NULL, &self->mask);
#ifdef __linux__
  prctl(PR_GET_NAME, self->name);
#endif
  run_task(job);
}

static mt__executor *create(uint32_t threads, uint32_t capacity) {
  mt__executor *executor = NULL;
  assert_int_equal(mt__executor_create(&mt__allocator_system, &(mt__thread_maker){0}, threads,
                                       capacity, &executor),
                   MT_OK);
  return executor;
}

static void runs_what_is_submitted_on_its_own_thread(void **state) {
  (void)state;
  tally done;
  tally_init(&done);
  mt__executor *executor = create(2, 4), *other = create(1, 4);
  task one = {.job = {look_round}, .executor = executor, .done = &done};
  task stranger = {.job = {look_round}, .executor = executor, .done = &done};
  assert_false(mt__executor_is_current(executor));
  assert_true(mt__executor_submit(executor, &one.job));
  assert_true(mt__executor_submit(other, &stranger.job));
  assert_true(tally_await(&done, 2));
  assert_int_equal(one.runs, 1);
  assert_true(one.was_current);
  assert_false(stranger.was_current);
  mt__executor_destroy(other);
  mt__executor_destroy(executor);
  tally_deinit(&done);
}

static void names_its_threads(void **state) {
  (void)state;
#ifdef __linux__
  gate hold;
  init_gate(&hold);
  mt__executor *executor = create(3, 4);
  task tasks[3];
  int seen[3] = {0};
  for (int i = 0; i < 3; i++) {
    tasks[i] = (task){.job = {look_round}, .executor = executor, .gate = &hold};
    assert_true(mt__executor_submit(executor, &tasks[i].job));
  }
  assert_true(tally_await(&hold.waiting, 3));
  tally_raise(&hold.open);
  mt__executor_destroy(executor);
  deinit_gate(&hold);
  for (int i = 0; i < 3; i++) {
    unsigned number = 9;
    assert_int_equal(sscanf(tasks[i].name, "mt-worker-%u", &number), 1);
    assert_in_range(number, 0, 2);
    seen[number]++;
  }
  for (int i = 0; i < 3; i++) assert_int_equal(seen[i], 1);
#else
  skip();
#endif
}

static void blocks_a_hosts_signals_but_not_a_threads_own_faults(void **state) {
  static const int blocked[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD, SIGPIPE, SIGALRM};
  static const int open[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
  (void)state;
  sigset_t before, after;
  pthread_sigmask(SIG_SETMASK, NULL, &before);
  mt__executor *executor = create(1, 4);
  pthread_sigmask(SIG_SETMASK, NULL, &after);
  task one = {.job = {look_round}, .executor = executor};
  assert_true(mt__executor_submit(executor, &one.job));
  mt__executor_destroy(executor);
  for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++) {
    assert_int_equal(sigismember(&one.mask, blocked[i]), 1);
    assert_int_equal(sigismember(&after, blocked[i]), sigismember(&before, blocked[i]));
  }
  for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
    assert_int_equal(sigismember(&one.mask, open[i]), 0);
  }
}

static void refuses_what_the_full_queue_cannot_hold(void **state) {
  enum { CAPACITY = 4 };
  (void)state;
  gate hold;
  init_gate(&hold);
  mt__executor *executor = create(1, CAPACITY);
  task busy = {.job = {run_task}, .gate = &hold}, late = {.job = {run_task}};
  task queued[CAPACITY];
  assert_true(mt__executor_submit(executor, &busy.job));
  assert_true(tally_await(&hold.waiting, 1));
  for (int i = 0; i < CAPACITY; i++) {
    queued[i] = (task){.job = {run_task}};
    assert_true(mt__executor_submit(executor, &queued[i].job));
  }
  assert_false(mt__executor_submit(executor, &late.job));
  tally_raise(&hold.open);
  mt__executor_destroy(executor);
  deinit_gate(&hold);
  assert_int_equal(busy.runs, 1);
  for (int i = 0; i < CAPACITY; i++) assert_int_equal(queued[i].runs, 1);
  assert_int_equal(late.runs, 0);
}

static void *open_later(void *user_data) {
  nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
  tally_raise(user_data);
  return NULL;
}

static void destroying_it_runs_what_is_queued(void **state) {
  enum { COUNT = 100 };
  (void)state;
  gate hold;
  init_gate(&hold);
  mt__executor *executor = create(2, 128);
  task tasks[COUNT];
  for (int i = 0; i < COUNT; i++) {
    tasks[i] = (task){.job = {run_task}, .gate = i < 2 ? &hold : NULL};
    assert_true(mt__executor_submit(executor, &tasks[i].job));
  }
  assert_true(tally_await(&hold.waiting, 2));
  pthread_t opener;
  assert_int_equal(pthread_create(&opener, NULL, open_later, &hold.open), 0);
  mt__executor_destroy(executor);
  pthread_join(opener, NULL);
  deinit_gate(&hold);
  for (int i = 0; i < COUNT; i++) assert_int_equal(tasks[i].runs, 1);
}

/* Submits its follower again and again until that is refused, for seconds if need be. */
static void submit_until_refused(mt__job *job) {
  task *self = MT__CONTAINER(job, task, job);
  for (self->runs = 0; self->runs < 5000; self->runs++) {
    if (!mt__executor_submit(self->executor, &self->follower->job)) return;
    nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
  }
}

static void once_it_ends_it_refuses_and_still_runs_what_it_took(void **state) {
  (void)state;
  mt__executor *executor = create(2, 8192);
  task taken = {.job = {run_task}};
  task stubborn = {.job = {submit_until_refused}, .executor = executor, .follower = &taken};
  assert_true(mt__executor_submit(executor, &stubborn.job));
  while (taken.runs == 0) sched_yield();
  mt__executor_destroy(executor);
  assert_in_range(stubborn.runs, 1, 4999);
  assert_int_equal(taken.runs, stubborn.runs);
}

static void a_job_may_submit_another(void **state) {
  (void)state;
  tally done;
  tally_init(&done);
  mt__executor *executor = create(1, 1);
  task second = {.job = {run_task}, .done = &done};
  task first = {.job = {run_task}, .executor = executor, .follower = &second};
  assert_true(mt__executor_submit(executor, &first.job));
  assert_true(tally_await(&done, 1));
  mt__executor_destroy(executor);
  assert_true(first.is_taken);
  assert_int_equal(second.runs, 1);
  tally_deinit(&done);
}

/* Each round ends on the verge of sleep: a worker that went to sleep just beside a submission would
 * never be woken again. */
static void no_wake_is_lost_between_a_submission_and_a_worker_falling_asleep(void **state) {
  enum { ROUNDS = 10000 };
  (void)state;
  tally done;
  tally_init(&done);
  mt__executor *executor = create(2, 2);
  task one = {.job = {run_task}, .done = &done};
  for (int i = 0; i < ROUNDS; i++) {
    assert_true(mt__executor_submit(executor, &one.job));
    assert_true(tally_await(&done, i + 1));
    for (int pause = i % 97; pause > 0; pause--) sched_yield();
  }
  mt__executor_destroy(executor);
  assert_int_equal(one.runs, ROUNDS);
  tally_deinit(&done);
}

/* Jobs that wait for each other: if one wake served two of them, a round would not end. */
enum { GUESTS = 3, MEETINGS = 2000 };

typedef struct party {
  mt__executor *executor;
  tally rounds, arrivals, departures;
  _Atomic int failures;
} party;

typedef struct guest {
  mt__job job;
  pthread_t thread;
  party *party;
  long visits;
} guest;

static void meet(mt__job *job) {
  guest *self = MT__CONTAINER(job, guest, job);
  party *all = self->party;
  tally_raise(&all->arrivals);
  all->failures += !tally_await(&all->arrivals, ++self->visits * GUESTS);
  tally_raise(&all->departures);
}

static void *invite(void *user_data) {
  guest *self = user_data;
  for (int round = 0; round < MEETINGS && self->party->failures == 0; round++) {
    self->party->failures += !tally_await(&self->party->rounds, round + 1);
    self->party->failures += !mt__executor_submit(self->party->executor, &self->job);
  }
  return NULL;
}

static void jobs_submitted_at_once_run_at_once(void **state) {
  (void)state;
  party all = {.executor = create(GUESTS, 4)};
  guest guests[GUESTS];
  tally_init(&all.rounds);
  tally_init(&all.arrivals);
  tally_init(&all.departures);
  for (int i = 0; i < GUESTS; i++) {
    guests[i] = (guest){.job = {meet}, .party = &all};
    assert_int_equal(pthread_create(&guests[i].thread, NULL, invite, &guests[i]), 0);
  }
  for (long round = 0; round < MEETINGS; round++) {
    tally_raise(&all.rounds);
    assert_true(tally_await(&all.departures, (round + 1) * GUESTS));
  }
  for (int i = 0; i < GUESTS; i++) pthread_join(guests[i].thread, NULL);
  mt__executor_destroy(all.executor);
  assert_int_equal(all.failures, 0);
  tally_deinit(&all.rounds);
  tally_deinit(&all.arrivals);
  tally_deinit(&all.departures);
}

enum { SUBMITTERS = 3, EACH = 20000 };

typedef struct submitter {
  pthread_t thread;
  mt__executor *executor;
  task *tasks;
  int accepted;
} submitter;

static void *submit_all(void *user_data) {
  submitter *self = user_data;
  for (int i = 0; i < EACH; i++) {
    self->tasks[i].job.run = run_task;
    self->accepted += mt__executor_submit(self->executor, &self->tasks[i].job);
  }
  return NULL;
}

static void under_pressure_every_accepted_job_runs_exactly_once(void **state) {
  (void)state;
  mt__executor *executor = create(3, 64);
  submitter all[SUBMITTERS];
  int accepted = 0, ran = 0;
  for (int i = 0; i < SUBMITTERS; i++) {
    all[i] = (submitter){.executor = executor, .tasks = calloc(EACH, sizeof(task))};
    assert_int_equal(pthread_create(&all[i].thread, NULL, submit_all, &all[i]), 0);
  }
  for (int i = 0; i < SUBMITTERS; i++) pthread_join(all[i].thread, NULL);
  mt__executor_destroy(executor);
  for (int i = 0; i < SUBMITTERS; i++) {
    accepted += all[i].accepted;
    for (int j = 0; j < EACH; j++) {
      assert_in_range(all[i].tasks[j].runs, 0, 1);
      ran += all[i].tasks[j].runs;
    }
    free(all[i].tasks);
  }
  assert_int_equal(ran, accepted);
  assert_true(ran > 0);
}

static void refuses_senseless_sizes(void **state) {
  static const struct {
    uint32_t threads, capacity;
  } cases[] = {{0, 4}, {MT__EXECUTOR_MAX_THREADS + 1, 4}, {UINT32_MAX, 4}, {1, 0}, {1, 3}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    failing_allocator memory;
    mt__executor *executor = NULL;
    failing_allocator_init(&memory, 0);
    assert_int_equal(mt__executor_create(&memory.allocator, &(mt__thread_maker){0},
                                         cases[i].threads, cases[i].capacity, &executor),
                     MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(memory.live_blocks, 0);
  }
}

static void create_and_destroy(const mt_allocator *allocator, void *context) {
  (void)context;
  mt__executor *executor = NULL;
  mt_status status = mt__executor_create(allocator, &(mt__thread_maker){0}, 2, 4, &executor);
  assert_true(status == MT_OK || status == MT_ERROR_NO_MEMORY);
  mt__executor_destroy(executor);
}

static void says_so_when_memory_is_short(void **state) {
  (void)state;
  assert_int_equal(failing_allocator_walk(create_and_destroy, NULL), 2);
}

static void joins_those_made_when_a_thread_cannot_be(void **state) {
  (void)state;
#if defined(__linux__) && !WATCHED_BY_SANITIZER
  /* Room for some stacks, not for a thousand. A sanitizer's shadow would not fit either. */
  struct rlimit before, tight;
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  tight = before;
  tight.rlim_cur = (rlim_t)512 << 20;
  assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
  failing_allocator memory;
  failing_allocator_init(&memory, 0);
  mt__executor *executor = NULL;
  mt_status status =
      mt__executor_create(&memory.allocator, &(mt__thread_maker){0}, 1000, 4, &executor);
  assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
  assert_int_equal(status, MT_ERROR_SYSTEM);
  assert_null(executor);
  assert_int_equal(memory.live_blocks, 0);
#else
  skip();
#endif
}

static void destroying_none_is_allowed(void **state) {
  (void)state;
  mt__executor_destroy(NULL);
}

static void *ask_whether_current(void *executor) {
  return mt__executor_is_current(executor) ? executor : NULL;
}

/** The system gives a thread's number to the next one once it is joined. */
static void knows_no_thread_that_comes_after_its_end(void **state) {
  (void)state;
  enum { MANY = 8 };
  mt__executor *executor = create(MANY, 4);
  mt__executor_end(executor);
  pthread_t threads[MANY];
  for (int i = 0; i < MANY; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, ask_whether_current, executor), 0);
  for (int i = 0; i < MANY; i++) {
    void *found;
    pthread_join(threads[i], &found);
    assert_null(found);
  }
  mt__executor_destroy(executor);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runs_what_is_submitted_on_its_own_thread),
      cmocka_unit_test(names_its_threads),
      cmocka_unit_test(blocks_a_hosts_signals_but_not_a_threads_own_faults),
      cmocka_unit_test(refuses_what_the_full_queue_cannot_hold),
      cmocka_unit_test(destroying_it_runs_what_is_queued),
      cmocka_unit_test(once_it_ends_it_refuses_and_still_runs_what_it_took),
      cmocka_unit_test(a_job_may_submit_another),
      cmocka_unit_test(no_wake_is_lost_between_a_submission_and_a_worker_falling_asleep),
      cmocka_unit_test(jobs_submitted_at_once_run_at_once),
      cmocka_unit_test(under_pressure_every_accepted_job_runs_exactly_once),
      cmocka_unit_test(refuses_senseless_sizes),
      cmocka_unit_test(says_so_when_memory_is_short),
      cmocka_unit_test(joins_those_made_when_a_thread_cannot_be),
      cmocka_unit_test(destroying_none_is_allowed),
      cmocka_unit_test(knows_no_thread_that_comes_after_its_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
