#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "executor/queue.h"
#include "support/failing_allocator.h"

static int items[64];

static void gives_back_the_oldest_first_through_many_laps(void **state) {
  static const uint32_t capacities[] = {1, 2, 4, 8};
  (void)state;
  for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
    mt__queue queue;
    assert_int_equal(mt__queue_init(&queue, &mt__allocator_system, capacities[c]), MT_OK);
    for (uint32_t lap = 0; lap < 100; lap++) {
      uint32_t count = 1 + lap % capacities[c];
      for (uint32_t i = 0; i < count; i++) assert_true(mt__queue_push(&queue, &items[i]));
      for (uint32_t i = 0; i < count; i++) assert_ptr_equal(mt__queue_pop(&queue), &items[i]);
      assert_null(mt__queue_pop(&queue));
    }
    mt__queue_deinit(&queue);
  }
}

static void takes_its_capacity_and_not_one_more(void **state) {
  static const uint32_t capacities[] = {1, 2, 64};
  (void)state;
  for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
    mt__queue queue;
    assert_int_equal(mt__queue_init(&queue, &mt__allocator_system, capacities[c]), MT_OK);
    for (int lap = 0; lap < 3; lap++) {
      for (uint32_t i = 0; i < capacities[c]; i++) assert_true(mt__queue_push(&queue, &items[i]));
      assert_false(mt__queue_push(&queue, &items[0]));
      assert_ptr_equal(mt__queue_pop(&queue), &items[0]);
      assert_true(mt__queue_push(&queue, &items[0]));
      assert_false(mt__queue_push(&queue, &items[0]));
      for (uint32_t i = 0; i < capacities[c]; i++) assert_non_null(mt__queue_pop(&queue));
    }
    mt__queue_deinit(&queue);
  }
}

static void knows_whether_it_has_items(void **state) {
  (void)state;
  mt__queue queue;
  assert_int_equal(mt__queue_init(&queue, &mt__allocator_system, 2), MT_OK);
  assert_false(mt__queue_has_items(&queue));
  mt__queue_push(&queue, &items[0]);
  assert_true(mt__queue_has_items(&queue));
  mt__queue_pop(&queue);
  assert_false(mt__queue_has_items(&queue));
  mt__queue_deinit(&queue);
}

static void refuses_a_capacity_that_is_no_power_of_two(void **state) {
  static const uint32_t capacities[] = {0, 3, 6, 1000, UINT32_MAX};
  (void)state;
  for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
    mt__queue queue;
    assert_int_equal(mt__queue_init(&queue, &mt__allocator_system, capacities[c]),
                     MT_ERROR_INVALID_ARGUMENT);
  }
}

static void init_and_deinit(const mt_allocator *allocator, void *context) {
  (void)context;
  mt__queue queue;
  mt_status status = mt__queue_init(&queue, allocator, 8);
  assert_true(status == MT_OK || status == MT_ERROR_NO_MEMORY);
  if (status == MT_OK) mt__queue_deinit(&queue);
}

static void says_so_when_memory_is_short(void **state) {
  (void)state;
  assert_int_equal(failing_allocator_walk(init_and_deinit, NULL), 1);
}

enum { PRODUCERS = 3, CONSUMERS = 3, EACH = 20000 };

typedef struct parcel {
  int producer, number;
  _Atomic int taken;
} parcel;

typedef struct market {
  mt__queue queue;
  parcel parcels[PRODUCERS][EACH];
  _Atomic int remaining;
  _Atomic int next_producer;
  _Atomic int out_of_order;
} market;

static void *produce(void *user_data) {
  market *self = user_data;
  int producer = self->next_producer++;
  for (int i = 0; i < EACH; i++) {
    parcel *made = &self->parcels[producer][i];
    made->producer = producer;
    made->number = i;
    while (!mt__queue_push(&self->queue, made)) sched_yield();
  }
  return NULL;
}

static void *consume(void *user_data) {
  market *self = user_data;
  int last[PRODUCERS] = {-1, -1, -1};
  while (self->remaining > 0) {
    parcel *one = mt__queue_pop(&self->queue);
    if (one == NULL) {
      sched_yield();
      continue;
    }
    if (one->number <= last[one->producer]) self->out_of_order++;
    last[one->producer] = one->number;
    one->taken++;
    self->remaining--;
  }
  return NULL;
}

static void among_many_threads_each_item_is_taken_once_and_in_order(void **state) {
  static const uint32_t capacities[] = {1, 2, 64};
  (void)state;
  for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
    market *all = calloc(1, sizeof *all);
    pthread_t threads[PRODUCERS + CONSUMERS];
    assert_int_equal(mt__queue_init(&all->queue, &mt__allocator_system, capacities[c]), MT_OK);
    all->remaining = PRODUCERS * EACH;
    for (int i = 0; i < PRODUCERS + CONSUMERS; i++) {
      assert_int_equal(pthread_create(&threads[i], NULL, i < PRODUCERS ? produce : consume, all),
                       0);
    }
    for (int i = 0; i < PRODUCERS + CONSUMERS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < PRODUCERS * EACH; i++) {
      assert_int_equal(all->parcels[i / EACH][i % EACH].taken, 1);
    }
    assert_int_equal(all->out_of_order, 0);
    assert_null(mt__queue_pop(&all->queue));
    mt__queue_deinit(&all->queue);
    free(all);
  }
}

typedef struct rush {
  mt__queue queue;
  _Atomic int ready;
  _Atomic int refused;
} rush;

static void start_together(rush *self) {
  self->ready++;
  while (self->ready % PRODUCERS != 0) sched_yield();
}

static void *push_all(void *user_data) {
  rush *self = user_data;
  start_together(self);
  for (int i = 0; i < EACH; i++) self->refused += !mt__queue_push(&self->queue, &items[0]);
  return NULL;
}

static void *pop_all(void *user_data) {
  rush *self = user_data;
  start_together(self);
  for (int i = 0; i < EACH; i++) self->refused += mt__queue_pop(&self->queue) == NULL;
  return NULL;
}

static void losing_a_race_is_neither_full_nor_empty(void **state) {
  (void)state;
  for (int round = 0; round < 5; round++) {
    rush all = {.refused = 0};
    assert_int_equal(mt__queue_init(&all.queue, &mt__allocator_system, 1 << 16), MT_OK);
    for (int phase = 0; phase < 2; phase++) {
      pthread_t threads[PRODUCERS];
      for (int i = 0; i < PRODUCERS; i++) {
        pthread_create(&threads[i], NULL, phase == 0 ? push_all : pop_all, &all);
      }
      for (int i = 0; i < PRODUCERS; i++) pthread_join(threads[i], NULL);
      assert_int_equal(all.refused, 0);
    }
    assert_false(mt__queue_has_items(&all.queue));
    mt__queue_deinit(&all.queue);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gives_back_the_oldest_first_through_many_laps),
      cmocka_unit_test(takes_its_capacity_and_not_one_more),
      cmocka_unit_test(knows_whether_it_has_items),
      cmocka_unit_test(refuses_a_capacity_that_is_no_power_of_two),
      cmocka_unit_test(says_so_when_memory_is_short),
      cmocka_unit_test(losing_a_race_is_neither_full_nor_empty),
      cmocka_unit_test(among_many_threads_each_item_is_taken_once_and_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
