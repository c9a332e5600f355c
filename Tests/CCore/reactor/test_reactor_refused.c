/* A reactor that the kernel does not let watch its own waker. */
#include "reactor/reactor.h"
#include "support/check.h"
#include "support/failing_allocator.h"
#include "support/footprint.h"

#ifdef __linux__

#include <errno.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_refusing;

/* Stands before the system's own: as when the user's limit of watches is reached. */
int epoll_ctl(int set, int change, int descriptor, struct epoll_event *event) {
  if (!is_refusing) return (int)syscall(SYS_epoll_ctl, set, change, descriptor, event);
  errno = ENOSPC;
  return -1;
}

static void a_refused_waker_leaves_nothing_behind(void **state) {
  (void)state;
  failing_allocator memory;
  failing_allocator_init(&memory, 0);
  size_t before = footprint_take().descriptors;
  mt__reactor reactor;
  is_refusing = true;
  assert_int_equal(mt__reactor_init(&reactor, &memory.allocator), MT_ERROR_SYSTEM);
  is_refusing = false;
  assert_int_equal(footprint_take().descriptors, before);
  assert_int_equal(memory.live_blocks, 0);
  assert_int_equal(mt__reactor_init(&reactor, &memory.allocator), MT_OK);
  mt__reactor_deinit(&reactor);
  assert_int_equal(footprint_take().descriptors, before);
  assert_int_equal(memory.live_blocks, 0);
}

#else

static void a_refused_waker_leaves_nothing_behind(void **state) {
  (void)state;
  skip(); /* only epoll's call is stood before */
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_refused_waker_leaves_nothing_behind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
