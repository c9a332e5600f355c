/* Handlers that never answer, in every way: their peers wait, nobody else does, and the server's
 * end comes at its deadline. */
#include "support/check.h"
#include "support/host.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST      "POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbegin"

enum { MOMENT_MS = 20, DEADLINE_MS = 100, TOLERANCE_MS = 5000 };

/* --- ways not to answer --- */

static mt_flow take_and_pause(mt_body_event event, mt_slice bytes, mt_status status,
                              void *user_data) {
  (void)event, (void)bytes, (void)status, (void)user_data;
  return MT_FLOW_PAUSE;
}

static void hold_and_pause(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  mt_request_body_stream(request, take_and_pause, self, host_count_destroyed);
  host_hold(request, response, user_data);
}

static mt_flow take_on_and_on(mt_body_event event, mt_slice bytes, mt_status status,
                              void *user_data) {
  (void)event, (void)bytes, (void)status, (void)user_data;
  return MT_FLOW_CONTINUE;
}

static void hold_and_take(mt_request *request, mt_response *response, void *user_data) {
  mt_request_body_stream(request, take_on_and_on, user_data, NULL);
  host_hold(request, response, user_data);
}

static void start_usual(host *self) {
  host_route(self, "GET /", host_hello);
  host_route(self, "GET /later", host_hold);
  host_route_worker(self, "GET /worker", host_hold);
  host_route_stream(self, "POST /pause", hold_and_pause);
  host_route_stream(self, "POST /take", hold_and_take);
  host_start(self);
}

/* --- whoever waits for one of them --- */

static void say_nothing(client *peer, mt_exchange *exchange) {
  (void)peer, (void)exchange;
}

static void say_that_something_comes(client *peer, mt_exchange *exchange) {
  assert_int_equal(mt_exchange_stream_start(exchange, 10, NULL, NULL, NULL), MT_OK);
  reply head = client_receive_head(peer);
  assert_int_equal(head.status, 200);
  reply_free(&head);
}

static void say_half(client *peer, mt_exchange *exchange) {
  char octets[5];
  say_that_something_comes(peer, exchange);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("half ")), MT_OK);
  assert_int_equal(client_read(peer, octets, sizeof octets), sizeof octets);
}

static const struct silence {
  const char *request;
  void (*say)(client *peer, mt_exchange *exchange);
} silences[] = {
    {GET("/later"), say_nothing},
    {GET("/later") GET("/"), say_nothing}, /* what is behind it waits */
    {GET("/worker"), say_nothing},
    {GET("/later"), say_that_something_comes},
    {GET("/later"), say_half},
    {POST, say_nothing},
    {"POST /pause HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nwhole", say_nothing},
    {"POST /pause HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", say_nothing},
    {"POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nwhole", say_nothing},
};

enum { SILENCES = sizeof silences / sizeof silences[0], PAUSES = 2 };

static mt_exchange *ask(host *self, client *peer, const struct silence *silence) {
  *peer = host_connect(self);
  client_send(peer, silence->request);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed), MT_OK);
  silence->say(peer, exchange);
  return exchange;
}

/** All at once; those who ask for something else are served meanwhile. */
static void ask_all(host *self, client peers[SILENCES], mt_exchange *exchanges[SILENCES]) {
  for (int i = 0; i < SILENCES; i++) {
    exchanges[i] = ask(self, &peers[i], &silences[i]);
    host_expect(self, GET("/"), 200, "hello");
  }
  for (int i = 0; i < SILENCES; i++) assert_false(client_is_readable(&peers[i], MOMENT_MS));
}

static void let_all_go(mt_exchange *exchanges[SILENCES]) {
  for (int i = 0; i < SILENCES; i++) {
    assert_true(mt_exchange_is_cancelled(exchanges[i]));
    mt_exchange_release(exchanges[i]);
  }
}

static void holds_up_nobody_else_and_ends_at_the_deadline(void **state) {
  host *self = *state;
  start_usual(self);
  client peers[SILENCES];
  mt_exchange *exchanges[SILENCES];
  ask_all(self, peers, exchanges);
  uint64_t since = host_now_ms();
  assert_int_equal(mt_server_drain(self->server, DEADLINE_MS), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_in_range(host_now_ms() - since, DEADLINE_MS, DEADLINE_MS + TOLERANCE_MS);
  assert_int_equal(host_count_log(self, "2 shutdown deadline: cut 9 connections with 10"), 1);
  for (int i = 0; i < SILENCES; i++) {
    client_expect_end(&peers[i]);
    client_close(&peers[i]);
  }
  assert_int_equal(atomic_load(&self->cancelled), SILENCES);
  assert_int_equal(atomic_load(&self->destroyed), SILENCES + PAUSES);
  let_all_go(exchanges);
}

/** But for those who paused: they are not read from, and hear of it when they go on. */
static void is_told_when_its_peer_has_waited_long_enough(void **state) {
  host *self = *state;
  start_usual(self);
  client peers[SILENCES];
  mt_exchange *exchanges[SILENCES];
  ask_all(self, peers, exchanges);
  for (int i = 0; i < SILENCES; i++) client_reset(&peers[i]);
  HOST_AWAIT(self, connections_open, PAUSES);
  for (int i = 0; i < SILENCES; i++) mt_exchange_body_resume(exchanges[i]);
  HOST_AWAIT(self, connections_open, 0);
  host_await_number(&self->cancelled, SILENCES);
  host_await_number(&self->destroyed, SILENCES + PAUSES);
  let_all_go(exchanges);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(holds_up_nobody_else_and_ends_at_the_deadline),
      HOST_TEST(is_told_when_its_peer_has_waited_long_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
