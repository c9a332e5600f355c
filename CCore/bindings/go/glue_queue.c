#include "glue.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct mtgo_queue {
  _Atomic(mtgo_event *) newest;
  mtgo_event asleep; /* stands in the newest event's place while the receiver sleeps */
  int wake;
  mtgo_event *first, **last; /* what the turning thread pushed */
};

/** The queue whose server this thread turns. */
static _Thread_local mtgo_queue *turning;

mtgo_queue *mtgo_queue_create(int wake) {
  mtgo_queue *queue = malloc(sizeof *queue);
  if (!queue) return NULL;
  atomic_init(&queue->newest, NULL);
  queue->wake = wake;
  return queue;
}

void mtgo_queue_destroy(mtgo_queue *queue) {
  close(queue->wake);
  free(queue);
}

/** A full pipe wakes as well, so that nothing is lost when the octet is. */
void mtgo_queue_wake(const mtgo_queue *queue) {
  ssize_t written = write(queue->wake, "", 1);
  (void)written;
}

static void push_shared(mtgo_queue *queue, mtgo_event *event) {
  mtgo_event *newest = atomic_load_explicit(&queue->newest, memory_order_relaxed);
  do {
    event->next = newest == &queue->asleep ? NULL : newest;
  } while (!atomic_compare_exchange_weak_explicit(&queue->newest, &newest, event,
                                                  memory_order_acq_rel, memory_order_relaxed));
  if (newest == &queue->asleep) mtgo_queue_wake(queue);
}

static void push_local(mtgo_queue *queue, mtgo_event *event) {
  event->next = NULL;
  *queue->last = event;
  queue->last = &event->next;
}

void mtgo_queue_push(mtgo_queue *queue, mtgo_event *event) {
  if (turning == queue)
    push_local(queue, event);
  else
    push_shared(queue, event);
}

static bool is_readable(int descriptor) {
  struct pollfd watched = {descriptor, POLLIN, 0};
  return poll(&watched, 1, 0) > 0 && (watched.revents & POLLIN);
}

mtgo_turn mtgo_queue_turn(mtgo_queue *queue, mt_server *server) {
  mtgo_turn turn = {.timeout_ms = -1};
  queue->first = NULL;
  queue->last = &queue->first;
  turning = queue;
  turn.status = mt_server_poll(server);
  turning = NULL;
  turn.events = queue->first;
  if (turn.status != MT_OK) return turn;
  turn.is_readable = turn.events || is_readable(mt_server_poll_descriptor(server));
  if (!turn.is_readable) turn.timeout_ms = mt_server_poll_timeout_ms(server);
  return turn;
}

void mtgo_event_push(mtgo_event *event) {
  mtgo_exchange *exchange = event->exchange;
  if (__atomic_exchange_n(&event->is_queued, 1, __ATOMIC_ACQ_REL)) return;
  __atomic_fetch_add(&exchange->references, 1, __ATOMIC_RELAXED);
  mtgo_queue_push(exchange->queue, event);
}

void mtgo_event_taken(mtgo_event *event) {
  __atomic_store_n(&event->is_queued, 0, __ATOMIC_RELEASE);
}

static mtgo_event *reversed(mtgo_event *newest) {
  mtgo_event *oldest = NULL;
  while (newest) {
    mtgo_event *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}

mtgo_event *mtgo_queue_take(mtgo_queue *queue) {
  mtgo_event *empty = NULL;
  if (atomic_compare_exchange_strong(&queue->newest, &empty, &queue->asleep) ||
      empty == &queue->asleep)
    return NULL;
  return reversed(atomic_exchange_explicit(&queue->newest, NULL, memory_order_acquire));
}

bool mtgo_queue_is_empty(mtgo_queue *queue) {
  const mtgo_event *newest = atomic_load(&queue->newest);
  return !newest || newest == &queue->asleep;
}

void mtgo_log_push(mt_log_level level, mt_slice message, void *user_data) {
  (void)level;
  mtgo_log *line = malloc(sizeof *line + message.size);
  if (!line) return;
  line->event = (mtgo_event){.kind = MTGO_LOG};
  line->size = message.size;
  if (message.size) memcpy(line->text, message.data, message.size);
  mtgo_queue_push(user_data, &line->event);
}

void mtgo_log_free(mtgo_event *event) {
  free(event);
}
