/* Request bodies that a handler takes piece by piece. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

/** What the body's consumer was told, and how it answers. */
static struct {
  host *host;
  atomic_int octets, pieces, ended, failed, destroyed, failure, trailers;
  atomic_bool pauses;          /* after each piece */
  atomic_bool is_out_of_order; /* octets that do not go round the alphabet */
  bool answers_at_once;
  mt_exchange *exchange;
} consumer;

static void destroy_consumer(void *user_data) {
  (void)user_data;
  atomic_fetch_add(&consumer.destroyed, 1);
}

static mt_flow consume(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)user_data;
  if (event == MT_BODY_DATA) {
    int before = atomic_fetch_add(&consumer.octets, (int)bytes.size);
    for (size_t i = 0; i < bytes.size; i++)
      if (bytes.data[i] != 'a' + (before + (int)i) % 26)
        atomic_store(&consumer.is_out_of_order, true);
    atomic_fetch_add(&consumer.pieces, 1);
    return atomic_load(&consumer.pauses) ? MT_FLOW_PAUSE : MT_FLOW_CONTINUE;
  }
  size_t trailers = mt_request_trailer_count(mt_exchange_request(consumer.exchange));
  atomic_store(&consumer.trailers, (int)trailers);
  atomic_store(&consumer.failure, (int)status);
  atomic_fetch_add(event == MT_BODY_END ? &consumer.ended : &consumer.failed, 1);
  return MT_FLOW_CONTINUE;
}

static void begin(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_request_body_stream(request, consume, NULL, destroy_consumer);
  mt_request_defer(request, &consumer.exchange);
  if (!consumer.answers_at_once) return;
  mt_response_body_copy(response, MT_SLICE("early"));
  mt_exchange_complete(consumer.exchange);
}

static void start_consuming(host *self) {
  memset(&consumer, 0, sizeof consumer);
  consumer.host = self;
  host_route_stream(self, "POST /stream", begin);
  host_route(self, "GET /", host_hello);
  host_start(self);
}

static void answer_and_check_end(client *peer, const char *body) {
  host_await_number(&consumer.destroyed, 1);
  assert_int_equal(atomic_load(&consumer.ended), 1);
  assert_int_equal(atomic_load(&consumer.failed), 0);
  assert_int_equal(atomic_load(&consumer.failure), MT_OK);
  assert_int_equal(host_answer(consumer.exchange, body), MT_OK);
  client_expect(peer, 200, body);
}

#define LENGTH(n) "POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: " #n "\r\n\r\n"
#define CHUNKED   "POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

static void hands_over_each_piece_as_it_comes(void **state) {
  host *self = *state;
  start_consuming(self);
  client peer = host_connect(self);
  client_send(&peer, LENGTH(10) "01234");
  host_await_number(&consumer.octets, 5);
  assert_int_equal(atomic_load(&consumer.ended), 0);
  client_send(&peer, "56789GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  answer_and_check_end(&peer, "done");
  assert_int_equal(atomic_load(&consumer.octets), 10);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void hands_over_chunks_and_then_trailers(void **state) {
  host *self = *state;
  start_consuming(self);
  client peer = host_connect(self);
  client_send(&peer, CHUNKED "3\r\nabc\r\n");
  host_await_number(&consumer.octets, 3);
  client_send(&peer, "2\r\nde\r\n0\r\nA: b\r\n\r\n");
  answer_and_check_end(&peer, "done");
  assert_int_equal(atomic_load(&consumer.octets), 5);
  assert_int_equal(atomic_load(&consumer.trailers), 1);
  client_close(&peer);
}

static void hands_over_small_chunks_together_and_in_order(void **state) {
  enum { CHUNKS = 5000, READS_MAX = 50 };
  static char body[CHUNKS * 8];
  host *self = *state;
  start_consuming(self);
  client peer = host_connect(self);
  client_send(&peer, CHUNKED);
  for (size_t i = 0; i < CHUNKS; i++) {
    const char chunk[] = {'1', '\r', '\n', (char)('a' + i % 26), '\r', '\n'};
    memcpy(body + i * sizeof chunk, chunk, sizeof chunk);
  }
  client_send(&peer, body);
  client_send(&peer, "0\r\n\r\n");
  answer_and_check_end(&peer, "done");
  assert_int_equal(atomic_load(&consumer.octets), CHUNKS);
  assert_true(atomic_load(&consumer.pieces) <= READS_MAX);
  assert_false(atomic_load(&consumer.is_out_of_order));
  client_close(&peer);
}

static void says_the_end_of_a_body_that_is_empty(void **state) {
  static const char *const requests[] = {LENGTH(0), CHUNKED "0\r\n\r\n",
                                         "POST /stream HTTP/1.1\r\nHost: a\r\n\r\n"};
  host *self = *state;
  start_consuming(self);
  for (int i = 0; i < 3; i++) {
    client peer = host_connect(self);
    client_send(&peer, requests[i]);
    answer_and_check_end(&peer, "none");
    assert_int_equal(atomic_load(&consumer.octets), 0);
    client_close(&peer);
    atomic_store(&consumer.ended, 0);
    atomic_store(&consumer.destroyed, 0);
  }
}

static void reads_no_further_while_the_consumer_pauses(void **state) {
  host *self = *state;
  self->config.max_body_bytes = 8000000;
  start_consuming(self);
  atomic_store(&consumer.pauses, true);
  client peer = host_connect(self);
  enum { SIZE = 8000000 };
  client_send(&peer, LENGTH(8000000));
  char *body = calloc(1, SIZE);
  assert_non_null(body);
  size_t sent = client_send_some(&peer, body, SIZE);
  host_await_number(&consumer.pieces, 1);
  assert_true(sent < SIZE);
  assert_true(host_stats(self).bytes_received < 200000);
  assert_int_equal(mt_exchange_body_resume(consumer.exchange), MT_OK);
  host_await_number(&consumer.pieces, 2);
  atomic_store(&consumer.pauses, false);
  assert_int_equal(mt_exchange_body_resume(consumer.exchange), MT_OK);
  client_send_bytes(&peer, body + sent, SIZE - sent);
  answer_and_check_end(&peer, "done");
  assert_int_equal(atomic_load(&consumer.octets), SIZE);
  free(body);
  client_close(&peer);
}

static void check_that_a_pause_holds_the_end_back(host *self, const char *request) {
  start_consuming(self);
  atomic_store(&consumer.pauses, true);
  client peer = host_connect(self);
  client_send(&peer, request);
  host_await_number(&consumer.pieces, 1);
  host_sleep_ms(50);
  assert_int_equal(atomic_load(&consumer.ended), 0);
  assert_int_equal(mt_exchange_body_resume(consumer.exchange), MT_OK);
  answer_and_check_end(&peer, "done");
  client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void holds_the_end_back_while_the_consumer_pauses(void **state) {
  check_that_a_pause_holds_the_end_back(*state, LENGTH(4) "body");
}

static void holds_the_end_of_chunks_back_while_the_consumer_pauses(void **state) {
  check_that_a_pause_holds_the_end_back(*state, CHUNKED "4\r\nbody\r\n0\r\n\r\n");
}

static void an_early_answer_ends_the_consumer(void **state) {
  host *self = *state;
  start_consuming(self);
  client peer = host_connect(self);
  client_send(&peer, LENGTH(10) "01234");
  host_await_number(&consumer.octets, 5);
  assert_int_equal(host_answer(consumer.exchange, "enough"), MT_OK);
  client_expect(&peer, 200, "enough");
  host_await_number(&consumer.destroyed, 1);
  assert_int_equal(atomic_load(&consumer.failed), 1);
  assert_int_equal(atomic_load(&consumer.failure), MT_ERROR_CLOSED);
  client_send(&peer, "56789GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client_expect(&peer, 200, "hello");
  assert_int_equal(atomic_load(&consumer.octets), 5);
  client_close(&peer);
}

static void an_early_answer_to_a_large_body_closes(void **state) {
  host *self = *state;
  start_consuming(self);
  consumer.answers_at_once = true;
  client peer = host_connect(self);
  client_send(&peer, LENGTH(1000000) "01234");
  reply answer = client_receive(&peer);
  assert_string_equal(answer.body, "early");
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
  host_await_number(&consumer.destroyed, 1);
  mt_exchange_release(consumer.exchange);
}

/** What the client does then, nobody can tell: RFC 9110 §10.1.1. */
static void an_early_answer_to_a_client_that_waits_closes(void **state) {
  host *self = *state;
  start_consuming(self);
  consumer.answers_at_once = true;
  client peer = host_connect(self);
  client_send(&peer, "POST /stream HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                     "Content-Length: 4\r\n\r\n");
  reply answer = client_receive(&peer);
  assert_string_equal(answer.body, "early");
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
  mt_exchange_release(consumer.exchange);
}

static void a_peer_that_leaves_ends_the_consumer(void **state) {
  host *self = *state;
  start_consuming(self);
  client peer = host_connect(self);
  client_send(&peer, LENGTH(10) "01234");
  host_await_number(&consumer.octets, 5);
  client_reset(&peer);
  host_await_number(&consumer.destroyed, 1);
  assert_int_equal(atomic_load(&consumer.failure), MT_ERROR_CLOSED);
  assert_int_equal(host_answer(consumer.exchange, "lost"), MT_ERROR_CLOSED);
}

static void tells_the_consumer_why_a_body_fails(void **state) {
  static const struct {
    const char *rest;
    mt_status status;
  } cases[] = {
      {"zz\r\n", MT_ERROR_MALFORMED},
      {"0\r\nA: 1\r\nB : 2\r\n\r\n", MT_ERROR_MALFORMED},
      {"ff\r\n", MT_ERROR_LIMIT},
  };
  host *self = *state;
  self->config.max_body_bytes = 10;
  start_consuming(self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    atomic_store(&consumer.destroyed, 0);
    client peer = host_connect(self);
    client_send(&peer, CHUNKED "1\r\nx\r\n");
    client_send(&peer, cases[i].rest);
    if (cases[i].status == MT_ERROR_LIMIT) client_send(&peer, "more than ten octets");
    host_await_number(&consumer.destroyed, 1);
    assert_int_equal(atomic_load(&consumer.failure), cases[i].status);
    assert_int_equal(atomic_load(&consumer.trailers), 0);
    mt_response_status_set(mt_exchange_response(consumer.exchange), 422);
    assert_int_equal(host_answer(consumer.exchange, "bad"), MT_OK);
    reply answer = client_receive(&peer);
    assert_int_equal(answer.status, 422);
    assert_true(reply_has(&answer, "Connection: close"));
    reply_free(&answer);
    client_expect_end(&peer);
    client_close(&peer);
  }
}

/** The response is filled on one thread while another takes what is left of the body. */
static void takes_trailers_while_the_response_is_filled(void **state) {
  host *self = *state;
  start_consuming(self);
  client peer = host_connect(self);
  for (int round = 1; round <= 20; round++) {
    client_send(&peer, CHUNKED "1\r\nx\r\n");
    host_await_number(&consumer.octets, round);
    client_send(&peer, "0\r\nA: 1\r\n\r\n");
    mt_response *response = mt_exchange_response(consumer.exchange);
    for (int i = 0; i < 200; i++)
      mt_response_field_add(response, MT_SLICE("X-Field"), MT_SLICE("a value of some length"));
    host_await_number(&consumer.ended, round);
    assert_int_equal(host_answer(consumer.exchange, "both"), MT_OK);
    client_expect(&peer, 200, "both");
  }
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(hands_over_each_piece_as_it_comes),
      HOST_TEST(hands_over_chunks_and_then_trailers),
      HOST_TEST(hands_over_small_chunks_together_and_in_order),
      HOST_TEST(says_the_end_of_a_body_that_is_empty),
      HOST_TEST(reads_no_further_while_the_consumer_pauses),
      HOST_TEST(holds_the_end_back_while_the_consumer_pauses),
      HOST_TEST(holds_the_end_of_chunks_back_while_the_consumer_pauses),
      HOST_TEST(an_early_answer_ends_the_consumer),
      HOST_TEST(an_early_answer_to_a_large_body_closes),
      HOST_TEST(an_early_answer_to_a_client_that_waits_closes),
      HOST_TEST(a_peer_that_leaves_ends_the_consumer),
      HOST_TEST(tells_the_consumer_why_a_body_fails),
      HOST_TEST(takes_trailers_while_the_response_is_filled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
