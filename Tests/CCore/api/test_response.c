/* What a handler may say in a response. */
#include "support/check.h"
#include "support/host.h"

/** An exchange whose response a test may fill. */
typedef struct held {
  client peer;
  mt_exchange *exchange;
  mt_response *response;
} held;

static held hold(host *self) {
  host_route(self, "GET /", host_hold);
  host_start(self);
  held it = {.peer = host_connect(self)};
  client_send(&it.peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  it.exchange = host_take(self);
  it.response = mt_exchange_response(it.exchange);
  return it;
}

static reply send_it(held *it) {
  assert_int_equal(host_answer(it->exchange, "body"), MT_OK);
  reply answer = client_receive(&it->peer);
  assert_string_equal(answer.body, "body");
  client_close(&it->peer);
  return answer;
}

static mt_status add(held *it, const char *name, const char *value) {
  return mt_response_field_add(it->response, mt_slice_from(name), mt_slice_from(value));
}

static mt_status set(held *it, const char *name, const char *value) {
  return mt_response_field_set(it->response, mt_slice_from(name), mt_slice_from(value));
}

static const char *get(held *it, const char *name) {
  static char text[256];
  mt_slice value;
  if (!mt_response_field_get(it->response, mt_slice_from(name), &value)) return NULL;
  memcpy(text, value.data, value.size);
  text[value.size] = 0;
  return text;
}

static void status_codes_have_a_range(void **state) {
  held it = hold(*state);
  assert_int_equal(mt_response_status_get(it.response), 200);
  assert_int_equal(mt_response_status_set(it.response, 199), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_status_set(it.response, 600), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_status_set(it.response, 599), MT_OK);
  assert_int_equal(mt_response_status_get(it.response), 599);
  reply answer = send_it(&it);
  assert_int_equal(answer.status, 599);
  reply_free(&answer);
}

static void adds_sets_gets_and_removes_fields(void **state) {
  held it = hold(*state);
  assert_int_equal(add(&it, "A", "1"), MT_OK);
  assert_int_equal(add(&it, "B", "2: with colon"), MT_OK);
  assert_int_equal(add(&it, "a", "3"), MT_OK);
  assert_int_equal(add(&it, "Empty", ""), MT_OK);
  assert_string_equal(get(&it, "a"), "1");
  assert_string_equal(get(&it, "b"), "2: with colon");
  assert_string_equal(get(&it, "EMPTY"), "");
  assert_null(get(&it, "C"));
  assert_int_equal(set(&it, "A", "4"), MT_OK);
  assert_string_equal(get(&it, "A"), "4");
  assert_int_equal(set(&it, "New", "5"), MT_OK);
  assert_int_equal(mt_response_field_remove(it.response, MT_SLICE("b")), MT_OK);
  assert_int_equal(mt_response_field_remove(it.response, MT_SLICE("never")), MT_OK);
  assert_null(get(&it, "B"));
  reply answer = send_it(&it);
  assert_non_null(strstr(answer.head, "\r\nEmpty: \r\nA: 4\r\nNew: 5\r\n"));
  assert_null(strstr(answer.head, "\r\na: 3"));
  reply_free(&answer);
}

static void holds_many_fields(void **state) {
  held it = hold(*state);
  for (int i = 0; i < 1000; i++) assert_int_equal(add(&it, "Field", "some value"), MT_OK);
  assert_int_equal(set(&it, "Field", "the only one"), MT_OK);
  reply answer = send_it(&it);
  assert_true(reply_has(&answer, "Field: the only one"));
  assert_null(strstr(answer.head, "some value"));
  reply_free(&answer);
}

static void refuses_what_would_break_the_message(void **state) {
  static const struct {
    const char *name, *value;
  } cases[] = {
      {"", "x"},
      {"a b", "x"},
      {"a:", "x"},
      {"a\r\n", "x"},
      {"a", "x\r\nInjected: y"},
      {"a", "x\ny"},
      {"a", "x\ry"},
      {"a", "\x01"},
      {"Content-Length", "5"},
      {"Date", "now"},
      {"server", "mine"},
      {"Transfer-Encoding", "chunked"},
      {"Keep-Alive", "x"},
      {"Connection", "keep-alive"},
      {"Connection", "upgrade"},
  };
  held it = hold(*state);
  assert_int_equal(add(&it, "Kept", "1"), MT_OK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(add(&it, cases[i].name, cases[i].value), MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(set(&it, cases[i].name, cases[i].value), MT_ERROR_INVALID_ARGUMENT);
  }
  assert_int_equal(mt_response_field_add(it.response, MT_SLICE("a\0b"), MT_SLICE("x")),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_field_add(it.response, MT_SLICE("a"), MT_SLICE("x\0y")),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(set(&it, "Kept", "x\ny"), MT_ERROR_INVALID_ARGUMENT);
  assert_string_equal(get(&it, "Kept"), "1");
  reply answer = send_it(&it);
  assert_null(strstr(answer.head, "Injected"));
  reply_free(&answer);
}

static void connection_close_can_be_taken_back(void **state) {
  held it = hold(*state);
  assert_int_equal(add(&it, "connection", "Close"), MT_OK);
  assert_int_equal(mt_response_field_remove(it.response, MT_SLICE("Connection")), MT_OK);
  reply answer = send_it(&it);
  assert_false(reply_has_field(&answer, "Connection"));
  reply_free(&answer);
}

static void a_status_alone_is_an_answer(mt_request *request, mt_response *response,
                                        void *user_data) {
  (void)request, (void)user_data;
  mt_response_status_set(response, 202);
}

static void a_handler_may_set_nothing_but_the_status(void **state) {
  host *self = *state;
  host_route(self, "GET /", a_status_alone_is_an_answer);
  host_start(self);
  host_expect(self, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 202, "");
}

static void a_half_made_answer_may_become_the_servers_own(void **state) {
  held it = hold(*state);
  assert_int_equal(add(&it, "X-Half", "made"), MT_OK);
  assert_int_equal(mt_response_body_copy(it.response, MT_SLICE("half")), MT_OK);
  assert_int_equal(mt_response_fail(it.response, 399), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_fail(it.response, 600), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_fail(it.response, 409), MT_OK);
  assert_null(get(&it, "X-Half"));
  assert_int_equal(mt_exchange_complete(it.exchange), MT_OK);
  assert_int_equal(mt_response_fail(it.response, 500), MT_ERROR_INVALID_STATE);
  mt_exchange_release(it.exchange);
  client_expect(&it.peer, 409, "409 Conflict\n");
  client_close(&it.peer);
}

static void fail_again(const mt_request *request, mt_response *response, int http_status,
                       void *user_data) {
  (void)request, (void)user_data;
  assert_int_equal(mt_response_fail(response, http_status + 1), MT_OK);
}

static void an_error_handler_that_fails_too_is_not_asked_again(void **state) {
  host *self = *state;
  mt_server_error_handler(host_server(self), fail_again, NULL, NULL, NULL);
  host_start(self);
  host_expect(self, "GET /no HTTP/1.1\r\nHost: a\r\n\r\n", 405, "405 Method Not Allowed\n");
}

static void no_response_takes_nothing(void **state) {
  assert_int_equal(mt_response_fail(NULL, 500), MT_ERROR_INVALID_ARGUMENT);
  (void)state;
  mt_slice text = MT_SLICE("x"), broken = {NULL, 1}, value;
  assert_int_equal(mt_response_status_set(NULL, 200), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_status_get(NULL), 0);
  assert_int_equal(mt_response_field_add(NULL, text, text), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_field_set(NULL, text, text), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_field_remove(NULL, text), MT_ERROR_INVALID_ARGUMENT);
  assert_false(mt_response_field_get(NULL, text, &value));
  assert_int_equal(mt_response_body_copy(NULL, text), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_body_copy(NULL, broken), MT_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(status_codes_have_a_range),
      HOST_TEST(adds_sets_gets_and_removes_fields),
      HOST_TEST(holds_many_fields),
      HOST_TEST(refuses_what_would_break_the_message),
      HOST_TEST(connection_close_can_be_taken_back),
      HOST_TEST(a_handler_may_set_nothing_but_the_status),
      HOST_TEST(a_half_made_answer_may_become_the_servers_own),
      HOST_TEST(an_error_handler_that_fails_too_is_not_asked_again),
      cmocka_unit_test(no_response_takes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
