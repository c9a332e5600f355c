/** A bounded lock-free ring for many producers and many consumers. */
#ifndef MT_EXECUTOR_QUEUE_H
#define MT_EXECUTOR_QUEUE_H

#include <martlet/status.h>

#include <stdatomic.h>
#include <stdint.h>

#include "../base/allocator.h"
#include "../base/attributes.h"

MT__HIDDEN_BEGIN

/* Two lines of 64 bytes: processors fetch them in pairs. */
enum { MT__QUEUE_APART = 128 };

typedef struct mt__queue_cell mt__queue_cell;

typedef struct mt__queue {
  const mt_allocator *allocator;
  mt__queue_cell *cells;
  uint64_t mask;
  /* Producers and consumers each hammer one position: padding keeps them on lines of their own
   * wherever the queue itself lies. */
  unsigned char before_tail[MT__QUEUE_APART];
  _Atomic uint64_t tail; /* the next position to fill */
  unsigned char before_head[MT__QUEUE_APART];
  _Atomic uint64_t head; /* the next position to empty */
  unsigned char behind_head[MT__QUEUE_APART];
} mt__queue;

/** `capacity` is a power of two. Errors: MT_ERROR_INVALID_ARGUMENT, MT_ERROR_NO_MEMORY. */
mt_status mt__queue_init(mt__queue *queue, const mt_allocator *allocator, uint32_t capacity);
void mt__queue_deinit(mt__queue *queue);
/** False when the queue is full. Thread: any. */
bool mt__queue_push(mt__queue *queue, void *item);
/** The oldest item, or NULL: when the queue is empty, and also while the oldest item's producer is
 * in the midst of pushing. Items of one producer come in its order. Thread: any. */
void *mt__queue_pop(mt__queue *queue);
/** Whether positions are filled or being filled. By the time it returns it may be otherwise. The
 * calls of this header take their places in one order with all sequentially consistent operations
 * of their callers. Thread: any. */
bool mt__queue_has_items(mt__queue *queue);

MT__HIDDEN_END

#endif
