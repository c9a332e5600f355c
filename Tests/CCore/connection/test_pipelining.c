/* Requests behind one another on one connection: RFC 9112 §9.3.2. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

enum { MANY = 1000 };

/** Completes what is held as it comes, a few at a time and the last of them first. */
static void *answer_held(void *user_data) {
  host *self = user_data;
  mt_exchange *few[3];
  for (int left = MANY / 3; left > 0;) {
    int count = 0;
    while (count < 3 && count < left) {
      few[count] = host_take(self);
      if (!few[count]) return NULL;
      count++;
    }
    for (int i = count; i-- > 0; left--) {
      mt_slice number = mt_request_parameter_at(mt_exchange_request(few[i]), 0).value;
      mt_response_body_copy(mt_exchange_response(few[i]), number);
      mt_exchange_complete(few[i]);
      mt_exchange_release(few[i]);
    }
  }
  return NULL;
}

static size_t write_requests(char *out, size_t capacity) {
  static const char *const kinds[] = {"now", "worker", "later"};
  size_t size = 0;
  for (int i = 0; i < MANY; i++)
    size += (size_t)snprintf(out + size, capacity - size, "GET /%s/%d HTTP/1.1\r\nHost: a\r\n\r\n",
                             kinds[i % 3], i);
  return size;
}

static void answers_a_thousand_mixed_requests_of_one_write_in_order(void **state) {
  host *self = *state;
  host_route(self, "GET /now/{n}", host_parameter);
  host_route_worker(self, "GET /worker/{n}", host_parameter);
  host_route(self, "GET /later/{n}", host_hold);
  host_start(self);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, answer_held, self), 0);
  static char requests[MANY * 64];
  size_t size = write_requests(requests, sizeof requests);
  client peer = host_connect(self);
  client_send_bytes(&peer, requests, size);
  for (int i = 0; i < MANY; i++) {
    char number[16];
    snprintf(number, sizeof number, "%d", i);
    client_expect(&peer, 200, number);
  }
  pthread_join(thread, NULL);
  client_close(&peer);
  assert_int_equal(host_stats(self).requests_total, MANY);
  HOST_AWAIT(self, requests_active, 0);
}

static void serves_no_more_at_once_than_may_be_pipelined(void **state) {
  host *self = *state;
  self->config.max_pipelined_requests = 4;
  host_route(self, "GET /later/{n}", host_hold);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 0; i < 10; i++) client_send(&peer, "GET /later/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  HOST_AWAIT(self, requests_total, 4);
  client_expect_silence(&peer);
  assert_int_equal(host_stats(self).requests_total, 4);
  assert_int_equal(host_answer(host_take(self), "first"), MT_OK);
  client_expect(&peer, 200, "first");
  HOST_AWAIT(self, requests_total, 5);
  for (int i = 0; i < 9; i++) {
    assert_int_equal(host_answer(host_take(self), "further"), MT_OK);
    client_expect(&peer, 200, "further");
  }
  assert_int_equal(host_stats(self).requests_total, 10);
  client_close(&peer);
}

static void holds_an_early_answer_until_its_turn(void **state) {
  host *self = *state;
  host_route(self, "GET /later", host_hold);
  host_route(self, "GET /now", host_hello);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n");
  mt_exchange *first = host_take(self);
  client_expect_silence(&peer);
  assert_int_equal(host_answer(first, "late"), MT_OK);
  client_expect(&peer, 200, "late");
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void answers_everything_to_a_client_that_sends_no_more(void **state) {
  host *self = *state;
  host_route(self, "GET /later", host_hold);
  host_route_worker(self, "GET /worker", host_hello);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 0; i < 3; i++)
    client_send(&peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /worker HTTP/1.1\r\nHost: a\r\n"
                       "\r\n");
  client_half_close(&peer);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(host_answer(host_take(self), "late"), MT_OK);
    client_expect(&peer, 200, "late");
    client_expect(&peer, 200, "hello");
  }
  client_expect_end(&peer);
  client_close(&peer);
}

static void answers_nothing_behind_a_request_to_close(void **state) {
  host *self = *state;
  host_route(self, "GET /{n}", host_parameter);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                     "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                     "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  client_expect(&peer, 200, "1");
  client_expect(&peer, 200, "2");
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(host_stats(self).requests_total, 2);
}

static void answers_those_in_front_of_a_malformed_request(void **state) {
  host *self = *state;
  host_route(self, "GET /later", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET  /b HTTP/1.1\r\n\r\n");
  assert_int_equal(host_answer(host_take(self), "good"), MT_OK);
  client_expect(&peer, 200, "good");
  reply answer = client_receive(&peer);
  assert_int_equal(answer.status, 400);
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
}

static void gives_the_same_answers_however_requests_are_split(void **state) {
  host *self = *state;
  host_route(self, "POST /echo", host_echo);
  host_route(self, "GET /{n}", host_parameter);
  host_start(self);
  static const char requests[] =
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nwhole"
      "GET /one HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nchu\r\n4\r\nnked\r\n0\r\nTrailer-Field: z\r\n\r\n"
      "GET /two HTTP/1.1\r\nHost: a\r\n\r\n";
  client peer = host_connect(self);
  for (size_t split = 1; split < sizeof requests - 1; split++) {
    client_send_bytes(&peer, requests, split);
    /* The server has to have read the first part by itself. */
    uint64_t received = host_stats(self).bytes_received;
    uint64_t whole = (received / (sizeof requests - 1)) * (sizeof requests - 1) + split;
    HOST_AWAIT(self, bytes_received, whole);
    client_send_bytes(&peer, requests + split, sizeof requests - 1 - split);
    client_expect(&peer, 200, "whole");
    client_expect(&peer, 200, "one");
    client_expect(&peer, 200, "chunked");
    client_expect(&peer, 200, "two");
  }
  client_close(&peer);
}

static void takes_requests_octet_by_octet(void **state) {
  host *self = *state;
  host_route(self, "POST /echo", host_echo);
  host_start(self);
  client peer = host_connect(self);
  static const char request[] =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nab\r\n0\r\n\r\n";
  for (int round = 0; round < 3; round++) {
    for (const char *at = request; *at; at++) client_send_bytes(&peer, at, 1);
    client_expect(&peer, 200, "ab");
  }
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(answers_a_thousand_mixed_requests_of_one_write_in_order),
      HOST_TEST(serves_no_more_at_once_than_may_be_pipelined),
      HOST_TEST(holds_an_early_answer_until_its_turn),
      HOST_TEST(answers_everything_to_a_client_that_sends_no_more),
      HOST_TEST(answers_nothing_behind_a_request_to_close),
      HOST_TEST(answers_those_in_front_of_a_malformed_request),
      HOST_TEST(gives_the_same_answers_however_requests_are_split),
      HOST_TEST(takes_requests_octet_by_octet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
