/** I/O buffers by size class, recycled within one reactor. One thread. */
#ifndef MT_MEMORY_BUFFER_POOL_H
#define MT_MEMORY_BUFFER_POOL_H

#include <stddef.h>

#include "../base/allocator.h"
#include "../base/attributes.h"

MT__HIDDEN_BEGIN

enum { MT__BUFFER_CLASSES = 5 }; /* 1, 4, 16, 64 and 256 KiB */

typedef struct mt__buffer_pool {
  const mt_allocator *allocator;
  void *free[MT__BUFFER_CLASSES];    /* singly linked through their first word */
  size_t cached[MT__BUFFER_CLASSES]; /* how many are in each list */
  size_t in_use_bytes;               /* taken and not given back */
} mt__buffer_pool;

void mt__buffer_pool_init(mt__buffer_pool *pool, const mt_allocator *allocator);
/** Frees the cached buffers; those in use must have been given back. */
void mt__buffer_pool_deinit(mt__buffer_pool *pool);
/** A buffer of at least `size` bytes, its real capacity in `*capacity`; NULL without memory. Above
 * the largest class it comes straight from the allocator. */
char *mt__buffer_pool_take(mt__buffer_pool *pool, size_t size, size_t *capacity);
/** Gives back a buffer with the capacity it was taken with. At most 1 MiB per class is kept, the
 * rest is freed. NULL is allowed. */
void mt__buffer_pool_give(mt__buffer_pool *pool, char *buffer, size_t capacity);

MT__HIDDEN_END

#endif
