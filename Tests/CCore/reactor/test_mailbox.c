#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "base/list.h"
#include "reactor/mailbox.h"

typedef struct letter {
  mt__message message;
  struct inbox *inbox;
  int producer;
  int number;
  struct letter *answer; /* what its delivery posts, or NULL */
  mt__post_result answered;
} letter;

enum { PRODUCERS = 4, EACH = 100000 };

typedef struct inbox {
  mt__mailbox mailbox;
  int seen[1024];
  int count;
  int next_number[PRODUCERS];
  int out_of_order;
} inbox;

static void read_letter(mt__message *message) {
  letter *self = MT__CONTAINER(message, letter, message);
  if (self->inbox->count < 1024) self->inbox->seen[self->inbox->count] = self->number;
  self->inbox->count++;
  if (self->answer != NULL) {
    self->answered = mt__mailbox_post(&self->inbox->mailbox, &self->answer->message);
  }
}

static letter write_letter(inbox *to, int number) {
  return (letter){.message = {.deliver = read_letter}, .inbox = to, .number = number};
}

static void delivers_the_oldest_first(void **state) {
  (void)state;
  inbox to = {0};
  letter letters[5];
  mt__mailbox_init(&to.mailbox);
  for (int i = 0; i < 5; i++) {
    letters[i] = write_letter(&to, i);
    mt__mailbox_post(&to.mailbox, &letters[i].message);
  }
  mt__mailbox_deliver(&to.mailbox);
  assert_int_equal(to.count, 5);
  for (int i = 0; i < 5; i++) assert_int_equal(to.seen[i], i);
}

static void only_the_first_of_a_batch_wakes(void **state) {
  (void)state;
  inbox to = {0};
  mt__mailbox_init(&to.mailbox);
  for (int batch = 0; batch < 3; batch++) {
    letter first = write_letter(&to, 0), second = write_letter(&to, 1);
    assert_int_equal(mt__mailbox_post(&to.mailbox, &first.message), MT__POST_WAKE);
    assert_int_equal(mt__mailbox_post(&to.mailbox, &second.message), MT__POST_QUEUED);
    mt__mailbox_deliver(&to.mailbox);
    assert_int_equal(to.mailbox.batches, batch + 1);
  }
  mt__mailbox_deliver(&to.mailbox);
  assert_int_equal(to.mailbox.batches, 3);
  assert_int_equal(to.count, 6);
}

static void what_a_delivery_posts_waits_for_the_next_and_wakes(void **state) {
  (void)state;
  inbox to = {0};
  mt__mailbox_init(&to.mailbox);
  letter question = write_letter(&to, 1), other = write_letter(&to, 2);
  letter answer = write_letter(&to, 3);
  question.answer = &answer;
  mt__mailbox_post(&to.mailbox, &question.message);
  mt__mailbox_post(&to.mailbox, &other.message);
  mt__mailbox_deliver(&to.mailbox);
  assert_int_equal(to.count, 2);
  assert_int_equal(question.answered, MT__POST_WAKE);
  mt__mailbox_deliver(&to.mailbox);
  assert_int_equal(to.count, 3);
  assert_int_equal(to.seen[2], 3);
}

static void closing_delivers_what_is_there_and_refuses_the_rest(void **state) {
  (void)state;
  inbox to = {0};
  mt__mailbox_init(&to.mailbox);
  letter early = write_letter(&to, 1), late = write_letter(&to, 2);
  early.answer = &late;
  mt__mailbox_post(&to.mailbox, &early.message);
  mt__mailbox_close(&to.mailbox);
  assert_int_equal(to.count, 1);
  assert_int_equal(early.answered, MT__POST_CLOSED);
  assert_int_equal(mt__mailbox_post(&to.mailbox, &late.message), MT__POST_CLOSED);
}

static void stays_closed_through_deliveries_and_further_closings(void **state) {
  (void)state;
  inbox to = {0};
  mt__mailbox_init(&to.mailbox);
  mt__mailbox_close(&to.mailbox);
  mt__mailbox_deliver(&to.mailbox);
  mt__mailbox_close(&to.mailbox);
  letter late = write_letter(&to, 1);
  assert_int_equal(mt__mailbox_post(&to.mailbox, &late.message), MT__POST_CLOSED);
  assert_int_equal(to.count, 0);
  assert_int_equal(to.mailbox.batches, 0);
}

static void read_and_free(mt__message *message) {
  letter *self = MT__CONTAINER(message, letter, message);
  inbox *to = self->inbox;
  if (self->number != to->next_number[self->producer]) to->out_of_order++;
  to->next_number[self->producer] = self->number + 1;
  to->count++;
  free(self);
}

typedef struct producer {
  pthread_t thread;
  inbox *to;
  int index;
  int wakes, accepted;
} producer;

/* Posts EACH letters, or as many as are taken. */
static void *produce(void *user_data) {
  producer *self = user_data;
  for (int i = 0; i < EACH; i++) {
    letter *made = malloc(sizeof *made);
    *made = (letter){.message = {.deliver = read_and_free},
                     .inbox = self->to,
                     .producer = self->index,
                     .number = i};
    mt__post_result result = mt__mailbox_post(&self->to->mailbox, &made->message);
    self->wakes += result == MT__POST_WAKE;
    if (result == MT__POST_CLOSED) {
      free(made);
      break;
    }
    self->accepted++;
  }
  return NULL;
}

static void start(producer *producers, inbox *to) {
  mt__mailbox_init(&to->mailbox);
  for (int i = 0; i < PRODUCERS; i++) {
    producers[i] = (producer){.to = to, .index = i};
    assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
  }
}

static void join(producer *producers, int *wakes, int *accepted) {
  *wakes = *accepted = 0;
  for (int i = 0; i < PRODUCERS; i++) {
    pthread_join(producers[i].thread, NULL);
    *wakes += producers[i].wakes;
    *accepted += producers[i].accepted;
  }
}

static void many_producers_lose_nothing_and_keep_their_order(void **state) {
  (void)state;
  static inbox to;
  to = (inbox){.count = 0};
  producer producers[PRODUCERS];
  int wakes, accepted;
  start(producers, &to);
  while (to.count < PRODUCERS * EACH) {
    mt__mailbox_deliver(&to.mailbox);
    sched_yield();
  }
  join(producers, &wakes, &accepted);
  assert_int_equal(to.count, PRODUCERS * EACH);
  assert_int_equal(accepted, PRODUCERS * EACH);
  assert_int_equal(to.out_of_order, 0);
  assert_int_equal(wakes, to.mailbox.batches);
}

static void closing_amid_posts_delivers_exactly_what_was_taken(void **state) {
  (void)state;
  for (int round = 0; round < 20; round++) {
    inbox to = {.count = 0};
    producer producers[PRODUCERS];
    int wakes, accepted;
    start(producers, &to);
    while (to.count < round * 500) mt__mailbox_deliver(&to.mailbox);
    mt__mailbox_close(&to.mailbox);
    int delivered = to.count;
    join(producers, &wakes, &accepted);
    assert_int_equal(delivered, accepted);
    assert_int_equal(to.out_of_order, 0);
    assert_int_equal(wakes, to.mailbox.batches);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(delivers_the_oldest_first),
      cmocka_unit_test(only_the_first_of_a_batch_wakes),
      cmocka_unit_test(what_a_delivery_posts_waits_for_the_next_and_wakes),
      cmocka_unit_test(closing_delivers_what_is_there_and_refuses_the_rest),
      cmocka_unit_test(stays_closed_through_deliveries_and_further_closings),
      cmocka_unit_test(many_producers_lose_nothing_and_keep_their_order),
      cmocka_unit_test(closing_amid_posts_delivers_exactly_what_was_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
