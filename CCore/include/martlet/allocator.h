/** Memory from the host. */
#ifndef MARTLET_ALLOCATOR_H
#define MARTLET_ALLOCATOR_H

#include "abi.h"

MT_BEGIN_DECLS

/** Where a server takes its memory. A NULL result is an ordinary failure: a request may be lost,
 *  the server is not. libevent's own bookkeeping (one small block a descriptor), the system's
 *  threads and its resolver take theirs from malloc.
 *  Ownership: the struct is copied by mt_server_create.
 *  Lifetime: the functions and `user_data` until the server is destroyed and every exchange that
 *  was held beyond that is released.
 *  Thread: any thread, at once from several.
 *  Since: 0.1. */
typedef struct mt_allocator {
  /** At least `size` bytes, aligned for any type; NULL when there is no memory. */
  void *(*allocate)(size_t size, void *user_data);
  /** `block` grown or shrunk to `size` bytes, its content kept; NULL leaves `block` as it was. A
   *  `block` of NULL is an allocation. */
  void *(*reallocate)(void *block, size_t size, void *user_data);
  /** Gives `block` back; NULL is given too, and is nothing. */
  void (*deallocate)(void *block, void *user_data);
  /** Handed to each function. */
  void *user_data;
} mt_allocator;

MT_END_DECLS

#endif
