#include "memory/buffer_pool.h"
#include "support/check.h"
#include "support/failing_allocator.h"

typedef struct fixture {
  failing_allocator failing;
  mt__buffer_pool pool;
} fixture;

static void open_fixture(fixture *self) {
  failing_allocator_init(&self->failing, 0);
  mt__buffer_pool_init(&self->pool, &self->failing.allocator);
}

static void check_all_freed(fixture *self) {
  mt__buffer_pool_deinit(&self->pool);
  assert_int_equal(self->pool.in_use_bytes, 0);
  assert_int_equal(self->failing.live_blocks, 0);
}

static void a_size_gets_the_smallest_class_that_holds_it(void **state) {
  (void)state;
  const size_t cases[][2] = {{0, 1024},       {1, 1024},        {1024, 1024},
                             {1025, 4096},    {4097, 16384},    {16385, 65536},
                             {65537, 262144}, {262144, 262144}, {262145, 262145}};
  fixture self;
  open_fixture(&self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    size_t capacity;
    char *buffer = mt__buffer_pool_take(&self.pool, cases[i][0], &capacity);
    assert_int_equal(capacity, cases[i][1]);
    assert_int_equal(self.pool.in_use_bytes, capacity);
    memset(buffer, 1, capacity);
    mt__buffer_pool_give(&self.pool, buffer, capacity);
  }
  check_all_freed(&self);
}

static void a_given_buffer_is_taken_again(void **state) {
  (void)state;
  fixture self;
  size_t capacity;
  open_fixture(&self);
  char *first = mt__buffer_pool_take(&self.pool, 4000, &capacity);
  mt__buffer_pool_give(&self.pool, first, capacity);
  assert_ptr_equal(mt__buffer_pool_take(&self.pool, 2000, &capacity), first);
  assert_int_equal(self.failing.calls, 1);
  char *second = mt__buffer_pool_take(&self.pool, 100, &capacity);
  assert_true(second != first);
  assert_int_equal(self.failing.calls, 2);
  mt__buffer_pool_give(&self.pool, first, 4096);
  mt__buffer_pool_give(&self.pool, second, capacity);
  check_all_freed(&self);
}

static void at_most_one_mebibyte_of_a_class_is_kept(void **state) {
  (void)state;
  enum { COUNT = 20 };
  fixture self;
  char *buffers[COUNT];
  size_t capacity;
  open_fixture(&self);
  for (int i = 0; i < COUNT; i++) buffers[i] = mt__buffer_pool_take(&self.pool, 65536, &capacity);
  for (int i = 0; i < COUNT; i++) mt__buffer_pool_give(&self.pool, buffers[i], capacity);
  assert_int_equal(self.failing.live_blocks, 16);
  check_all_freed(&self);
}

static void what_is_above_the_largest_class_is_not_kept(void **state) {
  (void)state;
  fixture self;
  size_t capacity;
  open_fixture(&self);
  char *buffer = mt__buffer_pool_take(&self.pool, 300000, &capacity);
  assert_int_equal(self.pool.in_use_bytes, 300000);
  mt__buffer_pool_give(&self.pool, buffer, capacity);
  assert_int_equal(self.failing.live_blocks, 0);
  check_all_freed(&self);
}

static void giving_nothing_back_is_allowed(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  mt__buffer_pool_give(&self.pool, NULL, 12345);
  check_all_freed(&self);
}

static void a_pool_without_memory_says_so_and_counts_nothing(void **state) {
  (void)state;
  fixture self;
  size_t capacity = 7;
  open_fixture(&self);
  failing_allocator_refuse(&self.failing, true);
  assert_null(mt__buffer_pool_take(&self.pool, 1, &capacity));
  assert_null(mt__buffer_pool_take(&self.pool, SIZE_MAX, &capacity));
  assert_int_equal(self.pool.in_use_bytes, 0);
  check_all_freed(&self);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_size_gets_the_smallest_class_that_holds_it),
      cmocka_unit_test(a_given_buffer_is_taken_again),
      cmocka_unit_test(at_most_one_mebibyte_of_a_class_is_kept),
      cmocka_unit_test(what_is_above_the_largest_class_is_not_kept),
      cmocka_unit_test(giving_nothing_back_is_allowed),
      cmocka_unit_test(a_pool_without_memory_says_so_and_counts_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
