/* The one moment that cannot be met from outside: a producer held up half-way through its push. So
 * this test has the sources themselves, and holds one up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <time.h>

#include "base/list.h"
#include "executor/executor.c"
#include "executor/queue.c"
#include "support/tally.h"

static void sleep_ms(long ms) {
  nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void await_sleepers(mt__executor *executor, uint32_t count) {
  while (atomic_load(&executor->sleepers) < count) sleep_ms(1);
}

/* Ends when its fellow runs as well. */
typedef struct partner {
  mt__job job;
  tally *here, *done;
} partner;

static void dance(mt__job *job) {
  partner *self = MT__CONTAINER(job, partner, job);
  tally *done = self->done;
  tally_raise(self->here);
  if (tally_await(self->here, 2)) tally_raise(done);
}

static void whoever_takes_a_late_item_wakes_another_for_the_one_behind_it(void **state) {
  (void)state;
  tally here, done;
  tally_init(&here);
  tally_init(&done);
  partner late = {{dance}, &here, &done}, early = {{dance}, &here, &done};
  mt__executor *executor;
  assert_int_equal(
      mt__executor_create(&mt__allocator_system, &(mt__thread_maker){0}, 2, 4, &executor), MT_OK);
  await_sleepers(executor, 2);

  uint64_t position; /* the late one has its place, but not yet its item in it */
  mt__queue_cell *cell = claim(&executor->queue, &executor->queue.tail, 0, &position);
  assert_non_null(cell);
  assert_true(mt__executor_submit(executor, &early.job)); /* wakes a worker that finds nothing */
  sleep_ms(50);
  await_sleepers(executor, 2);
  cell->item = &late.job;
  atomic_store(&cell->stamp, 2 * position + 1);
  wake_one(executor);

  bool is_in_time = tally_await(&done, 2);
  mt__executor_destroy(executor);
  assert_true(is_in_time);
  tally_deinit(&here);
  tally_deinit(&done);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whoever_takes_a_late_item_wakes_another_for_the_one_behind_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
