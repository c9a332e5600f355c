#include "memory/arena.h"
#include "support/check.h"
#include "support/failing_allocator.h"

typedef struct fixture {
  failing_allocator failing;
  mt__arena arena;
  _Alignas(16) char first[256];
} fixture;

static void open_fixture(fixture *self) {
  failing_allocator_init(&self->failing, 0);
  mt__arena_init(&self->arena, &self->failing.allocator, self->first, sizeof self->first);
}

static bool lies_in_first(const fixture *self, const void *memory) {
  const char *at = memory;
  return at >= self->first && at < self->first + sizeof self->first;
}

static void small_requests_come_from_the_owners_block(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  for (int i = 0; i < 16; i++)
    assert_true(lies_in_first(&self, mt__arena_allocate(&self.arena, 9)));
  assert_int_equal(self.failing.calls, 0);
  assert_false(lies_in_first(&self, mt__arena_allocate(&self.arena, 1)));
  assert_int_equal(self.failing.calls, 1);
  mt__arena_reset(&self.arena);
  assert_int_equal(self.failing.live_blocks, 0);
}

static void a_request_may_fill_the_block_exactly(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  char *memory = mt__arena_allocate(&self.arena, sizeof self.first);
  assert_true(memory == self.first);
  memset(memory, 1, sizeof self.first);
  assert_int_equal(self.failing.calls, 0);
  mt__arena_reset(&self.arena);
}

static void memory_is_aligned_and_never_overlaps(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  enum { COUNT = 2000 };
  static unsigned char *blocks[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    blocks[i] = mt__arena_allocate(&self.arena, i % 700);
    assert_non_null(blocks[i]);
    assert_int_equal((uintptr_t)blocks[i] % 16, 0);
    memset(blocks[i], (int)(i % 251), i % 700);
  }
  for (size_t i = 0; i < COUNT; i++)
    for (size_t at = 0; at < i % 700; at++) assert_int_equal(blocks[i][at], i % 251);
  mt__arena_reset(&self.arena);
  assert_int_equal(self.failing.live_blocks, 0);
}

static void blocks_grow_so_that_few_are_needed(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  for (int i = 0; i < 10000; i++) assert_non_null(mt__arena_allocate(&self.arena, 100));
  /* 1120000 octets in blocks of up to 65536. */
  assert_in_range(self.failing.calls, 17, 24);
  mt__arena_reset(&self.arena);
}

static void requests_of_one_middling_size_come_to_share_blocks(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  for (int i = 0; i < 100; i++) assert_non_null(mt__arena_allocate(&self.arena, 1000));
  assert_in_range(self.failing.calls, 2, 12);
  mt__arena_reset(&self.arena);
}

static void a_big_request_leaves_the_current_block_in_use(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  char *big = mt__arena_allocate(&self.arena, 1000000);
  assert_non_null(big);
  memset(big, 1, 1000000);
  assert_true(lies_in_first(&self, mt__arena_allocate(&self.arena, 16)));
  mt__arena_reset(&self.arena);
  assert_int_equal(self.failing.live_blocks, 0);
}

static void reset_starts_over_in_the_owners_block(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  char *before = mt__arena_allocate(&self.arena, 16);
  mt__arena_allocate(&self.arena, 5000);
  mt__arena_reset(&self.arena);
  assert_ptr_equal(mt__arena_allocate(&self.arena, 16), before);
  mt__arena_reset(&self.arena);
  mt__arena_reset(&self.arena);
  assert_int_equal(self.failing.live_blocks, 0);
}

static void needs_no_block_of_the_owner(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  mt__arena_init(&self.arena, &self.failing.allocator, NULL, 0);
  assert_non_null(mt__arena_allocate(&self.arena, 0));
  assert_non_null(mt__arena_allocate(&self.arena, 1));
  assert_int_equal(self.failing.calls, 1);
  mt__arena_reset(&self.arena);
  assert_int_equal(self.failing.live_blocks, 0);
}

static void an_owners_block_of_odd_place_and_size_is_cut_to_fit(void **state) {
  (void)state;
  fixture self;
  for (size_t skipped = 0; skipped < 20; skipped++) {
    open_fixture(&self);
    mt__arena_init(&self.arena, &self.failing.allocator, self.first + 1, skipped);
    char *memory = mt__arena_allocate(&self.arena, 1);
    assert_int_equal((uintptr_t)memory % 16, 0);
    assert_false(lies_in_first(&self, memory));
    mt__arena_reset(&self.arena);
    mt__arena_init(&self.arena, &self.failing.allocator, self.first + 1, 31 + skipped % 16);
    assert_ptr_equal(mt__arena_allocate(&self.arena, 16), self.first + 16);
    mt__arena_reset(&self.arena);
  }
}

static void a_size_that_does_not_fit_memory_is_refused(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  assert_null(mt__arena_allocate(&self.arena, SIZE_MAX));
  assert_null(mt__arena_allocate(&self.arena, SIZE_MAX - 15));
  assert_int_equal(self.failing.calls, 0);
}

static void copies_are_the_arenas_own(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  char text[] = "hello";
  mt_slice copy;
  assert_true(mt__arena_copy(&self.arena, (mt_slice){text, 5}, &copy));
  text[0] = 'j';
  check_slice(copy, "hello");
  assert_true(mt__arena_copy(&self.arena, (mt_slice){NULL, 0}, &copy));
  check_slice(copy, "");
  mt__arena_reset(&self.arena);
}

static void use_arena(const mt_allocator *allocator, void *context) {
  (void)context;
  mt__arena arena;
  mt_slice copy;
  mt__arena_init(&arena, allocator, NULL, 0);
  for (size_t size = 1; size < 20000; size = size * 3 + 1) {
    char *memory = mt__arena_allocate(&arena, size);
    if (memory) memset(memory, 1, size);
  }
  if (mt__arena_copy(&arena, MT_SLICE("abc"), &copy)) check_slice(copy, "abc");
  mt__arena_reset(&arena);
}

static void survives_every_failing_allocation(void **state) {
  (void)state;
  assert_in_range(failing_allocator_walk(use_arena, NULL), 3, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_requests_come_from_the_owners_block),
      cmocka_unit_test(a_request_may_fill_the_block_exactly),
      cmocka_unit_test(memory_is_aligned_and_never_overlaps),
      cmocka_unit_test(blocks_grow_so_that_few_are_needed),
      cmocka_unit_test(requests_of_one_middling_size_come_to_share_blocks),
      cmocka_unit_test(a_big_request_leaves_the_current_block_in_use),
      cmocka_unit_test(reset_starts_over_in_the_owners_block),
      cmocka_unit_test(needs_no_block_of_the_owner),
      cmocka_unit_test(an_owners_block_of_odd_place_and_size_is_cut_to_fit),
      cmocka_unit_test(a_size_that_does_not_fit_memory_is_refused),
      cmocka_unit_test(copies_are_the_arenas_own),
      cmocka_unit_test(survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
