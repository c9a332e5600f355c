/* Every limit, at it and one past it. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

static void start_limited(host *self) {
  self->config.max_request_line_bytes = 64;
  self->config.max_header_bytes = 512;
  self->config.max_header_fields = 4;
  host_route(self, "GET /{path...}", host_hello);
  host_start(self);
}

static void expect_refusal(host *self, const char *request, int status) {
  client peer = host_connect(self);
  client_send(&peer, request);
  reply answer = client_receive(&peer);
  assert_int_equal(answer.status, status);
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
}

/** A request whose line has `size` octets. */
static const char *with_line_of(size_t size) {
  static char request[1024];
  char path[512];
  size_t rest = size - strlen("GET / HTTP/1.1");
  memset(path, 'x', rest);
  path[rest] = 0;
  snprintf(request, sizeof request, "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n", path);
  return request;
}

static void request_lines_have_a_limit(void **state) {
  host *self = *state;
  start_limited(self);
  host_expect(self, with_line_of(64), 200, "hello");
  expect_refusal(self, with_line_of(65), 414);
}

/** A request whose head has `size` octets. */
static const char *with_head_of(size_t size) {
  static char request[1024];
  char value[960];
  size_t rest = size - strlen("GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n");
  memset(value, 'x', rest);
  value[rest] = 0;
  snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n", value);
  return request;
}

static void heads_have_a_limit(void **state) {
  host *self = *state;
  start_limited(self);
  host_expect(self, with_head_of(512), 200, "hello");
  expect_refusal(self, with_head_of(513), 431);
}

static void fields_have_a_limit(void **state) {
  host *self = *state;
  start_limited(self);
  host_expect(self, "GET / HTTP/1.1\r\nHost: a\r\nB:\r\nC:\r\nD:\r\n\r\n", 200, "hello");
  expect_refusal(self, "GET / HTTP/1.1\r\nHost: a\r\nB:\r\nC:\r\nD:\r\nE:\r\n\r\n", 431);
  assert_int_equal(host_stats(self).requests_rejected, 1);
}

static void heads_of_all_sizes_are_taken_in_pieces(void **state) {
  host *self = *state;
  self->config.max_request_line_bytes = 200000;
  self->config.max_header_bytes = 300000;
  host_route(self, "GET /{path...}", host_hello);
  host_start(self);
  char *head = malloc(300000);
  assert_non_null(head);
  client peer = host_connect(self);
  for (size_t size = 100; size < 200000; size *= 3) {
    size_t used = (size_t)snprintf(head, 300000, "GET /");
    memset(head + used, 'p', size);
    used += size;
    used += (size_t)snprintf(head + used, 300000 - used, " HTTP/1.1\r\nHost: a\r\nX: ");
    memset(head + used, 'v', size / 3);
    used += size / 3;
    used += (size_t)snprintf(head + used, 300000 - used, "\r\n\r\n");
    client_send_bytes(&peer, head, used / 2);
    client_send_bytes(&peer, head + used / 2, used - used / 2);
    client_expect(&peer, 200, "hello");
  }
  free(head);
  client_close(&peer);
}

static void response_fields_have_a_limit(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  mt_exchange *exchange = host_take(self);
  mt_response *response = mt_exchange_response(exchange);
  static char value[65536];
  memset(value, 'v', sizeof value);
  mt_slice name = MT_SLICE("Name");
  mt_slice longest = {value, sizeof value - strlen("Name: \r\n")};
  mt_slice too_long = {value, longest.size + 1};
  assert_int_equal(mt_response_field_add(response, name, too_long), MT_ERROR_LIMIT);
  assert_int_equal(mt_response_field_add(response, name, longest), MT_OK);
  assert_int_equal(mt_response_field_add(response, MT_SLICE("A"), MT_SLICE("")), MT_ERROR_LIMIT);
  assert_int_equal(host_answer(exchange, "many fields"), MT_OK);
  reply answer = client_receive(&peer);
  assert_true(strlen(answer.head) > sizeof value);
  assert_string_equal(answer.body, "many fields");
  reply_free(&answer);
  client_close(&peer);
}

/* --- connections --- */

static void accepting_pauses_at_the_limit_of_connections(void **state) {
  host *self = *state;
  self->config.max_connections = 3;
  self->config.reactors = 2;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peers[5];
  for (int i = 0; i < 5; i++) {
    peers[i] = host_connect(self);
    client_send(&peers[i], "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  HOST_AWAIT(self, responses[1], 3);
  host_sleep_ms(250);
  assert_int_equal(host_stats(self).connections_open, 3);
  int served = 0;
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 5 && served <= round; i++) {
      if (peers[i].socket < 0 || !client_is_readable(&peers[i], 100)) continue;
      client_expect(&peers[i], 200, "hello");
      client_close(&peers[i]);
      served++;
    }
    HOST_AWAIT(self, connections_total, (uint64_t)(4 + round));
    HOST_AWAIT(self, responses[1], (uint64_t)(4 + round));
  }
  for (int i = 0; i < 5; i++) {
    if (peers[i].socket < 0) continue;
    client_expect(&peers[i], 200, "hello");
    client_close(&peers[i]);
  }
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(host_stats(self).connections_refused, 0);
}

static void one_peer_has_only_so_many_connections(void **state) {
  host *self = *state;
  self->config.max_connections_per_peer = 2;
  self->config.reactors = 2;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client first = host_connect(self), second = host_connect(self);
  HOST_AWAIT(self, connections_open, 2);
  client third = host_connect(self);
  client_expect_end(&third);
  client_close(&third);
  assert_int_equal(host_stats(self).connections_refused, 1);
  client_close(&first);
  HOST_AWAIT(self, connections_open, 1);
  third = host_connect(self);
  client_send(&third, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client_expect(&third, 200, "hello");
  client_close(&second);
  client_close(&third);
  HOST_AWAIT(self, connections_open, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(request_lines_have_a_limit),
      HOST_TEST(heads_have_a_limit),
      HOST_TEST(fields_have_a_limit),
      HOST_TEST(heads_of_all_sizes_are_taken_in_pieces),
      HOST_TEST(response_fields_have_a_limit),
      HOST_TEST(accepting_pauses_at_the_limit_of_connections),
      HOST_TEST(one_peer_has_only_so_many_connections),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
