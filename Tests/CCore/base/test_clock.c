#include "base/clock.h"
#include "support/check.h"

#include <time.h>

static void the_monotonic_clock_counts_milliseconds(void **state) {
  (void)state;
  uint64_t before = mt__clock_monotonic_ms();
  nanosleep(&(struct timespec){0, 20000000}, NULL);
  uint64_t elapsed = mt__clock_monotonic_ms() - before;
  assert_in_range(elapsed, 19, 10000);
}

static void the_wall_clock_is_the_systems(void **state) {
  (void)state;
  int64_t before = time(NULL);
  int64_t now = mt__clock_wall_seconds();
  /* time() may lag by a tick. */
  assert_true(now >= before && now <= time(NULL) + 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_monotonic_clock_counts_milliseconds),
      cmocka_unit_test(the_wall_clock_is_the_systems),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
