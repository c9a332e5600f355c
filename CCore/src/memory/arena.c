#include "arena.h"

#include "../base/number.h"

struct mt__arena_block {
  _Alignas(16) mt__arena_block *next;
  size_t size; /* with this header */
};

enum { ALIGNMENT = 16, FIRST_BLOCK = 2 * 1024, LARGEST_BLOCK = 64 * 1024 };

/** Makes [memory, memory + size) the current block, cut to whole units of the alignment. */
static void use_block(mt__arena *arena, char *memory, size_t size) {
  arena->next = memory;
  arena->end = memory ? memory + size / ALIGNMENT * ALIGNMENT : NULL;
}

void mt__arena_init(mt__arena *arena, const mt_allocator *allocator, void *first,
                    size_t first_size) {
  *arena = (mt__arena){.allocator = allocator, .block_size = FIRST_BLOCK};
  size_t skipped = -(uintptr_t)first % ALIGNMENT;
  if (first && skipped < first_size) {
    arena->first = (char *)first + skipped;
    arena->first_size = first_size - skipped;
  }
  use_block(arena, arena->first, arena->first_size);
}

void mt__arena_reset(mt__arena *arena) {
  while (arena->blocks) {
    mt__arena_block *block = arena->blocks;
    arena->blocks = block->next;
    mt__unpoison(block, block->size);
    mt__deallocate(arena->allocator, block);
  }
  arena->block_size = FIRST_BLOCK;
  use_block(arena, arena->first, arena->first_size);
}

static char *add_block(mt__arena *arena, size_t size) {
  mt__arena_block *block = mt__allocate(arena->allocator, size);
  if (!block) return NULL;
  *block = (mt__arena_block){arena->blocks, size};
  arena->blocks = block;
  return (char *)(block + 1);
}

void *mt__arena_grow(mt__arena *arena, size_t size) {
  size_t own_size, block_size = arena->block_size;
  if (!mt__size_add(size, sizeof(mt__arena_block), &own_size)) return NULL;
  bool is_big = size > block_size / 4;
  char *memory = add_block(arena, is_big ? own_size : block_size);
  if (!memory) return NULL;
  if (block_size < LARGEST_BLOCK) arena->block_size = 2 * block_size;
  /* A big request has its block to itself: what is left of the current one stays in use. */
  if (is_big) return memory;
  use_block(arena, memory, block_size - sizeof(mt__arena_block));
  mt__poison(memory, block_size - sizeof(mt__arena_block));
  return mt__arena_cut(arena, size);
}

bool mt__arena_copy(mt__arena *arena, mt_slice bytes, mt_slice *copy) {
  char *memory = mt__arena_allocate(arena, bytes.size);
  if (!memory) return false;
  if (bytes.size) memcpy(memory, bytes.data, bytes.size);
  *copy = (mt_slice){memory, bytes.size};
  return true;
}
