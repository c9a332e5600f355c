#ifdef __linux__
#define _GNU_SOURCE /* sched_getcpu, pthread_getname_np */
#include <sched.h>
#endif

#include "base/clock.h"
#include "base/os.h"
#include "support/check.h"

static void there_is_at_least_one_cpu(void **state) {
  (void)state;
  assert_in_range(mt__os_cpu_count(), 1, 8192);
}

typedef struct bell {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  bool has_rung;
} bell;

static void *ring(void *argument) {
  bell *self = argument;
  pthread_mutex_lock(&self->mutex);
  self->has_rung = true;
  pthread_cond_signal(&self->condition);
  pthread_mutex_unlock(&self->mutex);
  return NULL;
}

/* With 999 ms, all but a thousandth of the waits end in another second than they begin. */
static void a_wait_lasts_until_it_is_signalled(void **state) {
  (void)state;
  const uint32_t spans_ms[] = {999, 30000, UINT32_MAX};
  for (size_t i = 0; i < sizeof spans_ms / sizeof spans_ms[0]; i++) {
    bell self = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    assert_true(mt__os_condition_init(&self.condition));
    pthread_mutex_lock(&self.mutex);
    assert_int_equal(pthread_create(&thread, NULL, ring, &self), 0);
    while (!self.has_rung)
      assert_true(mt__os_condition_wait(&self.condition, &self.mutex, spans_ms[i]));
    pthread_mutex_unlock(&self.mutex);
    pthread_join(thread, NULL);
    pthread_cond_destroy(&self.condition);
  }
}

static void a_wait_that_nobody_ends_ends_in_time(void **state) {
  (void)state;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition;
  assert_true(mt__os_condition_init(&condition));
  pthread_mutex_lock(&mutex);
  uint64_t begin = mt__clock_monotonic_ms();
  while (mt__os_condition_wait(&condition, &mutex, 50)) {
  }
  assert_in_range(mt__clock_monotonic_ms() - begin, 49, 10000);
  pthread_mutex_unlock(&mutex);
  pthread_cond_destroy(&condition);
}

#ifdef __linux__

/** Pins itself to the CPU that `argument` points to an index of, and leaves its number there. */
static void *pin(void *argument) {
  int *index = argument;
  *index = mt__os_pin_thread((uint32_t)*index) && mt__os_cpu_count() == 1 ? sched_getcpu() : -1;
  return NULL;
}

static int find_cpu_of_pin(uint32_t index) {
  pthread_t thread;
  int cpu = (int)index;
  assert_int_equal(pthread_create(&thread, NULL, pin, &cpu), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  return cpu;
}

static void pins_go_round_the_allowed_cpus(void **state) {
  (void)state;
  cpu_set_t allowed;
  assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  uint32_t count = mt__os_cpu_count();
  assert_int_equal(count, CPU_COUNT(&allowed));
  int previous = -1;
  for (uint32_t i = 0; i < count; i++) {
    int cpu = find_cpu_of_pin(i);
    assert_true(cpu > previous && CPU_ISSET((size_t)cpu, &allowed));
    assert_int_equal(cpu, find_cpu_of_pin(i + count));
    previous = cpu;
  }
}

static void *name_and_read_back(void *argument) {
  char *name = argument;
  mt__os_name_thread(name);
  pthread_getname_np(pthread_self(), name, 64);
  return NULL;
}

static void a_long_thread_name_is_cut(void **state) {
  (void)state;
  const char *const names[][2] = {{"martlet-7", "martlet-7"},
                                  {"martlet-reactor", "martlet-reactor"},
                                  {"martlet-reactor-7", "martlet-reactor"},
                                  {"", ""}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    pthread_t thread;
    char name[64];
    strcpy(name, names[i][0]);
    assert_int_equal(pthread_create(&thread, NULL, name_and_read_back, name), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(name, names[i][1]);
  }
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(there_is_at_least_one_cpu),
      cmocka_unit_test(a_wait_lasts_until_it_is_signalled),
      cmocka_unit_test(a_wait_that_nobody_ends_ends_in_time),
#ifdef __linux__
      cmocka_unit_test(pins_go_round_the_allowed_cpus),
      cmocka_unit_test(a_long_thread_name_is_cut),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
