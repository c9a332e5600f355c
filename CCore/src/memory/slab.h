/** Objects of one size, cut from pages, recycled within one reactor. One thread. */
#ifndef MT_MEMORY_SLAB_H
#define MT_MEMORY_SLAB_H

#include <stddef.h>

#include "../base/allocator.h"
#include "../base/attributes.h"

MT__HIDDEN_BEGIN

typedef struct mt__slab {
  const mt_allocator *allocator;
  size_t object_size; /* rounded up to 16 */
  void *free;         /* singly linked through their first word */
  void *pages;
  size_t in_use;
} mt__slab;

void mt__slab_init(mt__slab *slab, const mt_allocator *allocator, size_t object_size);
/** Frees every page; all objects must have been given back. */
void mt__slab_deinit(mt__slab *slab);
/** An object, not zeroed, aligned to 16; NULL without memory. */
void *mt__slab_take(mt__slab *slab);
void mt__slab_give(mt__slab *slab, void *object);

MT__HIDDEN_END

#endif
