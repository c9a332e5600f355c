/* What memory costs on the way of a request, and what malloc would cost there. */
#include "memory/arena.h"
#include "memory/buffer_pool.h"
#include "memory/slab.h"

#include "timing.h"

#include <stdlib.h>

enum { KIB = 1024, PIECES = 8, PIECE_BYTES = 48, BLOCK_BYTES = 1024, OBJECT_BYTES = 320 };

typedef struct lending {
  mt__buffer_pool pool;
  size_t size;
} lending;

static void lend_buffer(void *context, size_t turns) {
  lending *asked = context;
  for (size_t turn = 0; turn < turns; turn++) {
    size_t capacity;
    char *buffer = mt__buffer_pool_take(&asked->pool, asked->size, &capacity);
    keep(buffer);
    mt__buffer_pool_give(&asked->pool, buffer, capacity);
  }
}

static void allocate_buffer(void *context, size_t turns) {
  const lending *asked = context;
  for (size_t turn = 0; turn < turns; turn++) {
    void *buffer = malloc(asked->size);
    keep(buffer);
    free(buffer);
  }
}

static void lend_object(void *context, size_t turns) {
  for (size_t turn = 0; turn < turns; turn++) {
    void *object = mt__slab_take(context);
    keep(object);
    mt__slab_give(context, object);
  }
}

static void allocate_object(void *context, size_t turns) {
  (void)context;
  for (size_t turn = 0; turn < turns; turn++) {
    void *object = malloc(OBJECT_BYTES);
    keep(object);
    free(object);
  }
}

static void cut_pieces(void *context, size_t turns) {
  for (size_t turn = 0; turn < turns; turn++) {
    for (int i = 0; i < PIECES; i++) keep(mt__arena_allocate(context, PIECE_BYTES));
    mt__arena_reset(context);
  }
}

static void allocate_pieces(void *context, size_t turns) {
  (void)context;
  for (size_t turn = 0; turn < turns; turn++) {
    void *pieces[PIECES];
    for (int i = 0; i < PIECES; i++) keep(pieces[i] = malloc(PIECE_BYTES));
    for (int i = 0; i < PIECES; i++) free(pieces[i]);
  }
}

static void time_buffers(void) {
  static const struct {
    const char *name;
    size_t size;
  } sizes[] = {
      {"buffer, 1 KiB", KIB}, {"buffer, 16 KiB", 16 * KIB}, {"buffer, 256 KiB", 256 * KIB}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    lending asked = {.size = sizes[i].size};
    mt__buffer_pool_init(&asked.pool, &mt__allocator_system);
    time_work("pool", sizes[i].name, 0, lend_buffer, &asked);
    time_work("malloc", sizes[i].name, 0, allocate_buffer, &asked);
    mt__buffer_pool_deinit(&asked.pool);
  }
}

static void time_objects(void) {
  mt__slab slab;
  mt__slab_init(&slab, &mt__allocator_system, OBJECT_BYTES);
  time_work("pool", "object of a slab", 0, lend_object, &slab);
  time_work("malloc", "object of a slab", 0, allocate_object, NULL);
  mt__slab_deinit(&slab);
}

static void time_pieces(void) {
  _Alignas(16) char block[BLOCK_BYTES];
  mt__arena arena;
  mt__arena_init(&arena, &mt__allocator_system, block, sizeof block);
  time_work("pool", "arena of 8 pieces", 0, cut_pieces, &arena);
  time_work("malloc", "arena of 8 pieces", 0, allocate_pieces, NULL);
}

int main(void) {
  time_buffers();
  time_objects();
  time_pieces();
  return 0;
}
