/* From a request to the handler that answers it, or to the answer that the server makes itself:
 * RFC 9110 §9, §15.5, §15.6. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

static void say_nothing(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

static void explain_error(const mt_request *request, mt_response *response, int http_status,
                          void *user_data) {
  (void)user_data;
  char text[64];
  mt_slice path = mt_request_path(request);
  int size = snprintf(text, sizeof text, "error %d at %.*s", http_status, (int)path.size,
                      request ? path.data : "");
  mt_response_field_set(response, MT_SLICE("X-Error"), MT_SLICE("yes"));
  mt_response_body_copy(response, (mt_slice){text, (size_t)size});
}

static void answer_fallback(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  assert_int_equal(mt_request_route(request).size, 0);
  mt_response_body_copy(response, mt_request_path(request));
}

static void start_usual(host *self) {
  host_route(self, "GET /both", host_hello);
  host_route(self, "POST /both", host_echo);
  host_route(self, "DELETE /one", host_hello);
  host_route(self, "GET /silent", say_nothing);
  host_route_worker(self, "GET /silent-worker", say_nothing);
  host_route(self, "GET /held", host_hold);
  host_start(self);
}

static reply ask(client *peer, const char *line) {
  char request[256];
  snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: a\r\n\r\n", line);
  client_send(peer, request);
  return client_receive(peer);
}

static void finds_out_what_cannot_be_served(void **state) {
  static const struct {
    const char *line;
    int status;
    const char *field;
  } cases[] = {
      {"GET /none", 404, NULL},
      {"OPTIONS /none", 404, NULL},
      {"PUT /both", 405, "Allow: GET, HEAD, POST, OPTIONS"},
      {"GET /one", 405, "Allow: DELETE, OPTIONS"},
      {"OPTIONS /both", 204, "Allow: GET, HEAD, POST, OPTIONS"},
      {"OPTIONS /one", 204, "Allow: DELETE, OPTIONS"},
      {"OPTIONS *", 204, "Allow: GET, HEAD, POST, DELETE, OPTIONS"},
      {"BREW /both", 501, NULL},
      {"get /both", 501, NULL},
      {"GET http://a/both", 200, NULL},
      {"GET https://a/both", 421, NULL},
      {"OPTIONS HTTPS://a:443", 421, NULL},
      {"GET /both", 200, NULL},
  };
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    reply answer = ask(&peer, cases[i].line);
    if (answer.status != cases[i].status) print_error("%s: %s\n", cases[i].line, answer.head);
    assert_int_equal(answer.status, cases[i].status);
    if (cases[i].field) assert_true(reply_has(&answer, cases[i].field));
    assert_false(reply_has_field(&answer, "Connection"));
    reply_free(&answer);
  }
  client_close(&peer);
  assert_int_equal(host_stats(self).requests_total, sizeof cases / sizeof cases[0]);
}

static void refuses_to_be_a_proxy(void **state) {
  host *self = *state;
  start_usual(self);
  host_expect(self, "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501, NULL);
}

static void reads_nothing_behind_connect(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"
                     "GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
  reply answer = client_receive(&peer);
  assert_int_equal(answer.status, 501);
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
}

static void answers_for_handlers_that_do_not(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  reply answer = ask(&peer, "GET /silent");
  assert_int_equal(answer.status, 500);
  reply_free(&answer);
  assert_true(host_has_log(self, "3 the handler of /silent returned without an answer"));
  answer = ask(&peer, "GET /silent-worker");
  assert_int_equal(answer.status, 500);
  reply_free(&answer);
  assert_true(host_has_log(self, "3 the handler of /silent-worker returned without an answer"));
  client_close(&peer);
  assert_int_equal(host_stats(self).responses[4], 2);
}

static void answers_for_exchanges_released_without_an_answer(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  mt_exchange *exchange = host_take(self);
  mt_exchange_acquire(exchange);
  mt_exchange_release(exchange);
  client_expect_silence(&peer);
  mt_exchange_release(exchange);
  client_expect(&peer, 500, NULL);
  assert_true(host_has_log(self, "3 a deferred exchange was released without an answer"));
  reply answer = ask(&peer, "GET /both");
  assert_int_equal(answer.status, 200);
  reply_free(&answer);
  client_close(&peer);
}

static void lets_a_handler_replace_not_found(void **state) {
  host *self = *state;
  assert_int_equal(
      mt_server_fallback(host_server(self), answer_fallback, self, host_count_destroyed, NULL),
      MT_OK);
  start_usual(self);
  client peer = host_connect(self);
  reply answer = ask(&peer, "GET /a/b");
  assert_int_equal(answer.status, 404);
  assert_string_equal(answer.body, "/a/b");
  reply_free(&answer);
  answer = ask(&peer, "PUT /both");
  assert_int_equal(answer.status, 405);
  reply_free(&answer);
  client_close(&peer);
  host_destroy(self);
  assert_int_equal(atomic_load(&self->destroyed), 1);
}

/** Every way to an error answer leads through the host's handler. */
static void lets_a_handler_fill_every_error(void **state) {
  static const struct {
    const char *request;
    int status;
    const char *body;
  } cases[] = {
      {"GET /none HTTP/1.1\r\nHost: a\r\n\r\n", 404, "error 404 at /none"},
      {"PUT /both HTTP/1.1\r\nHost: a\r\n\r\n", 405, "error 405 at /both"},
      {"BREW /both HTTP/1.1\r\nHost: a\r\n\r\n", 501, "error 501 at /both"},
      {"GET /silent HTTP/1.1\r\nHost: a\r\n\r\n", 500, "error 500 at /silent"},
      {"GET /silent-worker HTTP/1.1\r\nHost: a\r\n\r\n", 500, "error 500 at /silent-worker"},
      {"POST /both HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413,
       "error 413 at /both"},
      {"POST /both HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400,
       "error 400 at /both"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "error 400 at "},
      {"GET / HTTP/2.0\r\n\r\n", 505, "error 505 at "},
  };
  host *self = *state;
  assert_int_equal(
      mt_server_error_handler(host_server(self), explain_error, self, host_count_destroyed, NULL),
      MT_OK);
  start_usual(self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    client peer = host_connect(self);
    client_send(&peer, cases[i].request);
    reply answer = client_receive(&peer);
    assert_int_equal(answer.status, cases[i].status);
    assert_string_equal(answer.body, cases[i].body);
    assert_true(reply_has(&answer, "X-Error: yes"));
    reply_free(&answer);
    client_close(&peer);
  }
  client peer = host_connect(self);
  client_send(&peer, "GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  mt_exchange_release(host_take(self));
  client_expect(&peer, 500, "error 500 at /held");
  client_close(&peer);
  host_destroy(self);
  assert_int_equal(atomic_load(&self->destroyed), 1);
}

/** The parser's state of an earlier request must not show in the answer to a malformed one. */
static void malformed_requests_behind_head_get_a_body(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, "HEAD /both HTTP/1.1\r\nHost: a\r\n\r\n");
  reply answer = client_receive_head(&peer);
  reply_free(&answer);
  client_send(&peer, "\x01\r\n\r\n");
  client_expect(&peer, 400, "400 Bad Request\n");
  client_close(&peer);
}

static void destroys_handlers_that_come_too_late(void **state) {
  host *self = *state;
  start_usual(self);
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(
      mt_server_fallback(self->server, answer_fallback, self, host_count_destroyed, &error),
      MT_ERROR_INVALID_STATE);
  assert_int_equal(
      mt_server_error_handler(self->server, explain_error, self, host_count_destroyed, &error),
      MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_route(self->server, MT_METHOD_GET, MT_SLICE("/x"), host_hello, self,
                                   host_count_destroyed, NULL, &error),
                   MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&self->destroyed), 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(finds_out_what_cannot_be_served),
      HOST_TEST(refuses_to_be_a_proxy),
      HOST_TEST(reads_nothing_behind_connect),
      HOST_TEST(answers_for_handlers_that_do_not),
      HOST_TEST(answers_for_exchanges_released_without_an_answer),
      HOST_TEST(lets_a_handler_replace_not_found),
      HOST_TEST(lets_a_handler_fill_every_error),
      HOST_TEST(malformed_requests_behind_head_get_a_body),
      HOST_TEST(destroys_handlers_that_come_too_late),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
