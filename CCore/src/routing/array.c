#include "array.h"

enum { CAPACITY_MIN = 8, CAPACITY_MAX = 1 << 30 };

void *mt__array_reserve(const mt_allocator *allocator, void *items, uint32_t *capacity,
                        uint32_t needed, size_t item_size) {
  if (items && needed <= *capacity) return items;
  if (needed > CAPACITY_MAX) return NULL;
  uint32_t grown = *capacity < CAPACITY_MIN ? CAPACITY_MIN : *capacity;
  while (grown < needed) grown *= 2;
  if (grown > SIZE_MAX / item_size) return NULL;
  void *block = items ? mt__reallocate(allocator, items, grown * item_size)
                      : mt__allocate(allocator, grown * item_size);
  if (block) *capacity = grown;
  return block;
}
