/* What it costs to send messages to a thread's mailbox: alone, and from several threads at once
 * while the owner empties it. */
#include "reactor/mailbox.h"

#include "timing.h"

#include <pthread.h>
#include <sched.h>

enum { PRODUCERS_MAX = 4, BATCH = 64 };

typedef struct letter {
  mt__message message;
  size_t *delivered;
} letter;

static void count_letter(mt__message *message) {
  ++*((letter *)message)->delivered;
}

/* --- one thread --- */

static void post_batches(void *context, size_t turns) {
  size_t batch = *(size_t *)context, delivered = 0;
  mt__mailbox mailbox;
  letter letters[BATCH];
  mt__mailbox_init(&mailbox);
  for (size_t i = 0; i < batch; i++) letters[i] = (letter){{NULL, count_letter}, &delivered};
  for (size_t turn = 0; turn < turns; turn += batch) {
    for (size_t i = 0; i < batch; i++) mt__mailbox_post(&mailbox, &letters[i].message);
    mt__mailbox_deliver(&mailbox);
  }
  demand(delivered >= turns, "letters are lost");
}

/* --- several --- */

typedef struct producer {
  mt__mailbox *mailbox;
  letter *letters;
  size_t count;
} producer;

static void *post_all(void *context) {
  const producer *self = context;
  for (size_t i = 0; i < self->count; i++) {
    demand(mt__mailbox_post(self->mailbox, &self->letters[i].message) != MT__POST_CLOSED,
           "the mailbox is closed");
  }
  return NULL;
}

static void post_from_threads(void *context, size_t turns) {
  static letter letters[TURNS_MAX];
  size_t count = *(size_t *)context, delivered = 0, share = turns / count;
  mt__mailbox mailbox;
  producer producers[PRODUCERS_MAX];
  pthread_t threads[PRODUCERS_MAX];
  mt__mailbox_init(&mailbox);
  for (size_t i = 0; i < turns; i++) letters[i] = (letter){{NULL, count_letter}, &delivered};
  for (size_t i = 0; i < count; i++) {
    producers[i] = (producer){&mailbox, letters + i * share, share};
    demand(pthread_create(&threads[i], NULL, post_all, &producers[i]) == 0, "no thread");
  }
  while (delivered < share * count) {
    mt__mailbox_deliver(&mailbox);
    sched_yield();
  }
  for (size_t i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

int main(void) {
  size_t one = 1, two = 2, four = PRODUCERS_MAX, batch = BATCH;
  time_work("mailbox", "each delivered at once", 0, post_batches, &one);
  time_work("mailbox", "64 delivered together", 0, post_batches, &batch);
  time_turns(TURNS_MAX, "mailbox", "1 thread posts", 0, post_from_threads, &one);
  time_turns(TURNS_MAX, "mailbox", "2 threads post", 0, post_from_threads, &two);
  time_turns(TURNS_MAX, "mailbox", "4 threads post", 0, post_from_threads, &four);
  return 0;
}
