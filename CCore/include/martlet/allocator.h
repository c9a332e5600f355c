/** Memory from the host. */
#ifndef MARTLET_ALLOCATOR_H
#define MARTLET_ALLOCATOR_H

#include "abi.h"

MT_BEGIN_DECLS

/** Where a server takes its memory. Every function may be called from any thread, at once from
 * several; a NULL result is an ordinary failure: a request may be lost, the server is not.
 *  libevent's own bookkeeping (one small block a descriptor) comes from malloc. */
typedef struct mt_allocator {
  /** At least `size` bytes, aligned for any type; NULL when there is no memory. */
  void *(*allocate)(size_t size, void *user_data);
  /** `block` grown or shrunk to `size` bytes, its content kept; NULL leaves `block` as it was. */
  void *(*reallocate)(void *block, size_t size, void *user_data);
  /** Gives `block` back; NULL is allowed. */
  void (*deallocate)(void *block, void *user_data);
  /** Handed to each function. */
  void *user_data;
} mt_allocator;

MT_END_DECLS

#endif
