/* A peer that sends no more while it is being answered: it may wait for the answer, or be gone. */
#include "support/check.h"
#include "support/host.h"

#include <stdlib.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/** Asks, and sends no more. */
static client ask_and_end(host *self) {
  client peer = host_connect(self);
  client_send(&peer, GET);
  client_half_close(&peer);
  return peer;
}

static void start_holding(host *self, bool cancels) {
  self->config.cancel_on_half_close = cancels;
  host_route(self, "GET /", host_hold);
  host_start(self);
}

static void it_is_answered_unless_the_host_wants_otherwise(void **state) {
  host *self = *state;
  start_holding(self, false);
  client peer = ask_and_end(self);
  mt_exchange *exchange = host_take(self);
  assert_false(client_is_readable(&peer, 50));
  assert_false(mt_exchange_is_cancelled(exchange));
  assert_int_equal(host_answer(exchange, "waited for"), MT_OK);
  client_expect(&peer, 200, "waited for");
  client_expect_end(&peer);
  client_close(&peer);
}

static void it_is_gone_where_the_host_wants_so(void **state) {
  host *self = *state;
  start_holding(self, true);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed), MT_OK);
  client_half_close(&peer);
  host_await_number(&self->destroyed, 1);
  assert_int_equal(atomic_load(&self->cancelled), 1);
  assert_true(mt_exchange_is_cancelled(exchange));
  assert_int_equal(host_answer(exchange, "late"), MT_ERROR_CLOSED);
  client_expect_end(&peer);
  client_close(&peer);
}

static void a_stream_under_way_is_cancelled_too(void **state) {
  host *self = *state;
  start_holding(self, true);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  mt_exchange_on_cancel(exchange, host_count_cancelled, self, NULL);
  assert_int_equal(mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, NULL, NULL, NULL), MT_OK);
  reply head = client_receive_head(&peer);
  assert_int_equal(head.status, 200);
  reply_free(&head);
  client_half_close(&peer);
  host_await_number(&self->cancelled, 1);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("late")), MT_ERROR_CLOSED);
  mt_exchange_release(exchange);
  client_close(&peer);
}

/** What was answered before the end was seen is sent to the last octet, however slowly it is read.
 */
static void an_answer_that_is_made_leaves_in_full(void **state) {
  host *self = *state;
  enum { SIZE = 4 << 20 };
  start_holding(self, true);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  char *body = calloc(1, SIZE);
  assert_non_null(body);
  assert_int_equal(
      mt_response_body_borrow(mt_exchange_response(exchange), (mt_slice){body, SIZE}, free, body),
      MT_OK);
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
  mt_exchange_release(exchange);
  assert_true(client_is_readable(&peer, CLIENT_PATIENCE_MS));
  client_half_close(&peer);
  reply answer = client_receive(&peer);
  assert_false(answer.is_cut);
  assert_int_equal(answer.body_size, SIZE);
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
}

static atomic_int injected_size, injected_end;

static void take_output(mt_slice bytes, bool is_end, void *user_data) {
  (void)user_data;
  atomic_fetch_add(&injected_size, (int)bytes.size);
  if (is_end) atomic_store(&injected_end, 1);
}

/** What is injected has all been sent, and nobody who could leave. */
static void what_is_injected_is_answered(void **state) {
  host *self = *state;
  start_holding(self, true);
  assert_int_equal(mt_server_inject(self->server, MT_SLICE(GET), take_output, NULL), MT_OK);
  mt_exchange *exchange = host_take(self);
  host_sleep_ms(20);
  assert_int_equal(host_answer(exchange, "injected"), MT_OK);
  host_await_number(&injected_end, 1);
  assert_true(atomic_load(&injected_size) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(it_is_answered_unless_the_host_wants_otherwise),
      HOST_TEST(it_is_gone_where_the_host_wants_so),
      HOST_TEST(a_stream_under_way_is_cancelled_too),
      HOST_TEST(an_answer_that_is_made_leaves_in_full),
      HOST_TEST(what_is_injected_is_answered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
