#include "allocator.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t size, void *user_data) {
  (void)user_data;
  return malloc(size);
}

static void *reallocate(void *block, size_t size, void *user_data) {
  (void)user_data;
  return realloc(block, size);
}

static void deallocate(void *block, void *user_data) {
  (void)user_data;
  free(block);
}

const mt_allocator mt__allocator_system = {allocate, reallocate, deallocate, NULL};

void *mt__allocate_zeroed(const mt_allocator *allocator, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return NULL;
  void *block = mt__allocate(allocator, count * size);
  if (block) memset(block, 0, count * size);
  return block;
}
