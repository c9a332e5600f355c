#include "memory/slab.h"
#include "support/check.h"
#include "support/failing_allocator.h"

static void objects_are_aligned_and_never_overlap(void **state) {
  (void)state;
  const size_t sizes[] = {0, 1, 8, 16, 17, 200, 5000, 30000};
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    enum { COUNT = 100 };
    failing_allocator failing;
    mt__slab slab;
    unsigned char *objects[COUNT];
    failing_allocator_init(&failing, 0);
    mt__slab_init(&slab, &failing.allocator, sizes[s]);
    for (int i = 0; i < COUNT; i++) {
      objects[i] = mt__slab_take(&slab);
      assert_int_equal((uintptr_t)objects[i] % 16, 0);
      memset(objects[i], i, sizes[s]);
    }
    assert_int_equal(slab.in_use, COUNT);
    for (int i = 0; i < COUNT; i++) {
      for (size_t at = 0; at < sizes[s]; at++) assert_int_equal(objects[i][at], i);
      mt__slab_give(&slab, objects[i]);
    }
    assert_int_equal(slab.in_use, 0);
    mt__slab_deinit(&slab);
    assert_int_equal(failing.live_blocks, 0);
  }
}

static void many_objects_share_a_page(void **state) {
  (void)state;
  failing_allocator failing;
  mt__slab slab;
  failing_allocator_init(&failing, 0);
  mt__slab_init(&slab, &failing.allocator, 64);
  for (int i = 0; i < 255; i++) assert_non_null(mt__slab_take(&slab));
  assert_int_equal(failing.calls, 1);
  assert_non_null(mt__slab_take(&slab));
  assert_int_equal(failing.calls, 2);
  mt__slab_deinit(&slab);
  assert_int_equal(failing.live_blocks, 0);
}

static void a_given_object_is_the_next_one_taken(void **state) {
  (void)state;
  failing_allocator failing;
  mt__slab slab;
  failing_allocator_init(&failing, 0);
  mt__slab_init(&slab, &failing.allocator, 100);
  void *first = mt__slab_take(&slab);
  void *second = mt__slab_take(&slab);
  assert_true(first < second);
  mt__slab_give(&slab, first);
  assert_ptr_equal(mt__slab_take(&slab), first);
  mt__slab_give(&slab, first);
  mt__slab_give(&slab, second);
  mt__slab_deinit(&slab);
}

static void use_slab(const mt_allocator *allocator, void *context) {
  (void)context;
  mt__slab slab;
  mt__slab_init(&slab, allocator, 4000);
  for (int i = 0; i < 10; i++) {
    void *object = mt__slab_take(&slab);
    if (object) memset(object, 1, 4000);
  }
  mt__slab_deinit(&slab);
}

static void survives_every_failing_allocation(void **state) {
  (void)state;
  assert_in_range(failing_allocator_walk(use_slab, NULL), 3, 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(objects_are_aligned_and_never_overlap),
      cmocka_unit_test(many_objects_share_a_page),
      cmocka_unit_test(a_given_object_is_the_next_one_taken),
      cmocka_unit_test(survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
