/** Memory that lives as long as one exchange. The first block is the owner's; further ones come
 * from the allocator. Used by one thread at a time, which need not be the reactor's. */
#ifndef MT_MEMORY_ARENA_H
#define MT_MEMORY_ARENA_H

#include <martlet/slice.h>

#include "../base/allocator.h"
#include "../base/attributes.h"
#include "poison.h"

MT__HIDDEN_BEGIN

typedef struct mt__arena_block mt__arena_block;

typedef struct mt__arena {
  const mt_allocator *allocator;
  char *next;
  char *end; /* a multiple of 16 behind `next` */
  char *first;
  size_t first_size;
  mt__arena_block *blocks;
  size_t block_size; /* of the next block, its header included */
} mt__arena;

/** `first` is the owner's block of `first_size` bytes (aligned for any type); may be NULL with 0.
 */
void mt__arena_init(mt__arena *arena, const mt_allocator *allocator, void *first,
                    size_t first_size);
/** Frees all but the first block and starts over in it. */
void mt__arena_reset(mt__arena *arena);
/** As mt__arena_allocate, for what does not fit the current block. */
void *mt__arena_grow(mt__arena *arena, size_t size);

/** The next `size` bytes of the current block, which holds them. */
static inline void *mt__arena_cut(mt__arena *arena, size_t size) {
  char *memory = arena->next;
  arena->next = memory + ((size + 15) & ~(size_t)15);
  mt__unpoison(memory, size);
  return memory;
}

/** `size` bytes aligned to 16; NULL without memory. */
static inline void *mt__arena_allocate(mt__arena *arena, size_t size) {
  bool fits = arena->next && size <= (size_t)(arena->end - arena->next);
  return MT__LIKELY(fits) ? mt__arena_cut(arena, size) : mt__arena_grow(arena, size);
}

/** A copy of `bytes`; false without memory. */
bool mt__arena_copy(mt__arena *arena, mt_slice bytes, mt_slice *copy);

MT__HIDDEN_END

#endif
