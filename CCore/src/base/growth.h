/** Structs that a caller fills, and that later versions make longer. */
#ifndef MT_BASE_GROWTH_H
#define MT_BASE_GROWTH_H

#include <stdbool.h>
#include <stddef.h>

/** Whether a caller's struct of `size` bytes says something behind the `known` ones: a setting of a
 * later version, which must not be passed over in silence. */
static inline bool mt__says_unknown(const void *theirs, size_t size, size_t known) {
  const unsigned char *bytes = theirs;
  for (size_t i = known; i < size; i++) {
    if (bytes[i] != 0) return true;
  }
  return false;
}

#endif
