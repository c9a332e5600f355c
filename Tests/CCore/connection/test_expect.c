/* Expect: 100-continue, RFC 9110 §10.1.1; trailer sections, RFC 9112 §7.1.2. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

#define EXPECTING "Host: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"

static void ignore_body(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_status_set(response, 403);
}

static void start_usual(host *self) {
  self->config.max_body_bytes = 100;
  host_route(self, "POST /echo", host_echo);
  host_route_stream(self, "POST /unwanted", ignore_body);
  host_route(self, "GET /later", host_hold);
  host_start(self);
}

static void expect_invitation(client *peer) {
  reply answer = client_receive(peer);
  assert_int_equal(answer.status, 100);
  assert_string_equal(answer.head, "HTTP/1.1 100 Continue\r\n\r\n");
  reply_free(&answer);
}

static void invites_the_body_that_a_client_holds_back(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  for (int round = 0; round < 2; round++) {
    client_send(&peer, "POST /echo HTTP/1.1\r\n" EXPECTING);
    expect_invitation(&peer);
    client_send(&peer, "body");
    client_expect(&peer, 200, "body");
  }
  client_close(&peer);
  assert_int_equal(host_stats(self).responses[1], 2);
}

static void owes_no_invitation_when_the_body_is_there(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, "POST /echo HTTP/1.1\r\n" EXPECTING "body");
  client_expect(&peer, 200, "body");
  client_send(&peer, "POST /echo HTTP/1.1\r\n" EXPECTING "b");
  client_expect_silence(&peer);
  client_send(&peer, "ody");
  client_expect(&peer, 200, "body");
  client_send(&peer, "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\n" EXPECTING);
  client_expect_silence(&peer);
  client_send(&peer, "body");
  client_expect(&peer, 200, "body");
  client_close(&peer);
}

static void invites_no_body_that_is_refused(void **state) {
  static const struct {
    const char *request;
    int status;
  } cases[] = {
      {"POST /none HTTP/1.1\r\n" EXPECTING, 404},
      {"POST /unwanted HTTP/1.1\r\n" EXPECTING, 403},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n",
       413},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 4\r\n\r\n", 417},
  };
  host *self = *state;
  start_usual(self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    client peer = host_connect(self);
    client_send(&peer, cases[i].request);
    reply answer = client_receive(&peer);
    assert_int_equal(answer.status, cases[i].status);
    assert_true(reply_has(&answer, "Connection: close"));
    reply_free(&answer);
    client_expect_end(&peer);
    client_close(&peer);
  }
}

static void invites_when_it_is_that_requests_turn(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\n" EXPECTING);
  mt_exchange *first = host_take(self);
  HOST_AWAIT(self, requests_total, 2);
  client_expect_silence(&peer);
  assert_int_equal(host_answer(first, "first"), MT_OK);
  client_expect(&peer, 200, "first");
  expect_invitation(&peer);
  client_send(&peer, "body");
  client_expect(&peer, 200, "body");
  client_close(&peer);
}

static void forgets_the_invitation_once_the_body_comes(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\n" EXPECTING);
  HOST_AWAIT(self, requests_total, 2);
  uint64_t received = host_stats(self).bytes_received;
  client_send(&peer, "bo");
  HOST_AWAIT(self, bytes_received, received + 2);
  assert_int_equal(host_answer(host_take(self), "first"), MT_OK);
  client_expect(&peer, 200, "first");
  client_expect_silence(&peer);
  client_send(&peer, "dy");
  client_expect(&peer, 200, "body");
  client_close(&peer);
}

/* --- a handler that answers while it reads --- */

static mt_flow echo_piece(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)status;
  if (event == MT_BODY_DATA) mt_exchange_stream_write(user_data, bytes);
  if (event == MT_BODY_END) mt_exchange_stream_end(user_data);
  return MT_FLOW_CONTINUE;
}

static void end_echo(void *user_data) {
  mt_exchange_release(user_data);
}

static void answer_while_reading(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) {
    mt_response_status_set(response, 503);
    return;
  }
  mt_request_body_stream(request, echo_piece, exchange, end_echo);
  mt_exchange_stream_start(exchange, 4, NULL, NULL, NULL);
}

static void invites_before_an_answer_that_begins_while_the_body_is_read(void **state) {
  host *self = *state;
  host_route_stream(self, "POST /echo", answer_while_reading);
  host_start(self);
  client peer = host_connect(self);
  for (int round = 0; round < 2; round++) {
    client_send(&peer, "POST /echo HTTP/1.1\r\n" EXPECTING);
    expect_invitation(&peer);
    client_send(&peer, "body");
    client_expect(&peer, 200, "body");
  }
  client_close(&peer);
}

/* --- trailers --- */

static void tell_trailers(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  char text[512];
  size_t size = 0;
  for (size_t i = 0; i < mt_request_trailer_count(request); i++) {
    mt_field field = mt_request_trailer_at(request, i);
    size += (size_t)snprintf(text + size, sizeof text - size, "%.*s=%.*s;", (int)field.name.size,
                             field.name.data, (int)field.value.size, field.value.data);
  }
  mt_field none = mt_request_trailer_at(request, mt_request_trailer_count(request));
  if (none.name.size || none.value.size) mt_response_status_set(response, 500);
  mt_response_body_copy(response, (mt_slice){text, size});
}

#define CHUNKED                                                                                    \
  "POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"

static void hands_trailers_to_the_handler(void **state) {
  host *self = *state;
  host_route(self, "POST /trailers", tell_trailers);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, CHUNKED "A: 1\r\nB:  two \r\n\r\n");
  client_expect(&peer, 200, "A=1;B=two;");
  client_send(&peer, CHUNKED "\r\n");
  client_expect(&peer, 200, "");
  static const char slow[] = CHUNKED "First: in pieces\r\nSecond: too\r\n\r\n";
  for (const char *at = slow; *at; at++) client_send_bytes(&peer, at, 1);
  client_expect(&peer, 200, "First=in pieces;Second=too;");
  client_close(&peer);
}

static void refuses_bad_trailers(void **state) {
  static const struct {
    const char *trailers;
    int status;
  } cases[] = {
      {"A : 1\r\n\r\n", 400},
      {"Content-Length: 1\r\n\r\n", 400},
      {" folded: 1\r\n\r\n", 400},
      {"A: 1\r\nB: 2\r\nC: 3\r\n\r\n", 431},
  };
  host *self = *state;
  self->config.max_header_fields = 2;
  host_route(self, "POST /trailers", tell_trailers);
  host_start(self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    client peer = host_connect(self);
    client_send(&peer, CHUNKED);
    client_send(&peer, cases[i].trailers);
    client_expect(&peer, cases[i].status, NULL);
    client_expect_end(&peer);
    client_close(&peer);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(invites_the_body_that_a_client_holds_back),
      HOST_TEST(owes_no_invitation_when_the_body_is_there),
      HOST_TEST(invites_no_body_that_is_refused),
      HOST_TEST(invites_when_it_is_that_requests_turn),
      HOST_TEST(forgets_the_invitation_once_the_body_comes),
      HOST_TEST(invites_before_an_answer_that_begins_while_the_body_is_read),
      HOST_TEST(hands_trailers_to_the_handler),
      HOST_TEST(refuses_bad_trailers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
