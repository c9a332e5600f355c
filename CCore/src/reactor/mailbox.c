#include "mailbox.h"

#include <stddef.h>

/* No message can lie at the mailbox's own address, so that address marks it closed. */
static mt__message *closed_mark(mt__mailbox *mailbox) {
  return (mt__message *)(void *)mailbox;
}

static mt__message *reverse(mt__message *newest) {
  mt__message *oldest = NULL;
  while (newest != NULL) {
    mt__message *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}

static void deliver_all(mt__mailbox *mailbox, mt__message *newest) {
  if (newest == NULL) return;
  mailbox->batches++;
  mt__message *message = reverse(newest);
  while (message != NULL) {
    mt__message *next = message->next;
    message->deliver(message); /* may free it */
    message = next;
  }
}

void mt__mailbox_init(mt__mailbox *mailbox) {
  atomic_init(&mailbox->newest, NULL);
  mailbox->batches = 0;
}

mt__post_result mt__mailbox_post(mt__mailbox *mailbox, mt__message *message) {
  mt__message *newest = atomic_load_explicit(&mailbox->newest, memory_order_acquire);
  do {
    if (newest == closed_mark(mailbox)) return MT__POST_CLOSED;
    message->next = newest;
  } while (!atomic_compare_exchange_weak_explicit(&mailbox->newest, &newest, message,
                                                  memory_order_release, memory_order_acquire));
  return newest == NULL ? MT__POST_WAKE : MT__POST_QUEUED;
}

void mt__mailbox_deliver(mt__mailbox *mailbox) {
  mt__message *newest = atomic_load_explicit(&mailbox->newest, memory_order_relaxed);
  if (newest == NULL || newest == closed_mark(mailbox)) return;
  deliver_all(mailbox, atomic_exchange_explicit(&mailbox->newest, NULL, memory_order_acquire));
}

void mt__mailbox_close(mt__mailbox *mailbox) {
  mt__message *mark = closed_mark(mailbox);
  mt__message *newest = atomic_exchange_explicit(&mailbox->newest, mark, memory_order_acq_rel);
  if (newest != mark) deliver_all(mailbox, newest);
}
