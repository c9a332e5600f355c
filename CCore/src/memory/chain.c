#include "chain.h"

#include <unistd.h>

#include "../base/number.h"

typedef enum segment_kind { COPIED, BORROWED, FILE_PART } segment_kind;

/** Lies at the front of a pool buffer; copied bytes lie behind it in the same buffer. */
struct mt__segment {
  mt__segment *next;
  size_t capacity; /* of the buffer */
  segment_kind kind;
  union {
    struct {
      char *data;
      size_t size;
      mt_destroy_fn done;
      void *user_data;
    } memory;
    mt__file_part file;
  } part;
};

/* Under backpressure segments grow up to this, so that one write carries much. */
enum { LARGEST_GROWTH = 64 * 1024 };

static uint64_t waiting(const mt__segment *segment) {
  return segment->kind == FILE_PART ? segment->part.file.length : segment->part.memory.size;
}

static mt__segment *take_segment(mt__buffer_pool *pool, segment_kind kind, size_t room) {
  size_t size, capacity;
  if (!mt__size_add(sizeof(mt__segment), room, &size)) return NULL;
  mt__segment *segment = (mt__segment *)(void *)mt__buffer_pool_take(pool, size, &capacity);
  if (segment) *segment = (mt__segment){.capacity = capacity, .kind = kind};
  return segment;
}

/** The last of its owners' duties, then the buffer: called with a segment that no chain holds. */
static void drop_segment(mt__segment *segment, mt__buffer_pool *pool) {
  segment_kind kind = segment->kind;
  mt_destroy_fn done = kind == BORROWED ? segment->part.memory.done : NULL;
  void *user_data = kind == BORROWED ? segment->part.memory.user_data : NULL;
  if (kind == FILE_PART) close(segment->part.file.descriptor);
  mt__buffer_pool_give(pool, (char *)segment, segment->capacity);
  if (done) done(user_data);
}

static void link_last(mt__chain *chain, mt__segment *segment) {
  if (chain->last) chain->last->next = segment;
  if (!chain->first) chain->first = segment;
  chain->last = segment;
  chain->bytes += waiting(segment);
}

static void link_first(mt__chain *chain, mt__segment *segment) {
  segment->next = chain->first;
  chain->first = segment;
  if (!chain->last) chain->last = segment;
  chain->bytes += waiting(segment);
}

static mt__segment *unlink_first(mt__chain *chain) {
  mt__segment *segment = chain->first;
  chain->first = segment->next;
  if (!chain->first) chain->last = NULL;
  chain->bytes -= waiting(segment);
  return segment;
}

static mt__segment *copy_into_segment(mt__buffer_pool *pool, mt_slice bytes, size_t least_room) {
  size_t room = bytes.size > least_room ? bytes.size : least_room;
  mt__segment *segment = take_segment(pool, COPIED, room);
  if (!segment) return NULL;
  segment->part.memory.data = (char *)(segment + 1);
  segment->part.memory.size = bytes.size;
  memcpy(segment->part.memory.data, bytes.data, bytes.size);
  return segment;
}

/** The free octets behind the last segment's, when it holds a copy. */
static size_t get_free_room(const mt__chain *chain) {
  const mt__segment *last = chain->last;
  if (!last || last->kind != COPIED) return 0;
  const char *used_end = last->part.memory.data + last->part.memory.size;
  return (size_t)((const char *)last + last->capacity - used_end);
}

/** What a segment behind the chain's last one should hold at least. */
static size_t get_next_room(const mt__chain *chain) {
  const mt__segment *last = chain->last;
  if (!last || last->kind != COPIED) return 0;
  size_t grown = last->capacity < LARGEST_GROWTH / 4 ? last->capacity * 4 : LARGEST_GROWTH;
  return grown - sizeof(mt__segment);
}

mt_status mt__chain_append_copy(mt__chain *chain, mt__buffer_pool *pool, mt_slice bytes) {
  size_t fitting = get_free_room(chain);
  if (fitting > bytes.size) fitting = bytes.size;
  mt__segment *added = NULL;
  if (fitting < bytes.size) {
    mt_slice rest = {bytes.data + fitting, bytes.size - fitting};
    added = copy_into_segment(pool, rest, get_next_room(chain));
    if (!added) return MT_ERROR_NO_MEMORY;
  }
  if (fitting) {
    mt__segment *last = chain->last;
    memcpy(last->part.memory.data + last->part.memory.size, bytes.data, fitting);
    last->part.memory.size += fitting;
    chain->bytes += fitting;
  }
  if (added) link_last(chain, added);
  return MT_OK;
}

mt_status mt__chain_prepend_copy(mt__chain *chain, mt__buffer_pool *pool, mt_slice bytes) {
  if (bytes.size == 0) return MT_OK;
  mt__segment *segment = copy_into_segment(pool, bytes, 0);
  if (!segment) return MT_ERROR_NO_MEMORY;
  link_first(chain, segment);
  return MT_OK;
}

mt_status mt__chain_append_borrow(mt__chain *chain, mt__buffer_pool *pool, mt_slice bytes,
                                  mt_destroy_fn done, void *user_data) {
  mt__segment *segment = bytes.size ? take_segment(pool, BORROWED, 0) : NULL;
  if (!segment) {
    if (done) done(user_data);
    return bytes.size ? MT_ERROR_NO_MEMORY : MT_OK;
  }
  segment->part.memory.data = (char *)(uintptr_t)bytes.data;
  segment->part.memory.size = bytes.size;
  segment->part.memory.done = done;
  segment->part.memory.user_data = user_data;
  link_last(chain, segment);
  return MT_OK;
}

mt_status mt__chain_append_file(mt__chain *chain, mt__buffer_pool *pool, mt__file_part part) {
  mt__segment *segment = part.length ? take_segment(pool, FILE_PART, 0) : NULL;
  if (!segment) {
    close(part.descriptor);
    return part.length ? MT_ERROR_NO_MEMORY : MT_OK;
  }
  segment->part.file = part;
  link_last(chain, segment);
  return MT_OK;
}

int mt__chain_pieces(const mt__chain *chain, struct iovec *pieces, int count) {
  int filled = 0;
  const mt__segment *segment = chain->first;
  for (; filled < count && segment && segment->kind != FILE_PART; segment = segment->next)
    pieces[filled++] = (struct iovec){segment->part.memory.data, segment->part.memory.size};
  return filled;
}

bool mt__chain_file(const mt__chain *chain, mt__file_part *part) {
  if (!chain->first || chain->first->kind != FILE_PART) return false;
  *part = chain->first->part.file;
  return true;
}

/** Drops `bytes` of the first segment, which holds more. */
static void shorten_first(mt__chain *chain, uint64_t bytes) {
  mt__segment *first = chain->first;
  if (first->kind == FILE_PART) {
    first->part.file.offset += bytes;
    first->part.file.length -= bytes;
  } else {
    first->part.memory.data += bytes;
    first->part.memory.size -= (size_t)bytes;
  }
  chain->bytes -= bytes;
}

void mt__chain_consume(mt__chain *chain, mt__buffer_pool *pool, uint64_t bytes) {
  while (chain->first && bytes >= waiting(chain->first)) {
    bytes -= waiting(chain->first);
    /* Unlinked before its owner hears of it: he may append from there. */
    drop_segment(unlink_first(chain), pool);
    if (bytes == 0) return;
  }
  if (chain->first && bytes) shorten_first(chain, bytes);
}

void mt__chain_drop(mt__chain *chain, mt__buffer_pool *pool) {
  while (chain->first) drop_segment(unlink_first(chain), pool);
}

void mt__chain_splice(mt__chain *to, mt__chain *from) {
  if (!from->first) return;
  if (to->last)
    to->last->next = from->first;
  else
    to->first = from->first;
  to->last = from->last;
  to->bytes += from->bytes;
  *from = (mt__chain){NULL, NULL, 0};
}
