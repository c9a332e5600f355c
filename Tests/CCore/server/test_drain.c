/* The graceful end: nothing that was accepted is lost before the deadline. */
#include "support/check.h"
#include "support/folder.h"
#include "support/host.h"

#include <stdio.h>
#include <unistd.h>

#define GET       "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LATER "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"

static atomic_bool is_held;

/** Holds its reactor until the test lets go. */
static void hold_reactor(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  atomic_store(&is_held, true);
  uint64_t since = host_now_ms();
  while (atomic_load(&is_held) && host_now_ms() - since < CLIENT_PATIENCE_MS) host_sleep_ms(1);
  mt_response_body_copy(response, MT_SLICE("let go"));
}

static void start_usual(host *self) {
  host_route(self, "GET /", host_hello);
  host_route(self, "GET /later", host_hold);
  host_route(self, "GET /hold", hold_reactor);
  host_route_worker(self, "GET /worker", host_hello);
  host_start(self);
}

static void closes_connections_that_have_been_idle(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  client_expect(&peer, 200, "hello");
  client fresh = host_connect(self);
  HOST_AWAIT(self, connections_open, 2);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  client_expect_end(&peer);
  client_expect_end(&fresh);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  client_close(&peer);
  client_close(&fresh);
  assert_false(host_has_log(self, "shutdown deadline"));
}

static void accepts_no_more(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, GET_LATER);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  client late;
  uint64_t since = host_now_ms();
  while (client_try_connect(&late, mt_server_port(self->server, 0))) {
    client_close(&late);
    assert_true(host_now_ms() - since < CLIENT_PATIENCE_MS);
  }
  assert_int_equal(host_answer(exchange, "done"), MT_OK);
  client_expect(&peer, 200, "done");
  client_close(&peer);
}

static void lets_exchanges_finish_and_says_close(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, GET_LATER);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(mt_server_wait(self->server, 100), MT_ERROR_TIMEOUT);
  assert_int_equal(host_answer(exchange, "done"), MT_OK);
  reply answer = client_receive(&peer);
  assert_string_equal(answer.body, "done");
  assert_true(reply_has(&answer, "Connection: close"));
  reply_free(&answer);
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
}

static void a_request_on_its_way_is_still_served(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  client_expect(&peer, 200, "hello");
  client_send(&peer, "GET /worker HTTP/1.1\r\nHo");
  uint64_t received = strlen(GET) + strlen("GET /worker HTTP/1.1\r\nHo");
  HOST_AWAIT(self, bytes_received, received);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  host_sleep_ms(100);
  client_send(&peer, "st: a\r\n\r\n");
  client_expect(&peer, 200, "hello");
  client_expect_end(&peer);
  client_close(&peer);
}

/** The reactor has read all six at once, and serves two at a time. */
static void serves_pipelined_requests_that_it_has_received(void **state) {
  enum { MANY = 6 };
  host *self = *state;
  self->config.max_pipelined_requests = 2;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, GET_LATER GET_LATER GET_LATER GET_LATER GET_LATER GET_LATER);
  HOST_AWAIT(self, bytes_received, MANY * strlen(GET_LATER));
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  host_sleep_ms(20);
  for (int i = 0; i < MANY; i++) {
    assert_int_equal(host_answer(host_take(self), "done"), MT_OK);
    reply answer = client_receive(&peer);
    assert_string_equal(answer.body, "done");
    assert_int_equal(reply_has(&answer, "Connection: close"), i == MANY - 1);
    reply_free(&answer);
  }
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
}

/** What a reactor is told comes before what it is sent, when both have waited. */
static void serves_what_came_to_an_idle_connection_before_the_drain(void **state) {
  enum { LONG_IDLE_MS = 1500 };
  host *self = *state;
  start_usual(self);
  client idle = host_connect(self), other = host_connect(self), holder = host_connect(self);
  client_send(&idle, GET);
  client_expect(&idle, 200, "hello");
  host_sleep_ms(LONG_IDLE_MS);
  client_send(&other, GET_LATER);
  mt_exchange *exchange = host_take(self);
  client_send(&holder, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  uint64_t since = host_now_ms();
  while (!atomic_load(&is_held) && host_now_ms() - since < CLIENT_PATIENCE_MS) host_sleep_ms(1);
  assert_int_equal(host_answer(exchange, "later"), MT_OK); /* the reactor is told something */
  client_send(&idle, GET);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  atomic_store(&is_held, false);
  client_expect(&idle, 200, "hello");
  client_expect(&other, 200, "later");
  client_expect(&holder, 200, "let go");
  client_close(&idle);
  client_close(&other);
  client_close(&holder);
}

static void serves_what_waits_in_the_kernel(void **state) {
  enum { WAITING = 50 };
  host *self = *state;
  start_usual(self);
  atomic_store(&is_held, false);
  client holder = host_connect(self);
  client_send(&holder, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  uint64_t since = host_now_ms();
  while (!atomic_load(&is_held) && host_now_ms() - since < CLIENT_PATIENCE_MS) host_sleep_ms(1);
  client peers[WAITING];
  for (int i = 0; i < WAITING; i++) {
    peers[i] = host_connect(self);
    client_send(&peers[i], i % 3 ? GET : "GET / HTTP/1.0\r\n\r\n");
  }
  client slow = host_connect(self); /* its request is not here yet */
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  atomic_store(&is_held, false);
  client_expect(&holder, 200, "let go");
  client_send(&slow, GET);
  for (int i = 0; i < WAITING; i++) {
    client_expect(&peers[i], 200, "hello");
    client_expect_end(&peers[i]);
    client_close(&peers[i]);
  }
  client_expect(&slow, 200, "hello");
  client_close(&slow);
  client_close(&holder);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(host_stats(self).requests_total, WAITING + 2);
}

static void cuts_what_is_left_at_the_deadline_and_counts_it(void **state) {
  host *self = *state;
  start_usual(self);
  client peers[3];
  mt_exchange *held[3];
  for (int i = 0; i < 3; i++) {
    peers[i] = host_connect(self);
    client_send(&peers[i], GET_LATER);
    held[i] = host_take(self);
    mt_exchange_on_cancel(held[i], host_count_cancelled, self, host_count_destroyed);
  }
  uint64_t since = host_now_ms();
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(mt_server_drain(self->server, 150), MT_OK);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_true(host_now_ms() - since >= 150);
  assert_true(host_has_log(self, "2 shutdown deadline: cut 3 connections with 3 unanswered"));
  for (int i = 0; i < 3; i++) {
    client_expect_end(&peers[i]);
    client_close(&peers[i]);
    assert_true(mt_exchange_is_cancelled(held[i]));
    assert_int_equal(host_answer(held[i], "too late"), MT_ERROR_CLOSED);
  }
  assert_int_equal(atomic_load(&self->cancelled), 3);
  assert_int_equal(atomic_load(&self->destroyed), 3);
}

static void a_stream_ends_before_the_server_does(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, GET_LATER);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, NULL, NULL, NULL), MT_OK);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("be")), MT_OK);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  host_sleep_ms(50);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("fore")), MT_OK);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
  mt_exchange_release(exchange);
  client_expect(&peer, 200, "before");
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
}

/* --- sockets handed from reactor to reactor --- */

static void start_on_unix(host *self) {
  self->config.reactors = 4;
  host_route(self, "GET /", host_hello);
  assert_int_equal(
      mt_server_listen_unix(host_server(self), mt_slice_from(folder_socket()), 0, NULL), MT_OK);
  host_start_silently(self);
}

static void reactors_share_the_connections_of_a_unix_socket(void **state) {
  host *self = *state;
  start_on_unix(self);
  client peers[8];
  for (int i = 0; i < 8; i++) peers[i] = client_connect_unix(folder_socket());
  for (int i = 0; i < 8; i++) client_send(&peers[i], GET);
  for (int i = 0; i < 8; i++) {
    client_expect(&peers[i], 200, "hello");
    client_close(&peers[i]);
  }
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(host_stats(self).connections_total, 8);
}

static void loses_no_connection_that_is_handed_over_while_it_drains(void **state) {
  enum { ROUNDS = 10, WAITING = 40 };
  host *self = *state;
  for (int round = 0; round < ROUNDS; round++) {
    start_on_unix(self);
    client peers[WAITING];
    for (int i = 0; i < WAITING; i++) {
      peers[i] = client_connect_unix(folder_socket());
      client_send(&peers[i], GET);
    }
    assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
    for (int i = 0; i < WAITING; i++) {
      client_expect(&peers[i], 200, "hello");
      client_close(&peers[i]);
    }
    assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
    mt_stats stats = host_stats(self);
    assert_int_equal(stats.connections_total, WAITING);
    assert_int_equal(stats.connections_open, 0);
    host_destroy(self);
  }
}

static void turns_away_whoever_is_handed_over_too_late(void **state) {
  host *self = *state;
  for (int round = 0; round < 20; round++) {
    start_on_unix(self);
    client peers[20];
    for (int i = 0; i < 20; i++) peers[i] = client_connect_unix(folder_socket());
    assert_int_equal(mt_server_stop(self->server), MT_OK);
    for (int i = 0; i < 20; i++) client_close(&peers[i]);
    assert_int_equal(host_stats(self).connections_open, 0);
    host_destroy(self);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(closes_connections_that_have_been_idle),
      HOST_TEST(accepts_no_more),
      HOST_TEST(lets_exchanges_finish_and_says_close),
      HOST_TEST(a_request_on_its_way_is_still_served),
      HOST_TEST(serves_pipelined_requests_that_it_has_received),
      HOST_TEST(serves_what_came_to_an_idle_connection_before_the_drain),
      HOST_TEST(serves_what_waits_in_the_kernel),
      HOST_TEST(cuts_what_is_left_at_the_deadline_and_counts_it),
      HOST_TEST(a_stream_ends_before_the_server_does),
      HOST_TEST(reactors_share_the_connections_of_a_unix_socket),
      HOST_TEST(loses_no_connection_that_is_handed_over_while_it_drains),
      HOST_TEST(turns_away_whoever_is_handed_over_too_late),
  };
  return cmocka_run_group_tests(tests, folder_set_up, folder_tear_down);
}
