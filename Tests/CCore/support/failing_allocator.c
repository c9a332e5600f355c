#include "failing_allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool must_fail(failing_allocator *self) {
  size_t call = atomic_fetch_add(&self->calls, 1) + 1;
  return self->fail_at && call >= self->fail_at && call - self->fail_at < self->fail_count;
}

static void *allocate(size_t size, void *user_data) {
  failing_allocator *self = user_data;
  if (must_fail(self)) return NULL;
  void *block = malloc(size ? size : 1);
  if (!block) return NULL;
  memset(block, 0xa5, size);
  atomic_fetch_add(&self->live_blocks, 1);
  return block;
}

static void *reallocate(void *block, size_t size, void *user_data) {
  failing_allocator *self = user_data;
  if (!block) return allocate(size, user_data);
  if (must_fail(self)) return NULL;
  return realloc(block, size ? size : 1);
}

static void deallocate(void *block, void *user_data) {
  failing_allocator *self = user_data;
  if (block) atomic_fetch_sub(&self->live_blocks, 1);
  free(block);
}

void failing_allocator_init(failing_allocator *self, size_t fail_at) {
  self->allocator = (mt_allocator){allocate, reallocate, deallocate, self};
  atomic_init(&self->calls, 0);
  atomic_init(&self->live_blocks, 0);
  self->fail_at = fail_at;
  self->fail_count = 1;
}

void failing_allocator_refuse(failing_allocator *self, bool refuse) {
  self->fail_at = refuse ? 1 : 0;
  self->fail_count = SIZE_MAX;
}

bool failing_allocator_has_failed(const failing_allocator *self) {
  return self->fail_at && atomic_load(&self->calls) >= self->fail_at;
}

size_t failing_allocator_walk(failing_allocator_scenario scenario, void *context) {
  for (size_t fail_at = 1;; fail_at++) {
    failing_allocator self;
    failing_allocator_init(&self, fail_at);
    scenario(&self.allocator, context);
    assert_int_equal(atomic_load(&self.live_blocks), 0);
    if (!failing_allocator_has_failed(&self)) return fail_at - 1;
  }
}
