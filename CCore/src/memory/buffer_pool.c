#include "buffer_pool.h"

#include "poison.h"

enum { SMALLEST = 1024, KEPT_BYTES = 1024 * 1024 };

static size_t class_capacity(int kind) {
  return (size_t)SMALLEST << 2 * kind;
}

/** The smallest class that holds `size`; MT__BUFFER_CLASSES when none does. */
static int find_class(size_t size) {
  int kind = 0;
  while (kind < MT__BUFFER_CLASSES && class_capacity(kind) < size) kind++;
  return kind;
}

void mt__buffer_pool_init(mt__buffer_pool *pool, const mt_allocator *allocator) {
  *pool = (mt__buffer_pool){.allocator = allocator};
}

static char *pop(mt__buffer_pool *pool, int kind) {
  void *buffer = pool->free[kind];
  mt__unpoison(buffer, class_capacity(kind));
  pool->free[kind] = *(void **)buffer;
  pool->cached[kind]--;
  return buffer;
}

static void push(mt__buffer_pool *pool, int kind, char *buffer) {
  *(void **)(void *)buffer = pool->free[kind];
  pool->free[kind] = buffer;
  pool->cached[kind]++;
  mt__poison(buffer, class_capacity(kind));
}

void mt__buffer_pool_deinit(mt__buffer_pool *pool) {
  for (int kind = 0; kind < MT__BUFFER_CLASSES; kind++)
    while (pool->free[kind]) mt__deallocate(pool->allocator, pop(pool, kind));
}

char *mt__buffer_pool_take(mt__buffer_pool *pool, size_t size, size_t *capacity) {
  int kind = find_class(size);
  bool is_pooled = kind < MT__BUFFER_CLASSES;
  size_t room = is_pooled ? class_capacity(kind) : size;
  bool is_cached = is_pooled && pool->free[kind];
  char *buffer = is_cached ? pop(pool, kind) : mt__allocate(pool->allocator, room);
  if (!buffer) return NULL;
  pool->in_use_bytes += room;
  *capacity = room;
  return buffer;
}

void mt__buffer_pool_give(mt__buffer_pool *pool, char *buffer, size_t capacity) {
  if (!buffer) return;
  pool->in_use_bytes -= capacity;
  int kind = find_class(capacity);
  if (kind < MT__BUFFER_CLASSES && pool->cached[kind] < KEPT_BYTES / class_capacity(kind))
    push(pool, kind, buffer);
  else
    mt__deallocate(pool->allocator, buffer);
}
