/** Bytes with a length, borrowed from someone. */
#ifndef MARTLET_SLICE_H
#define MARTLET_SLICE_H

#include "abi.h"

#include <string.h>

MT_BEGIN_DECLS

/** Borrowed bytes; not terminated by NUL. Since: 0.1. */
typedef struct mt_slice {
  /** The first of them; may be NULL when `size` is 0. */
  const char *data;
  /** How many there are. */
  size_t size;
} mt_slice;

/** The slice of a string literal, without its terminating NUL. Lifetime: static. Since: 0.1. */
#ifdef __cplusplus
#define MT_SLICE(literal) (mt_slice{("" literal), sizeof(literal) - 1})
#else
#define MT_SLICE(literal) ((mt_slice){("" literal), sizeof(literal) - 1})
#endif

/** The slice of a NUL-terminated string; the empty slice for NULL.
 *  Lifetime: as long as `text`.
 *  Thread: any thread.
 *  Errors: none.
 *  Since: 0.1. */
static inline mt_slice mt_slice_from(const char *text) {
  mt_slice slice = {text, text ? strlen(text) : 0};
  return slice;
}

MT_END_DECLS

#endif
