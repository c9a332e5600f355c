#include "exact.h"

#include "../base/hash.h"
#include "../base/slice.h"

bool mt__exact_init(mt__exact *exact, const mt_allocator *allocator, uint32_t count) {
  *exact = (mt__exact){.allocator = allocator};
  uint32_t slots = 8;
  while (slots / 2 < count) slots *= 2;
  exact->entries = mt__allocate_zeroed(allocator, slots, sizeof *exact->entries);
  exact->mask = slots - 1;
  return exact->entries != NULL;
}

void mt__exact_deinit(mt__exact *exact) {
  mt__deallocate(exact->allocator, exact->entries);
  *exact = (mt__exact){.allocator = exact->allocator};
}

static uint64_t size_bit(mt_slice path) {
  return UINT64_C(1) << (path.size % 64);
}

/** The slot of `path`, or the free one where it would go. */
static mt__exact_entry *find_slot(const mt__exact *exact, mt_slice path) {
  uint32_t slot = (uint32_t)mt__hash(path, 0) & exact->mask;
  while (exact->entries[slot].path.data && !mt__slice_equal(exact->entries[slot].path, path))
    slot = (slot + 1) & exact->mask;
  return &exact->entries[slot];
}

void mt__exact_add(mt__exact *exact, mt_slice path, const mt__accept *accept) {
  *find_slot(exact, path) = (mt__exact_entry){path, accept};
  exact->sizes |= size_bit(path);
}

const mt__accept *mt__exact_find(const mt__exact *exact, mt_slice path) {
  if (!(exact->sizes & size_bit(path))) return NULL;
  return find_slot(exact, path)->accept;
}
