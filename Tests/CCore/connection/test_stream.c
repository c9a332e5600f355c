/* Responses that are written piece by piece: RFC 9112 §7.1. */
#include <unistd.h>

#include "support/check.h"
#include "support/host.h"

static void start_holding(host *self) {
  host_route(self, "GET /", host_hold);
  host_route(self, "GET /now", host_hello);
  host_start(self);
}

#define GET     "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_NOW "GET /now HTTP/1.1\r\nHost: a\r\n\r\n"

static mt_exchange *open_stream(host *self, client *peer, const char *request, uint64_t length) {
  client_send(peer, request);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(mt_exchange_stream_start(exchange, length, NULL, self, host_count_destroyed),
                   MT_OK);
  return exchange;
}

static void end_stream(mt_exchange *exchange) {
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
  mt_exchange_release(exchange);
}

static void sends_a_stream_of_unknown_length_in_chunks(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(self, &peer, GET GET_NOW, MT_LENGTH_UNKNOWN);
  reply head = client_receive_head(&peer); /* before a piece is written */
  assert_true(reply_has(&head, "Transfer-Encoding: chunked"));
  assert_false(reply_has_field(&head, "Content-Length"));
  reply_free(&head);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("one")), MT_OK);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("")), MT_OK);
  char octets[64] = "";
  assert_int_equal(client_read(&peer, octets, 8), 8);
  assert_string_equal(octets, "3\r\none\r\n");
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("0123456789abcdef")), MT_OK);
  end_stream(exchange);
  memset(octets, 0, sizeof octets);
  assert_int_equal(client_read(&peer, octets, 4 + 16 + 2 + 5), 27);
  assert_string_equal(octets, "10\r\n0123456789abcdef\r\n0\r\n\r\n");
  client_expect(&peer, 200, "hello");
  client_close(&peer);
  host_await_number(&self->destroyed, 1);
}

static void sends_a_stream_of_known_length_as_it_is(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(self, &peer, GET GET_NOW, 6);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("one")), MT_OK);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("two")), MT_OK);
  end_stream(exchange);
  reply answer = client_receive(&peer);
  assert_true(reply_has(&answer, "Content-Length: 6"));
  assert_string_equal(answer.body, "onetwo");
  reply_free(&answer);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void takes_no_more_than_was_announced(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(self, &peer, GET, 4);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("five!")), MT_ERROR_LIMIT);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("abc")), MT_OK);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("de")), MT_ERROR_LIMIT);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("d")), MT_OK);
  end_stream(exchange);
  client_expect(&peer, 200, "abcd");
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(host_count_log(self, "3 a response stream was written past its announced"), 1);
}

static void closes_behind_less_than_was_announced(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(self, &peer, GET GET_NOW, 10);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("short")), MT_OK);
  end_stream(exchange);
  reply answer = client_receive(&peer);
  assert_true(answer.is_cut);
  assert_string_equal(answer.body, "short");
  reply_free(&answer);
  client_close(&peer);
  host_await_log(self, "3 a response stream ended 5 bytes before its announced length");
}

static void ends_a_stream_to_http_1_0_with_the_connection(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(
      self, &peer, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", MT_LENGTH_UNKNOWN);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("until ")), MT_OK);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("the end")), MT_OK);
  end_stream(exchange);
  reply answer = client_receive(&peer);
  assert_true(reply_has(&answer, "Connection: close"));
  assert_false(reply_has_field(&answer, "Transfer-Encoding"));
  assert_string_equal(answer.body, "until the end");
  reply_free(&answer);
  client_close(&peer);
}

static void drops_the_octets_of_a_stream_that_answers_head(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(self, &peer, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 3);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("one")), MT_OK);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("x")), MT_ERROR_LIMIT);
  end_stream(exchange);
  reply answer = client_receive_head(&peer);
  assert_true(reply_has(&answer, "Content-Length: 3"));
  reply_free(&answer);
  exchange = open_stream(self, &peer, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", MT_LENGTH_UNKNOWN);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("many")), MT_OK);
  end_stream(exchange);
  answer = client_receive_head(&peer);
  assert_true(reply_has(&answer, "Transfer-Encoding: chunked"));
  reply_free(&answer);
  client_send(&peer, GET_NOW);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void keeps_what_is_written_before_its_turn(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *first = host_take(self);
  mt_exchange *second = open_stream(self, &peer, GET, MT_LENGTH_UNKNOWN);
  assert_int_equal(mt_exchange_stream_write(second, MT_SLICE("early ")), MT_OK);
  client_expect_silence(&peer);
  assert_int_equal(host_answer(first, "first"), MT_OK);
  client_expect(&peer, 200, "first");
  assert_int_equal(mt_exchange_stream_write(second, MT_SLICE("and late")), MT_OK);
  end_stream(second);
  client_expect(&peer, 200, "early and late");
  client_close(&peer);
}

static void refuses_what_does_not_fit_the_stream(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("x")), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_exchange_body_resume(exchange), MT_ERROR_INVALID_STATE);
  mt_response *response = mt_exchange_response(exchange);
  assert_int_equal(mt_response_body_borrow(response, MT_SLICE("old"), host_count_destroyed, self),
                   MT_OK);
  assert_int_equal(mt_exchange_stream_start(exchange, 1, NULL, NULL, NULL), MT_OK);
  assert_int_equal(atomic_load(&self->destroyed), 1);
  assert_int_equal(mt_exchange_stream_start(exchange, 1, NULL, self, host_count_destroyed),
                   MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&self->destroyed), 2);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_response_status_set(response, 201), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("x")), MT_OK);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("x")), MT_ERROR_INVALID_STATE);
  mt_exchange_release(exchange);
  client_expect(&peer, 200, "x");
  client_close(&peer);
}

static void cuts_a_stream_that_is_released_before_its_end(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(self, &peer, GET, MT_LENGTH_UNKNOWN);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("some")), MT_OK);
  mt_exchange_release(exchange);
  reply answer = client_receive(&peer);
  assert_true(answer.is_cut);
  reply_free(&answer);
  client_close(&peer);
  host_await_number(&self->destroyed, 1);
  assert_true(host_has_log(self, "3 a response stream was released before its end"));
  HOST_AWAIT(self, connections_open, 0);
}

static void tells_a_writer_that_its_peer_left(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = open_stream(self, &peer, GET, MT_LENGTH_UNKNOWN);
  client_reset(&peer);
  mt_status status = MT_OK;
  uint64_t since = host_now_ms();
  while (status != MT_ERROR_CLOSED && host_now_ms() - since < CLIENT_PATIENCE_MS) {
    status = mt_exchange_stream_write(exchange, MT_SLICE("is anybody there?"));
    if (status == MT_BACKPRESSURE) usleep(1000); /* the reactor has yet to see any of it */
  }
  assert_int_equal(status, MT_ERROR_CLOSED);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_ERROR_CLOSED);
  host_await_number(&self->destroyed, 1);
  mt_exchange_release(exchange);
  assert_false(host_has_log(self, "3 "));
}

/* --- on the reactor itself --- */

static void write_at_once(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  mt_exchange *exchange;
  mt_response_field_add(response, MT_SLICE("X-Stream"), MT_SLICE("yes"));
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, NULL, self, host_count_destroyed);
  for (int i = 0; i < 1000; i++) mt_exchange_stream_write(exchange, MT_SLICE("0123456789"));
  mt_exchange_stream_end(exchange);
  mt_exchange_release(exchange);
}

static void streams_from_inside_the_handler(void **state) {
  host *self = *state;
  host_route(self, "GET /", write_at_once);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET GET GET);
  for (int i = 0; i < 3; i++) {
    reply answer = client_receive(&peer);
    assert_true(reply_has(&answer, "X-Stream: yes"));
    assert_int_equal(answer.body_size, 10000);
    reply_free(&answer);
  }
  client_close(&peer);
  host_await_number(&self->destroyed, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(sends_a_stream_of_unknown_length_in_chunks),
      HOST_TEST(sends_a_stream_of_known_length_as_it_is),
      HOST_TEST(takes_no_more_than_was_announced),
      HOST_TEST(closes_behind_less_than_was_announced),
      HOST_TEST(ends_a_stream_to_http_1_0_with_the_connection),
      HOST_TEST(drops_the_octets_of_a_stream_that_answers_head),
      HOST_TEST(keeps_what_is_written_before_its_turn),
      HOST_TEST(refuses_what_does_not_fit_the_stream),
      HOST_TEST(cuts_a_stream_that_is_released_before_its_end),
      HOST_TEST(tells_a_writer_that_its_peer_left),
      HOST_TEST(streams_from_inside_the_handler),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
