/** The bytes that wait for one peer, in order: copied, borrowed, or a part of a file. One thread.
 */
#ifndef MT_MEMORY_CHAIN_H
#define MT_MEMORY_CHAIN_H

#include <martlet/slice.h>
#include <martlet/status.h>
#include <sys/uio.h>

#include "buffer_pool.h"

MT__HIDDEN_BEGIN

typedef struct mt__segment mt__segment;

/** Empty when zeroed. */
typedef struct mt__chain {
  mt__segment *first;
  mt__segment *last;
  uint64_t bytes; /* waiting, those of files included */
} mt__chain;

/** A part of a file at the front of a chain. */
typedef struct mt__file_part {
  int descriptor;
  uint64_t offset;
  uint64_t length;
} mt__file_part;

static inline bool mt__chain_is_empty(const mt__chain *chain) {
  return chain->first == NULL;
}

/** Copies `bytes` to the end, into the last segment's free room first. MT_ERROR_NO_MEMORY: nothing
 * was appended. */
mt_status mt__chain_append_copy(mt__chain *chain, mt__buffer_pool *pool, mt_slice bytes);
/** As mt__chain_append_copy, in front of everything: for what a first write did not take. */
mt_status mt__chain_prepend_copy(mt__chain *chain, mt__buffer_pool *pool, mt_slice bytes);
/** Appends the owner's bytes; `done` (may be NULL) is called when they are sent or dropped, also on
 * failure. */
mt_status mt__chain_append_borrow(mt__chain *chain, mt__buffer_pool *pool, mt_slice bytes,
                                  mt_destroy_fn done, void *user_data);
/** Appends a part of a file; its descriptor is closed when it is sent or dropped, also on failure.
 */
mt_status mt__chain_append_file(mt__chain *chain, mt__buffer_pool *pool, mt__file_part part);
/** Moves everything of `from` to the end of `to`. */
void mt__chain_splice(mt__chain *to, mt__chain *from);
/** Fills at most `count` pieces with the memory at the front, up to the first file; returns how
 * many. */
int mt__chain_pieces(const mt__chain *chain, struct iovec *pieces, int count);
/** Whether a file is at the front, and what of it is left. */
bool mt__chain_file(const mt__chain *chain, mt__file_part *part);
/** Drops `bytes` from the front, which hold there. */
void mt__chain_consume(mt__chain *chain, mt__buffer_pool *pool, uint64_t bytes);
/** As mt__chain_clear, for a chain that holds something. */
void mt__chain_drop(mt__chain *chain, mt__buffer_pool *pool);

/** Drops everything. Most chains hold nothing. */
static inline void mt__chain_clear(mt__chain *chain, mt__buffer_pool *pool) {
  if (!mt__chain_is_empty(chain)) mt__chain_drop(chain, pool);
}

MT__HIDDEN_END

#endif
