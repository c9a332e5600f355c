/** Tells AddressSanitizer which recycled memory nobody may touch; nothing in other builds. */
#ifndef MT_MEMORY_POISON_H
#define MT_MEMORY_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define MT__HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MT__HAS_ASAN 1
#endif
#endif

#ifdef MT__HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

/** From now on an access to these bytes is an error. */
static inline void mt__poison(void *memory, size_t size) {
#ifdef MT__HAS_ASAN
  __asan_poison_memory_region(memory, size);
#else
  (void)memory, (void)size;
#endif
}

/** From now on these bytes may be used. */
static inline void mt__unpoison(void *memory, size_t size) {
#ifdef MT__HAS_ASAN
  __asan_unpoison_memory_region(memory, size);
#else
  (void)memory, (void)size;
#endif
}

#endif
