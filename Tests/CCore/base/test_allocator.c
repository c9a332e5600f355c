#include "base/allocator.h"
#include "support/check.h"
#include "support/failing_allocator.h"

static void zeroed_memory_is_zero(void **state) {
  (void)state;
  failing_allocator failing;
  failing_allocator_init(&failing, 0);
  unsigned char *block = mt__allocate_zeroed(&failing.allocator, 7, 3);
  for (size_t i = 0; i < 21; i++) assert_int_equal(block[i], 0);
  mt__deallocate(&failing.allocator, block);
}

static void zeroed_memory_refuses_a_product_that_does_not_fit(void **state) {
  (void)state;
  failing_allocator failing;
  failing_allocator_init(&failing, 0);
  assert_null(mt__allocate_zeroed(&failing.allocator, SIZE_MAX / 2 + 1, 2));
  assert_null(mt__allocate_zeroed(&failing.allocator, 2, SIZE_MAX / 2 + 1));
  assert_int_equal(failing.calls, 0);
}

static void zeroed_memory_passes_failure_on(void **state) {
  (void)state;
  failing_allocator failing;
  failing_allocator_init(&failing, 1);
  assert_null(mt__allocate_zeroed(&failing.allocator, 1, 1));
}

static void the_system_allocator_keeps_content_when_growing(void **state) {
  (void)state;
  char *block = mt__allocate(&mt__allocator_system, 3);
  memcpy(block, "abc", 3);
  block = mt__reallocate(&mt__allocator_system, block, 4096);
  assert_memory_equal(block, "abc", 3);
  mt__deallocate(&mt__allocator_system, block);
  mt__deallocate(&mt__allocator_system, NULL);
}

static void take_three(const mt_allocator *allocator, void *context) {
  (void)context;
  void *blocks[3];
  for (int i = 0; i < 3; i++) blocks[i] = mt__allocate(allocator, 8);
  for (int i = 0; i < 3; i++) mt__deallocate(allocator, blocks[i]);
}

static void a_walk_fails_each_call_once(void **state) {
  (void)state;
  assert_int_equal(failing_allocator_walk(take_three, NULL), 3);
}

static void a_refusing_allocator_keeps_what_it_gave(void **state) {
  (void)state;
  failing_allocator failing;
  failing_allocator_init(&failing, 0);
  char *block = mt__allocate(&failing.allocator, 1);
  *block = 'x';
  failing_allocator_refuse(&failing, true);
  assert_null(mt__allocate(&failing.allocator, 1));
  assert_null(mt__reallocate(&failing.allocator, block, 100));
  assert_int_equal(*block, 'x');
  assert_int_equal(failing.live_blocks, 1);
  failing_allocator_refuse(&failing, false);
  block = mt__reallocate(&failing.allocator, block, 100);
  assert_int_equal(*block, 'x');
  mt__deallocate(&failing.allocator, block);
  assert_int_equal(failing.live_blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(zeroed_memory_is_zero),
      cmocka_unit_test(zeroed_memory_refuses_a_product_that_does_not_fit),
      cmocka_unit_test(zeroed_memory_passes_failure_on),
      cmocka_unit_test(the_system_allocator_keeps_content_when_growing),
      cmocka_unit_test(a_walk_fails_each_call_once),
      cmocka_unit_test(a_refusing_allocator_keeps_what_it_gave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
