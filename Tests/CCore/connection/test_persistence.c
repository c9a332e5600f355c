/* When a connection goes on and when it ends: RFC 9112 §9; what an answer without a body looks
 * like: RFC 9110 §9.3.2, §15.3.5, §15.4.5. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

static void answer_with_status(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice text = mt_request_parameter_at(request, 0).value;
  char number[8];
  snprintf(number, sizeof number, "%.*s", (int)text.size, text.data);
  mt_response_status_set(response, atoi(number));
  mt_response_body_copy(response, MT_SLICE("a body"));
}

static void answer_and_close(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_field_add(response, MT_SLICE("Connection"), MT_SLICE("close"));
  mt_response_body_copy(response, MT_SLICE("bye"));
}

static void goes_on_or_ends_as_the_request_asks(void **state) {
  static const struct {
    const char *version, *field;
    bool goes_on;
    const char *said;
  } cases[] = {
      {"1.1", "", true, NULL},
      {"1.1", "Connection: close\r\n", false, "Connection: close"},
      {"1.1", "Connection: Close, x\r\n", false, "Connection: close"},
      {"1.1", "Connection: keep-alive\r\n", true, NULL},
      {"1.0", "", false, "Connection: close"},
      {"1.0", "Connection: keep-alive\r\n", true, "Connection: keep-alive"},
      {"1.0", "Connection: keep-alive, close\r\n", false, "Connection: close"},
  };
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    client peer = host_connect(self);
    char request[256];
    snprintf(request, sizeof request, "GET / HTTP/%s\r\nHost: a\r\n%s\r\n", cases[i].version,
             cases[i].field);
    client_send(&peer, request);
    reply answer = client_receive(&peer);
    assert_string_equal(answer.body, "hello");
    assert_int_equal(reply_has_field(&answer, "Connection"), cases[i].said != NULL);
    if (cases[i].said) assert_true(reply_has(&answer, cases[i].said));
    reply_free(&answer);
    if (cases[i].goes_on) {
      client_send(&peer, request);
      client_expect(&peer, 200, "hello");
    } else {
      client_expect_end(&peer);
    }
    client_close(&peer);
  }
}

static void ends_when_the_handler_says_so(void **state) {
  host *self = *state;
  host_route(self, "GET /", answer_and_close);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  reply answer = client_receive(&peer);
  assert_true(reply_has(&answer, "Connection: close"));
  assert_string_equal(answer.body, "bye");
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
  HOST_AWAIT(self, connections_open, 0);
}

static void ends_after_as_many_requests_as_are_allowed(void **state) {
  host *self = *state;
  self->config.max_requests_per_connection = 3;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 1; i <= 3; i++) {
    client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    reply answer = client_receive(&peer);
    assert_int_equal(reply_has(&answer, "Connection: close"), i == 3);
    reply_free(&answer);
  }
  client_expect_end(&peer);
  client_close(&peer);
}

static void head_gets_the_head_of_get_without_its_body(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  reply answer = client_receive_head(&peer);
  assert_int_equal(answer.status, 200);
  assert_true(reply_has(&answer, "Content-Length: 5"));
  reply_free(&answer);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void answers_without_content_have_neither_body_nor_length(void **state) {
  host *self = *state;
  host_route(self, "GET /{status}", answer_with_status);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 0; i < 2; i++) {
    client_send(&peer, i ? "GET /304 HTTP/1.1\r\nHost: a\r\n\r\n"
                         : "GET /204 HTTP/1.1\r\nHost: a\r\n\r\n");
    reply answer = client_receive(&peer);
    assert_int_equal(answer.status, i ? 304 : 204);
    assert_false(reply_has_field(&answer, "Content-Length"));
    assert_false(reply_has_field(&answer, "Transfer-Encoding"));
    reply_free(&answer);
  }
  client_send(&peer, "GET /299 HTTP/1.1\r\nHost: a\r\n\r\n");
  client_expect(&peer, 299, "a body");
  client_close(&peer);
}

static char *date_of(client *peer) {
  client_send(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  reply answer = client_receive(peer);
  char *date = strstr(answer.head, "\r\nDate: ");
  assert_non_null(date);
  assert_string_equal(strstr(date, " GMT\r\n") - date == 8 + 25 ? "29 octets" : date, "29 octets");
  char *copy = strndup(date + 8, 29);
  reply_free(&answer);
  return copy;
}

static void the_date_goes_with_the_time(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  char *first = date_of(&peer);
  uint64_t since = host_now_ms();
  bool has_changed = false;
  while (!has_changed && host_now_ms() - since < CLIENT_PATIENCE_MS) {
    host_sleep_ms(50);
    char *date = date_of(&peer);
    has_changed = strcmp(date, first) != 0;
    free(date);
  }
  assert_true(has_changed);
  free(first);
  client_close(&peer);
}

static void the_first_answer_after_a_rest_has_the_present_date(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  char *first = date_of(&peer);
  client_close(&peer);
  HOST_AWAIT(self, connections_open, 0);
  host_sleep_ms(2100);
  peer = host_connect(self);
  char *later = date_of(&peer);
  assert_string_not_equal(first, later);
  free(first);
  free(later);
  client_close(&peer);
}

static void check_server_line(host *self, const char *line) {
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  reply answer = client_receive(&peer);
  assert_int_equal(reply_has_field(&answer, "Server"), line != NULL);
  if (line) assert_true(reply_has(&answer, line));
  reply_free(&answer);
  client_close(&peer);
}

static void says_its_name(void **state) {
  check_server_line(*state, "Server: martlet");
}

static void says_the_name_that_it_is_given(void **state) {
  host *self = *state;
  self->config.server_name = MT_SLICE("other/1.0");
  check_server_line(self, "Server: other/1.0");
}

static void says_no_name_when_it_is_given_none(void **state) {
  host *self = *state;
  self->config.server_name = MT_SLICE("");
  check_server_line(self, NULL);
}

/** What the peer sends behind a refused request must not destroy the answer: RFC 9112 §9.6. */
static void lets_the_peer_read_the_answer_before_it_closes(void **state) {
  host *self = *state;
  self->config.linger_timeout_ms = 300;
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "BAD\r\n\r\n");
  HOST_AWAIT(self, requests_rejected, 1);
  client_send(&peer, "more of the same");
  host_sleep_ms(50);
  client_send(&peer, "and more");
  client_expect(&peer, 400, NULL);
  client_expect_end(&peer);
  HOST_AWAIT(self, connections_open, 0);
  client_close(&peer);
  assert_int_equal(host_stats(self).timeouts, 0);
}

static void answer_slowly(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  host_sleep_ms(300);
  mt_response_body_copy(response, MT_SLICE("late"));
}

/** Whoever said that nothing follows may still send an empty line behind it, which nobody reads. */
static void an_unread_octet_does_not_destroy_the_last_answer(void **state) {
  host *self = *state;
  host_route(self, "GET /", answer_slowly);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  HOST_AWAIT(self, requests_active, 1);
  client_send(&peer, "\r\n");
  client_expect(&peer, 200, "late");
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(goes_on_or_ends_as_the_request_asks),
      HOST_TEST(ends_when_the_handler_says_so),
      HOST_TEST(ends_after_as_many_requests_as_are_allowed),
      HOST_TEST(head_gets_the_head_of_get_without_its_body),
      HOST_TEST(answers_without_content_have_neither_body_nor_length),
      HOST_TEST(the_date_goes_with_the_time),
      HOST_TEST(the_first_answer_after_a_rest_has_the_present_date),
      HOST_TEST(says_its_name),
      HOST_TEST(says_the_name_that_it_is_given),
      HOST_TEST(says_no_name_when_it_is_given_none),
      HOST_TEST(lets_the_peer_read_the_answer_before_it_closes),
      HOST_TEST(an_unread_octet_does_not_destroy_the_last_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
