/** The host's allocator, behind three short calls. */
#ifndef MT_BASE_ALLOCATOR_H
#define MT_BASE_ALLOCATOR_H

#include <martlet/allocator.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

/** malloc, realloc and free. */
extern const mt_allocator mt__allocator_system;

static inline void *mt__allocate(const mt_allocator *allocator, size_t size) {
  return allocator->allocate(size, allocator->user_data);
}

static inline void *mt__reallocate(const mt_allocator *allocator, void *block, size_t size) {
  return allocator->reallocate(block, size, allocator->user_data);
}

static inline void mt__deallocate(const mt_allocator *allocator, void *block) {
  allocator->deallocate(block, allocator->user_data);
}

/** `count * size` zeroed bytes; NULL on overflow or without memory. */
void *mt__allocate_zeroed(const mt_allocator *allocator, size_t count, size_t size);

MT__HIDDEN_END

#endif
