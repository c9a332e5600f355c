#include "queue.h"

#include <stddef.h>

/* Positions count up for ever; position p lives in cell p & mask. A cell's stamp says whose turn it
 * is: 2p when free to be filled by position p, 2p + 1 when filled, then 2(p + capacity). Odd and
 * even stamps keep a full and a free cell apart for every capacity, one included.
 *
 * The default memory order is meant: a submitter that publishes an item and then looks for sleepers
 * needs the same total order as a worker that says it sleeps and then looks for items. */
struct mt__queue_cell {
  _Atomic uint64_t stamp;
  void *item;
};

static mt__queue_cell *cell_of(const mt__queue *queue, uint64_t position) {
  return &queue->cells[position & queue->mask];
}

/* Takes the next position of `end` once its cell's stamp is 2 * position + `parity`; NULL when that
 * turn has not come. */
static mt__queue_cell *claim(const mt__queue *queue, _Atomic uint64_t *end, uint64_t parity,
                             uint64_t *claimed) {
  uint64_t position = atomic_load(end);
  for (;;) {
    mt__queue_cell *cell = cell_of(queue, position);
    int64_t ahead = (int64_t)(atomic_load(&cell->stamp) - (2 * position + parity));
    if (ahead < 0) return NULL;
    if (ahead > 0) {
      position = atomic_load(end); /* others were faster */
    } else if (atomic_compare_exchange_weak(end, &position, position + 1)) {
      *claimed = position;
      return cell;
    }
  }
}

mt_status mt__queue_init(mt__queue *queue, const mt_allocator *allocator, uint32_t capacity) {
  if (capacity == 0 || (capacity & (capacity - 1)) != 0) return MT_ERROR_INVALID_ARGUMENT;
  queue->cells = mt__allocate_zeroed(allocator, capacity, sizeof(mt__queue_cell));
  if (queue->cells == NULL) return MT_ERROR_NO_MEMORY;
  queue->allocator = allocator;
  queue->mask = capacity - 1;
  atomic_init(&queue->tail, 0);
  atomic_init(&queue->head, 0);
  for (uint64_t i = 0; i < capacity; i++) atomic_init(&queue->cells[i].stamp, 2 * i);
  return MT_OK;
}

void mt__queue_deinit(mt__queue *queue) {
  mt__deallocate(queue->allocator, queue->cells);
}

bool mt__queue_push(mt__queue *queue, void *item) {
  uint64_t position;
  mt__queue_cell *cell = claim(queue, &queue->tail, 0, &position);
  if (cell == NULL) return false;
  cell->item = item;
  atomic_store(&cell->stamp, 2 * position + 1);
  return true;
}

void *mt__queue_pop(mt__queue *queue) {
  uint64_t position;
  mt__queue_cell *cell = claim(queue, &queue->head, 1, &position);
  if (cell == NULL) return NULL;
  void *item = cell->item;
  uint64_t next_turn = 2 * (position + queue->mask + 1);
  atomic_store_explicit(&cell->stamp, next_turn, memory_order_release);
  return item;
}

bool mt__queue_has_items(mt__queue *queue) {
  return atomic_load(&queue->head) != atomic_load(&queue->tail);
}
