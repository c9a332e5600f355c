#include "base/os.h"
#include "support/check.h"

#include <fcntl.h>
#include <poll.h>

static bool is_readable(int descriptor) {
  struct pollfd poller = {.fd = descriptor, .events = POLLIN};
  return poll(&poller, 1, 0) == 1 && poller.revents == POLLIN;
}

static void a_wake_makes_the_reader_readable_until_it_is_cleared(void **state) {
  (void)state;
  int reader, writer;
  assert_int_equal(mt__os_wake_open(&reader, &writer), 0);
  assert_false(is_readable(reader));
  mt__os_wake(writer);
  assert_true(is_readable(reader));
  mt__os_wake_clear(reader);
  assert_false(is_readable(reader));
  mt__os_wake_close(reader, writer);
}

static void many_wakes_are_cleared_at_once(void **state) {
  (void)state;
  int reader, writer;
  assert_int_equal(mt__os_wake_open(&reader, &writer), 0);
  for (int i = 0; i < 20000; i++) mt__os_wake(writer);
  mt__os_wake_clear(reader);
  assert_false(is_readable(reader));
  mt__os_wake_clear(reader); /* does not wait */
  mt__os_wake_close(reader, writer);
}

static void both_ends_are_non_blocking_and_closed_on_exec(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(mt__os_wake_open(&ends[0], &ends[1]), 0);
  for (int i = 0; i < 2; i++) {
    assert_true(fcntl(ends[i], F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
  }
  mt__os_wake_close(ends[0], ends[1]);
  assert_int_equal(fcntl(ends[0], F_GETFD), -1);
  assert_int_equal(fcntl(ends[1], F_GETFD), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_wake_makes_the_reader_readable_until_it_is_cleared),
      cmocka_unit_test(many_wakes_are_cleared_at_once),
      cmocka_unit_test(both_ends_are_non_blocking_and_closed_on_exec),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
