/* While one connection is served, what the host does may concern others of the same reactor: they
 * wait until it is done, and none is forgotten. */
#include <stdio.h>

#include "support/check.h"
#include "support/host.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

enum { OTHERS = 5 };

static void answer_held(host *self, int count) {
  for (int i = 0; i < count; i++) {
    char body[16];
    snprintf(body, sizeof body, "held %d", i);
    assert_int_equal(host_answer(host_take(self), body), MT_OK);
  }
}

static void answer_others(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  answer_held(user_data, OTHERS);
  mt_response_body_copy(response, MT_SLICE("own"));
}

/** One request each, held in this order. */
static void connect_held(host *self, client *others, int count) {
  for (int i = 0; i < count; i++) {
    others[i] = host_connect(self);
    client_send(&others[i], GET("/held"));
    HOST_AWAIT(self, requests_active, (uint64_t)i + 1);
  }
}

static void expect_held(client *others, int count) {
  for (int i = 0; i < count; i++) {
    char body[16];
    snprintf(body, sizeof body, "held %d", i);
    client_expect(&others[i], 200, body);
    client_close(&others[i]);
  }
}

static void a_handler_may_answer_other_connections(void **state) {
  host *self = *state;
  host_route(self, "GET /held", host_hold);
  host_route(self, "GET /answer", answer_others);
  host_start(self);
  client others[OTHERS];
  connect_held(self, others, OTHERS);
  host_expect(self, GET("/answer"), 200, "own");
  expect_held(others, OTHERS);
}

static void stream_to_held(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  mt_exchange *other = host_take(user_data);
  assert_int_equal(mt_exchange_stream_start(other, MT_LENGTH_UNKNOWN, NULL, NULL, NULL), MT_OK);
  assert_int_equal(mt_exchange_stream_write(other, MT_SLICE("one ")), MT_OK);
  assert_int_equal(mt_exchange_stream_write(other, MT_SLICE("two")), MT_OK);
  assert_int_equal(mt_exchange_stream_end(other), MT_OK);
  mt_exchange_release(other);
  mt_response_body_copy(response, MT_SLICE("own"));
}

static void a_handler_may_stream_to_another_connection(void **state) {
  host *self = *state;
  host_route(self, "GET /held", host_hold);
  host_route(self, "GET /stream", stream_to_held);
  host_start(self);
  client other;
  connect_held(self, &other, 1);
  host_expect(self, GET("/stream"), 200, "own");
  client_expect(&other, 200, "one two");
  client_close(&other);
}

static void a_handler_may_stream_to_a_request_before_its_own(void **state) {
  host *self = *state;
  host_route(self, "GET /held", host_hold);
  host_route(self, "GET /stream", stream_to_held);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET("/held") GET("/stream"));
  client_expect(&peer, 200, "one two");
  client_expect(&peer, 200, "own");
  client_close(&peer);
}

static void answer_one(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  answer_held(user_data, 1);
}

static void hold_until_cancelled(mt_request *request, mt_response *response, void *user_data) {
  (void)response;
  mt_exchange *exchange;
  assert_int_equal(mt_request_defer(request, &exchange), MT_OK);
  assert_int_equal(mt_exchange_on_cancel(exchange, answer_one, user_data, NULL), MT_OK);
  mt_exchange_acquire(exchange);
  host *self = user_data;
  pthread_mutex_lock(&self->mutex);
  self->held[HOST_HELD_MAX - 1] = exchange;
  pthread_mutex_unlock(&self->mutex);
  mt_exchange_release(exchange);
}

static void the_end_of_one_connection_may_answer_another(void **state) {
  host *self = *state;
  host_route(self, "GET /held", host_hold);
  host_route(self, "GET /leave", hold_until_cancelled);
  host_start(self);
  client other;
  connect_held(self, &other, 1);
  client leaver = host_connect(self);
  client_send(&leaver, GET("/leave"));
  HOST_AWAIT(self, requests_active, 2);
  client_reset(&leaver);
  expect_held(&other, 1);
  mt_exchange_release(self->held[HOST_HELD_MAX - 1]);
}

static void answer_next(void *user_data) {
  answer_held(user_data, 1);
}

/** Answers the oldest held with a body whose end answers the one after it. */
static void answer_in_a_chain(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  static const char lent[] = "held 0";
  mt_exchange *first = host_take(user_data);
  mt_response_body_borrow(mt_exchange_response(first), (mt_slice){lent, sizeof lent - 1},
                          answer_next, user_data);
  assert_int_equal(mt_exchange_complete(first), MT_OK);
  mt_exchange_release(first);
  mt_response_body_copy(response, MT_SLICE("own"));
}

static void an_answer_that_waited_may_make_the_next_one_ready(void **state) {
  host *self = *state;
  host_route(self, "GET /held", host_hold);
  host_route(self, "GET /answer", answer_in_a_chain);
  host_start(self);
  client others[2];
  connect_held(self, others, 2);
  host_expect(self, GET("/answer"), 200, "own");
  expect_held(&others[0], 1);
  expect_held(&others[1], 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_handler_may_answer_other_connections),
      HOST_TEST(a_handler_may_stream_to_another_connection),
      HOST_TEST(a_handler_may_stream_to_a_request_before_its_own),
      HOST_TEST(the_end_of_one_connection_may_answer_another),
      HOST_TEST(an_answer_that_waited_may_make_the_next_one_ready),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
