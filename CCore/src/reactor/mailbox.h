/** Messages from any thread to one: lock-free, unbounded, intrusive, in posting order per producer.
 */
#ifndef MT_REACTOR_MAILBOX_H
#define MT_REACTOR_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../base/attributes.h"

MT__HIDDEN_BEGIN

typedef struct mt__message mt__message;

/** Embedded in what is posted. The poster sets `deliver`; while posted the message is the
 * mailbox's. */
struct mt__message {
  mt__message *next;
  void (*deliver)(mt__message *message);
};

typedef struct mt__mailbox {
  /* a stack; the consumer takes all and reverses. A sentinel means closed */
  _Atomic(mt__message *) newest;
  /* taken so far; one post of each returned MT__POST_WAKE. The consumer's */
  uint64_t batches;
} mt__mailbox;

typedef enum mt__post_result {
  MT__POST_QUEUED, /* behind others: the consumer will see it */
  MT__POST_WAKE,   /* the first: wake the consumer */
  MT__POST_CLOSED, /* not taken: the message is still the poster's */
} mt__post_result;

void mt__mailbox_init(mt__mailbox *mailbox);
/** Of the posts between two deliveries exactly one, the first, returns MT__POST_WAKE. Thread: any.
 */
mt__post_result mt__mailbox_post(mt__mailbox *mailbox, mt__message *message);
/** Delivers everything posted so far, oldest first. `deliver` may free the message; what it posts
 * waits for the next delivery. Thread: the consumer's. */
void mt__mailbox_deliver(mt__mailbox *mailbox);
/** Refuses everything from now on and delivers what is there. Again: harmless. Thread: the
 * consumer's. */
void mt__mailbox_close(mt__mailbox *mailbox);

MT__HIDDEN_END

#endif
