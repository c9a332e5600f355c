/* What a handler may ask of a request. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

static void start_holding(host *self) {
  host_route(self, "GET /users/{id}/files/{path...}", host_hold);
  host_route(self, "POST /", host_hold);
  host_route(self, "GET /", host_hold);
  host_start(self);
}

static mt_exchange *ask(host *self, client *peer, const char *request) {
  client_send(peer, request);
  return host_take(self);
}

static void answer(mt_exchange *exchange, client *peer) {
  assert_int_equal(host_answer(exchange, "seen"), MT_OK);
  client_expect(peer, 200, "seen");
}

static void tells_line_and_target(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange =
      ask(self, &peer, "GET /users/a%20b/files/x/y?q=1&r=%20 HTTP/1.1\r\nHost: name:80\r\n\r\n");
  const mt_request *request = mt_exchange_request(exchange);
  assert_int_equal(mt_request_method(request), MT_METHOD_GET);
  check_slice(mt_request_method_name(request), "GET");
  check_slice(mt_request_target(request), "/users/a%20b/files/x/y?q=1&r=%20");
  check_slice(mt_request_path(request), "/users/a%20b/files/x/y");
  check_slice(mt_request_query(request), "q=1&r=%20");
  check_slice(mt_request_authority(request), "name:80");
  assert_int_equal(mt_request_minor_version(request), 1);
  answer(exchange, &peer);
  client_close(&peer);
}

static void tells_the_target_of_every_form(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange =
      ask(self, &peer, "GET http://other:81?q HTTP/1.1\r\nHost: other:81\r\n\r\n");
  const mt_request *request = mt_exchange_request(exchange);
  check_slice(mt_request_path(request), "/");
  check_slice(mt_request_query(request), "q");
  check_slice(mt_request_authority(request), "other:81");
  answer(exchange, &peer);
  exchange = ask(self, &peer, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  request = mt_exchange_request(exchange);
  check_slice(mt_request_authority(request), "");
  check_slice(mt_request_query(request), "");
  assert_int_equal(mt_request_minor_version(request), 0);
  answer(exchange, &peer);
  client_close(&peer);
}

static void tells_fields_in_their_order(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange =
      ask(self, &peer, "GET / HTTP/1.1\r\nHost: a\r\nX-A:  one \r\nx-a: two\r\nEmpty:\r\n\r\n");
  const mt_request *request = mt_exchange_request(exchange);
  mt_slice value;
  assert_int_equal(mt_request_field_count(request), 4);
  check_slice(mt_request_field_at(request, 1).name, "X-A");
  check_slice(mt_request_field_at(request, 1).value, "one");
  check_slice(mt_request_field_at(request, 2).value, "two");
  check_slice(mt_request_field_at(request, 4).name, "");
  assert_true(mt_request_field_get(request, MT_SLICE("X-a"), &value));
  check_slice(value, "one");
  assert_true(mt_request_field_get(request, MT_SLICE("empty"), &value));
  check_slice(value, "");
  assert_true(mt_request_field_get(request, MT_SLICE("host"), NULL));
  assert_false(mt_request_field_get(request, MT_SLICE("absent"), &value));
  check_slice(value, "");
  answer(exchange, &peer);
  client_close(&peer);
}

static void tells_route_and_parameters(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange =
      ask(self, &peer, "GET /users/a%2fb/files/x/y%20z HTTP/1.1\r\nHost: a\r\n\r\n");
  const mt_request *request = mt_exchange_request(exchange);
  mt_slice value;
  check_slice(mt_request_route(request), "/users/{id}/files/{path...}");
  assert_int_equal(mt_request_parameter_count(request), 2);
  check_slice(mt_request_parameter_at(request, 0).name, "id");
  check_slice(mt_request_parameter_at(request, 0).value, "a/b");
  assert_true(mt_request_parameter_get(request, MT_SLICE("path"), &value));
  check_slice(value, "x/y z");
  assert_false(mt_request_parameter_get(request, MT_SLICE("PATH"), &value));
  check_slice(value, "");
  check_slice(mt_request_parameter_at(request, 2).name, "");
  answer(exchange, &peer);
  client_close(&peer);
}

static void tells_the_length_that_was_announced(void **state) {
  static const struct {
    const char *request;
    uint64_t length;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", 2},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", UINT64_MAX},
  };
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  for (int i = 0; i < 3; i++) {
    mt_exchange *exchange = ask(self, &peer, cases[i].request);
    const mt_request *request = mt_exchange_request(exchange);
    assert_int_equal(mt_request_content_length(request), cases[i].length);
    assert_int_equal(mt_request_body(request).size, i == 1 ? 2 : 0);
    answer(exchange, &peer);
  }
  client_close(&peer);
}

static void tells_the_peer(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  char text[64], cut[5];
  size_t size = mt_request_peer(mt_exchange_request(exchange), text, sizeof text);
  assert_int_equal(size, strlen(text));
  assert_memory_equal(text, "127.0.0.1:", 10);
  assert_int_equal(mt_request_peer(mt_exchange_request(exchange), cut, sizeof cut), 4);
  assert_string_equal(cut, "127.");
  answer(exchange, &peer);
  client_close(&peer);
}

static void a_body_is_streamed_to_stream_routes_only(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(
      mt_request_body_stream(mt_exchange_request(exchange), NULL, self, host_count_destroyed),
      MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_request_body_stream(NULL, NULL, self, host_count_destroyed),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(atomic_load(&self->destroyed), 2);
  answer(exchange, &peer);
  client_close(&peer);
}

static void no_request_has_nothing(void **state) {
  (void)state;
  mt_slice value;
  char text[8];
  assert_int_equal(mt_request_method(NULL), MT_METHOD_UNKNOWN);
  assert_int_equal(mt_request_path(NULL).size + mt_request_target(NULL).size +
                       mt_request_query(NULL).size + mt_request_authority(NULL).size +
                       mt_request_method_name(NULL).size + mt_request_route(NULL).size +
                       mt_request_body(NULL).size + mt_request_field_at(NULL, 0).name.size +
                       mt_request_parameter_at(NULL, 0).name.size +
                       mt_request_trailer_at(NULL, 0).name.size,
                   0);
  assert_int_equal(mt_request_field_count(NULL) + mt_request_parameter_count(NULL) +
                       mt_request_trailer_count(NULL) + mt_request_peer(NULL, text, sizeof text),
                   0);
  assert_int_equal(mt_request_content_length(NULL), 0);
  assert_int_equal(mt_request_minor_version(NULL), 0);
  assert_false(mt_request_field_get(NULL, MT_SLICE("a"), &value));
  assert_false(mt_request_parameter_get(NULL, MT_SLICE("a"), &value));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(tells_line_and_target),
      HOST_TEST(tells_the_target_of_every_form),
      HOST_TEST(tells_fields_in_their_order),
      HOST_TEST(tells_route_and_parameters),
      HOST_TEST(tells_the_length_that_was_announced),
      HOST_TEST(tells_the_peer),
      HOST_TEST(a_body_is_streamed_to_stream_routes_only),
      cmocka_unit_test(no_request_has_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
