/* One connection's turn ends, however much it still has to do: the others of its reactor wait for
 * a bounded while. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

enum { ASKS = 1000, BODY = 4096 };

static char body[BODY];
static atomic_bool may_begin;

static void answer_body(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, (mt_slice){body, sizeof body}, NULL, NULL);
}

/** Holds the reactor until everything that is to compete has come. */
static void hold_reactor(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  while (!atomic_load(&may_begin)) host_sleep_ms(1);
  mt_response_body_copy(response, MT_SLICE("go"));
}

/** What an injected client got, and which of all was the first to get everything. */
typedef struct waiter {
  size_t size;
  int place;
  atomic_int ends;
} waiter;

static int places; /* reactor only */

static void take_output(mt_slice bytes, bool is_end, void *user_data) {
  waiter *self = user_data;
  self->size += bytes.size;
  if (!is_end) return;
  self->place = ++places;
  atomic_store(&self->ends, 1);
}

static void who_asks_for_much_lets_who_asks_for_little_go_first(void **state) {
  host *self = *state;
  host_route(self, "GET /wait", hold_reactor);
  host_route(self, "GET /", answer_body);
  host_start_silently(self);
  static const char ask[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  static char asks[ASKS * sizeof ask];
  for (int i = 0; i < ASKS; i++) strcat(asks + (size_t)i * (sizeof ask - 1), ask);
  waiter holder = {0}, greedy = {0}, modest = {0};
  static const char wait[] = "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
  mt_server_inject(self->server, mt_slice_from(wait), take_output, &holder);
  mt_server_inject(self->server, mt_slice_from(asks), take_output, &greedy);
  mt_server_inject(self->server, mt_slice_from(ask), take_output, &modest);
  atomic_store(&may_begin, true);
  host_await_number(&greedy.ends, 1);
  host_await_number(&modest.ends, 1);
  assert_true(greedy.size > (size_t)ASKS * BODY);
  assert_true(modest.place < greedy.place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(who_asks_for_much_lets_who_asks_for_little_go_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
