/* What a peer that is too slow gets. The wheel ticks every 100 ms; a timeout comes at most two
 * ticks late, and never early. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { SHORT_MS = 200, LONG_MS = 60000, LEAST_DEFAULT_MS = 5000 };

static char large[100000];

static void answer_large(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, (mt_slice){large, sizeof large}, NULL, NULL);
}

static void start_patient(host *self) {
  mt_server_config *config = &self->config;
  uint32_t *timeouts[] = {&config->header_timeout_ms, &config->body_timeout_ms,
                          &config->idle_timeout_ms, &config->write_timeout_ms};
  for (size_t i = 0; i < 4; i++)
    if (*timeouts[i] > LEAST_DEFAULT_MS) *timeouts[i] = LONG_MS;
  host_route(self, "GET /", host_hello);
  host_route(self, "POST /", host_echo);
  host_route(self, "GET /large", answer_large);
  host_route(self, "GET /later", host_hold);
  host_start(self);
}

static void expect_408(host *self, client *peer, uint64_t since) {
  reply answer = client_receive(peer);
  assert_int_equal(answer.status, 408);
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  assert_true(host_now_ms() - since >= SHORT_MS);
  client_expect_end(peer);
  client_close(peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(host_stats(self).timeouts, 1);
}

static void half_a_head_is_answered_408(void **state) {
  host *self = *state;
  self->config.header_timeout_ms = SHORT_MS;
  start_patient(self);
  uint64_t since = host_now_ms();
  client peer = host_connect(self);
  client_send(&peer, "GET / HTTP/1.1\r\nHo");
  expect_408(self, &peer, since);
}

/** Each octet by itself is no progress: the head as a whole has that time. */
static void a_dripping_head_is_answered_408(void **state) {
  host *self = *state;
  self->config.header_timeout_ms = SHORT_MS;
  start_patient(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  client_expect(&peer, 200, "hello");
  uint64_t since = host_now_ms();
  client_send(&peer, "GET / HTTP/1.1\r\nX: ");
  while (!client_is_readable(&peer, 20) && host_now_ms() - since < CLIENT_PATIENCE_MS)
    client_send(&peer, "x");
  expect_408(self, &peer, since);
}

static void a_connection_without_a_request_is_closed(void **state) {
  host *self = *state;
  self->config.header_timeout_ms = SHORT_MS;
  start_patient(self);
  uint64_t since = host_now_ms();
  client peer = host_connect(self);
  client_expect_end(&peer);
  assert_true(host_now_ms() - since >= SHORT_MS);
  client_close(&peer);
  assert_int_equal(host_stats(self).timeouts, 1);
}

static void a_body_that_stops_is_answered_408(void **state) {
  host *self = *state;
  self->config.body_timeout_ms = SHORT_MS;
  start_patient(self);
  client peer = host_connect(self);
  uint64_t since = host_now_ms();
  client_send(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  expect_408(self, &peer, since);
}

static void a_body_that_goes_on_has_its_time(void **state) {
  host *self = *state;
  self->config.body_timeout_ms = 1000;
  start_patient(self);
  client peer = host_connect(self);
  client_send(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  for (int i = 0; i < 10; i++) {
    host_sleep_ms(50);
    client_send(&peer, "x");
  }
  client_expect(&peer, 200, "xxxxxxxxxx");
  client_close(&peer);
}

static void an_idle_connection_is_closed_without_a_word(void **state) {
  host *self = *state;
  self->config.idle_timeout_ms = SHORT_MS;
  start_patient(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  client_expect(&peer, 200, "hello");
  uint64_t since = host_now_ms();
  client_expect_end(&peer);
  assert_true(host_now_ms() - since >= SHORT_MS - 100);
  client_close(&peer);
  assert_int_equal(host_stats(self).timeouts, 1);
}

static void a_handler_may_take_longer_than_any_timeout(void **state) {
  host *self = *state;
  self->config.idle_timeout_ms = SHORT_MS;
  self->config.header_timeout_ms = SHORT_MS;
  self->config.body_timeout_ms = SHORT_MS;
  self->config.write_timeout_ms = SHORT_MS;
  start_patient(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  mt_exchange *exchange = host_take(self);
  assert_false(client_is_readable(&peer, 3 * SHORT_MS));
  assert_int_equal(host_answer(exchange, "at last"), MT_OK);
  client_expect(&peer, 200, "at last");
  client_close(&peer);
}

static void a_peer_that_does_not_read_is_cut(void **state) {
  host *self = *state;
  self->config.write_timeout_ms = SHORT_MS;
  start_patient(self);
  client peer = host_connect(self);
  for (int i = 0; i < 200; i++) client_send(&peer, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  HOST_AWAIT(self, timeouts, 1);
  HOST_AWAIT(self, connections_open, 0);
  client_close(&peer);
}

static void a_peer_that_reads_slowly_is_not_cut(void **state) {
  host *self = *state;
  self->config.write_timeout_ms = 1000;
  start_patient(self);
  client peer = host_connect(self);
  for (int i = 0; i < 100; i++) client_send(&peer, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 100; i++) {
    if (i < 20) host_sleep_ms(20);
    reply answer = client_receive(&peer);
    assert_int_equal(answer.body_size, sizeof large);
    reply_free(&answer);
  }
  client_close(&peer);
}

static void nothing_times_out_when_timeouts_are_off(void **state) {
  host *self = *state;
  self->config.header_timeout_ms = self->config.idle_timeout_ms = 0;
  self->config.body_timeout_ms = self->config.write_timeout_ms = 0;
  host_route(self, "POST /", host_echo);
  host_start(self);
  client peer = host_connect(self);
  assert_false(client_is_readable(&peer, SHORT_MS));
  client_send(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
  assert_false(client_is_readable(&peer, SHORT_MS));
  client_send(&peer, "ok");
  client_expect(&peer, 200, "ok");
  assert_false(client_is_readable(&peer, SHORT_MS));
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(half_a_head_is_answered_408),
      HOST_TEST(a_dripping_head_is_answered_408),
      HOST_TEST(a_connection_without_a_request_is_closed),
      HOST_TEST(a_body_that_stops_is_answered_408),
      HOST_TEST(a_body_that_goes_on_has_its_time),
      HOST_TEST(an_idle_connection_is_closed_without_a_word),
      HOST_TEST(a_handler_may_take_longer_than_any_timeout),
      HOST_TEST(a_peer_that_does_not_read_is_cut),
      HOST_TEST(a_peer_that_reads_slowly_is_not_cut),
      HOST_TEST(nothing_times_out_when_timeouts_are_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
