/* Request bodies that a handler gets whole: RFC 9112 §6, RFC 9110 §10.1.1. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

enum { LIMIT = 1000 };

static void start_with_limit(host *self) {
  self->config.max_body_bytes = LIMIT;
  host_route(self, "POST /echo", host_echo);
  host_route_worker(self, "POST /worker", host_echo);
  host_route(self, "POST /later", host_hold);
  host_route(self, "GET /", host_hello);
  host_start(self);
}

static void send_with_length(client *peer, const char *path, size_t size, const char *field) {
  char head[256], body[LIMIT + 1];
  snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: a\r\n%sContent-Length: %zu\r\n\r\n", path,
           field, size);
  memset(body, 'x', sizeof body);
  client_send(peer, head);
  client_send_bytes(peer, body, size);
}

static void send_chunked(client *peer, size_t size) {
  client_send(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (size_t sent = 0; sent < size;) {
    char chunk[160];
    size_t piece = size - sent < 100 ? size - sent : 100;
    int line = snprintf(chunk, sizeof chunk, "%zx\r\n", piece);
    memset(chunk + line, 'x', piece);
    memcpy(chunk + (size_t)line + piece, "\r\n", 2);
    client_send_bytes(peer, chunk, (size_t)line + piece + 2);
    sent += piece;
  }
  client_send(peer, "0\r\n\r\n");
}

static void expect_echo(client *peer, size_t size) {
  reply answer = client_receive(peer);
  assert_int_equal(answer.status, 200);
  assert_int_equal(answer.body_size, size);
  for (size_t i = 0; i < size; i++) assert_int_equal(answer.body[i], 'x');
  reply_free(&answer);
}

static void takes_bodies_up_to_the_limit(void **state) {
  static const size_t sizes[] = {0, 1, 99, LIMIT - 1, LIMIT};
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    send_with_length(&peer, "/echo", sizes[i], "");
    expect_echo(&peer, sizes[i]);
    send_with_length(&peer, "/worker", sizes[i], "");
    expect_echo(&peer, sizes[i]);
    send_chunked(&peer, sizes[i]);
    expect_echo(&peer, sizes[i]);
  }
  client_close(&peer);
}

static void refuses_an_announced_body_past_the_limit_before_it_comes(void **state) {
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  char head[128];
  snprintf(head, sizeof head, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
           LIMIT + 1);
  client_send(&peer, head);
  reply answer = client_receive(&peer);
  assert_int_equal(answer.status, 413);
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(host_stats(self).requests_rejected, 1);
}

static void refuses_a_chunked_body_past_the_limit(void **state) {
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  send_chunked(&peer, LIMIT + 1);
  client_expect(&peer, 413, NULL);
  client_expect_end(&peer);
  client_close(&peer);
}

static void refuses_a_chunk_past_the_limit_at_its_first_octet(void **state) {
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  client_send(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "1\r\na\r\n7fffffffffffffff\r\nb");
  client_expect(&peer, 413, NULL);
  client_expect_end(&peer);
  client_close(&peer);
}

static void takes_what_the_route_allows_instead_of_the_server(void **state) {
  host *self = *state;
  self->config.max_body_bytes = 10;
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.max_body_bytes = 100;
  assert_int_equal(mt_server_route(host_server(self), MT_METHOD_POST, MT_SLICE("/wide"), host_echo,
                                   NULL, NULL, &options, NULL),
                   MT_OK);
  options.max_body_bytes = UINT64_MAX;
  assert_int_equal(mt_server_route(host_server(self), MT_METHOD_POST, MT_SLICE("/any"), host_echo,
                                   NULL, NULL, &options, NULL),
                   MT_OK);
  host_start(self);
  client peer = host_connect(self);
  send_with_length(&peer, "/wide", 100, "");
  expect_echo(&peer, 100);
  send_with_length(&peer, "/any", LIMIT, "");
  expect_echo(&peer, LIMIT);
  send_with_length(&peer, "/wide", 101, "");
  client_expect(&peer, 413, NULL);
  client_close(&peer);
}

static void gathers_large_bodies(void **state) {
  enum { LARGE = 3000000 };
  host *self = *state;
  self->config.max_body_bytes = LARGE;
  host_route(self, "POST /echo", host_echo);
  host_start(self);
  char *body = malloc(LARGE);
  assert_non_null(body);
  for (size_t i = 0; i < LARGE; i++) body[i] = (char)('a' + i % 23);
  client peer = host_connect(self);
  client_send(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
  client_send_bytes(&peer, body, LARGE);
  reply answer = client_receive(&peer);
  assert_int_equal(answer.body_size, LARGE);
  assert_memory_equal(answer.body, body, LARGE);
  reply_free(&answer);
  client_close(&peer);
  free(body);
}

static void keeps_the_body_for_handlers_that_defer(void **state) {
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  client_send(&peer, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nkeep");
  mt_exchange *exchange = host_take(self);
  client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); /* over the same scratch */
  HOST_AWAIT(self, requests_total, 2);
  check_slice(mt_request_body(mt_exchange_request(exchange)), "keep");
  check_slice(mt_request_path(mt_exchange_request(exchange)), "/later");
  assert_int_equal(host_answer(exchange, "kept"), MT_OK);
  client_expect(&peer, 200, "kept");
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void drops_bodies_that_no_handler_wants(void **state) {
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  send_with_length(&peer, "/none", 700, "");
  client_expect(&peer, 404, NULL);
  client_send(&peer, "DELETE /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n0\r\nTail: x\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client_expect(&peer, 405, NULL);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void closes_behind_a_large_body_that_no_handler_wants(void **state) {
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  client_send(&peer, "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n");
  reply answer = client_receive(&peer);
  assert_int_equal(answer.status, 404);
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
}

static void stops_dropping_a_chunked_body_that_does_not_end(void **state) {
  host *self = *state;
  self->config.linger_timeout_ms = 200;
  start_with_limit(self);
  client peer = host_connect(self);
  client_send(&peer, "POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  client_expect(&peer, 404, NULL);
  char chunk[4096 + 8] = "1000\r\n";
  memset(chunk + 6, 'x', 4096);
  memcpy(chunk + 6 + 4096, "\r\n", 2);
  for (int i = 0; i < 17; i++) client_send_bytes(&peer, chunk, sizeof chunk);
  client_expect_end(&peer);
  client_close(&peer);
}

static void tells_nobody_of_half_a_request(void **state) {
  host *self = *state;
  start_with_limit(self);
  client peer = host_connect(self);
  client_send(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal");
  HOST_AWAIT(self, requests_active, 1);
  client_half_close(&peer);
  client_expect_end(&peer);
  client_close(&peer);
  HOST_AWAIT(self, requests_active, 0);
  assert_int_equal(host_stats(self).responses[1], 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(takes_bodies_up_to_the_limit),
      HOST_TEST(refuses_an_announced_body_past_the_limit_before_it_comes),
      HOST_TEST(refuses_a_chunked_body_past_the_limit),
      HOST_TEST(refuses_a_chunk_past_the_limit_at_its_first_octet),
      HOST_TEST(takes_what_the_route_allows_instead_of_the_server),
      HOST_TEST(gathers_large_bodies),
      HOST_TEST(keeps_the_body_for_handlers_that_defer),
      HOST_TEST(drops_bodies_that_no_handler_wants),
      HOST_TEST(closes_behind_a_large_body_that_no_handler_wants),
      HOST_TEST(stops_dropping_a_chunked_body_that_does_not_end),
      HOST_TEST(tells_nobody_of_half_a_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
