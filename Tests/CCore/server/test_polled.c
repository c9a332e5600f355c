/* The server inside a loop that the host owns: everything happens while the host polls, and only
 * then. */
#include "support/check.h"
#include "support/host.h"

#include <fcntl.h>
#include <poll.h>

#define GET        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_WORKER "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n"

static pthread_t handled_on;

static void say_hello(mt_request *request, mt_response *response, void *user_data) {
  handled_on = pthread_self();
  host_hello(request, response, user_data);
}

static void listen_somewhere(host *self) {
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
}

static void start_polled(host *self) {
  listen_somewhere(self);
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(mt_server_start_polled(self->server, &error), MT_OK);
}

static bool is_readable(host *self, int wait_ms) {
  struct pollfd watched = {.fd = mt_server_poll_descriptor(self->server), .events = POLLIN};
  return poll(&watched, 1, wait_ms) == 1;
}

/** One round of a host's loop. */
static mt_status turn(host *self) {
  int wait_ms = mt_server_poll_timeout_ms(self->server);
  is_readable(self, wait_ms < 0 || wait_ms > 10 ? 10 : wait_ms);
  return mt_server_poll(self->server);
}

static void turn_until_answered(host *self, client *peer) {
  uint64_t since = host_now_ms();
  while (!client_is_readable(peer, 0)) {
    assert_int_equal(turn(self), MT_OK);
    assert_true(host_now_ms() - since < CLIENT_PATIENCE_MS);
  }
}

/** Asks, and turns until a handler has it. */
static client ask(host *self) {
  client peer = host_connect(self);
  client_send(&peer, GET);
  while (host_stats(self).requests_active == 0) assert_int_equal(turn(self), MT_OK);
  return peer;
}

static void expect_answer(host *self, const char *request, int status, const char *body) {
  client peer = host_connect(self);
  client_send(&peer, request);
  turn_until_answered(self, &peer);
  client_expect(&peer, status, body);
  client_close(&peer);
}

static void turn_to_the_end(host *self) {
  uint64_t since = host_now_ms();
  while (turn(self) == MT_OK) assert_true(host_now_ms() - since < CLIENT_PATIENCE_MS);
  assert_int_equal(mt_server_poll(self->server), MT_ERROR_CLOSED);
}

/* --- serving --- */

static void serves_on_the_thread_that_polls(void **state) {
  host *self = *state;
  host_route(self, "GET /", say_hello);
  start_polled(self);
  expect_answer(self, GET, 200, "hello");
  assert_true(pthread_equal(handled_on, pthread_self()));
}

static void the_descriptor_is_readable_while_there_is_something_to_do(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  start_polled(self);
  while (is_readable(self, 0)) assert_int_equal(mt_server_poll(self->server), MT_OK);
  assert_int_equal(mt_server_poll_timeout_ms(self->server), -1);
  client peer = host_connect(self);
  client_send(&peer, GET);
  assert_true(is_readable(self, CLIENT_PATIENCE_MS));
  assert_false(client_is_readable(&peer, 50));
  turn_until_answered(self, &peer);
  while (is_readable(self, 0)) assert_int_equal(mt_server_poll(self->server), MT_OK);
  int wait_ms = mt_server_poll_timeout_ms(self->server);
  assert_true(wait_ms > 0 && wait_ms <= 200);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void timers_go_by_the_time_that_it_names(void **state) {
  host *self = *state;
  self->config.idle_timeout_ms = 150;
  host_route(self, "GET /", host_hello);
  start_polled(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  turn_until_answered(self, &peer);
  client_expect(&peer, 200, "hello");
  int rounds = 0;
  for (; !client_is_readable(&peer, 0); rounds++) {
    is_readable(self, mt_server_poll_timeout_ms(self->server));
    assert_int_equal(mt_server_poll(self->server), MT_OK);
  }
  assert_true(rounds < 20); /* it waits, it does not spin */
  client_expect_end(&peer);
  client_close(&peer);
}

static void *answer_what_is_held(void *user_data) {
  host_answer(host_take(user_data), "later");
  return NULL;
}

static void another_thread_wakes_it_by_completing(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hold);
  start_polled(self);
  pthread_t other;
  assert_int_equal(pthread_create(&other, NULL, answer_what_is_held, self), 0);
  expect_answer(self, GET, 200, "later");
  pthread_join(other, NULL);
}

static void the_polling_thread_completes_outside_of_callbacks(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hold);
  start_polled(self);
  client peer = ask(self);
  host_answer(host_take(self), "later");
  turn_until_answered(self, &peer);
  client_expect(&peer, 200, "later");
  client_close(&peer);
}

static void workers_and_further_reactors_have_threads(void **state) {
  host *self = *state;
  self->config.reactors = 3;
  host_route(self, "GET /", host_hello);
  host_route_worker(self, "GET /worker", host_hello);
  start_polled(self);
  for (int i = 0; i < 30; i++) expect_answer(self, i % 2 ? GET : GET_WORKER, 200, "hello");
}

static void two_servers_share_a_loop(void **state) {
  host *self = *state;
  mt_server *first = NULL;
  host_route(self, "GET /", host_hello);
  start_polled(self);
  assert_int_equal(mt_server_create(&self->config, &first, NULL), MT_OK);
  assert_int_equal(mt_server_start_polled(first, NULL), MT_OK);
  assert_true(mt_server_poll_descriptor(first) != mt_server_poll_descriptor(self->server));
  assert_int_equal(mt_server_poll(first), MT_OK);
  expect_answer(self, GET, 200, "hello");
  mt_server_destroy(first);
}

/* --- its end --- */

static void a_drain_ends_while_it_is_polled(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hold);
  start_polled(self);
  client peer = ask(self);
  assert_int_equal(mt_server_drain(self->server, 5000), MT_OK);
  assert_int_equal(turn(self), MT_OK);
  host_answer(host_take(self), "last");
  turn_to_the_end(self);
  client_expect(&peer, 200, "last");
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(mt_server_wait(self->server, 0), MT_OK);
}

static void waiting_on_the_polling_thread_polls(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  start_polled(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  uint64_t since = host_now_ms();
  assert_int_equal(mt_server_wait(self->server, 60), MT_ERROR_TIMEOUT);
  assert_true(host_now_ms() - since >= 59);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(mt_server_poll(self->server), MT_ERROR_CLOSED);
}

static void what_is_not_polled_is_polled_by_its_destruction(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hold);
  start_polled(self);
  client peer = ask(self);
  mt_exchange *held = host_take(self);
  host_destroy(self);
  client_expect_end(&peer);
  client_close(&peer);
  assert_true(mt_exchange_is_cancelled(held));
  mt_exchange_release(held);
}

static void *destroy_it(void *user_data) {
  host_destroy(user_data);
  return NULL;
}

static void another_thread_may_destroy_what_nobody_polls(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  start_polled(self);
  expect_answer(self, GET, 200, "hello");
  pthread_t other;
  assert_int_equal(pthread_create(&other, NULL, destroy_it, self), 0);
  pthread_join(other, NULL);
}

static void *stop_it(void *user_data) {
  host *self = user_data;
  return (void *)(uintptr_t)mt_server_stop(self->server);
}

static void another_thread_that_stops_waits_for_the_polling_one(void **state) {
  host *self = *state;
  start_polled(self);
  pthread_t other;
  void *result;
  assert_int_equal(pthread_create(&other, NULL, stop_it, self), 0);
  turn_to_the_end(self);
  pthread_join(other, &result);
  assert_int_equal((uintptr_t)result, MT_OK);
}

static void *poll_to_the_end(void *user_data) {
  turn_to_the_end(user_data);
  return NULL;
}

static void threads_may_take_turns(void **state) {
  host *self = *state;
  host_route(self, "GET /", say_hello);
  start_polled(self);
  expect_answer(self, GET, 200, "hello");
  pthread_t other;
  assert_int_equal(pthread_create(&other, NULL, poll_to_the_end, self), 0);
  host_expect(self, GET, 200, "hello");
  assert_true(pthread_equal(handled_on, other));
  assert_int_equal(mt_server_drain(self->server, 1000), MT_OK);
  pthread_join(other, NULL);
}

/* --- misuse --- */

static void what_does_not_run_cannot_be_polled(void **state) {
  host *self = *state;
  assert_int_equal(mt_server_poll(NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_start_polled(NULL, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_poll_descriptor(NULL), -1);
  assert_int_equal(mt_server_poll_timeout_ms(NULL), -1);
  assert_int_equal(mt_server_poll(host_server(self)), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_poll_descriptor(self->server), -1);
  assert_int_equal(mt_server_poll_timeout_ms(self->server), -1);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(mt_server_start_polled(self->server, NULL), MT_ERROR_INVALID_STATE);
}

static void what_runs_on_threads_is_not_polled(void **state) {
  host *self = *state;
  host_start(self);
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(mt_server_start_polled(self->server, &error), MT_ERROR_INVALID_STATE);
  assert_non_null(strstr(error.message, "threads"));
  assert_int_equal(mt_server_poll(self->server), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_poll_descriptor(self->server), -1);
}

static void starting_again_changes_nothing(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  start_polled(self);
  assert_int_equal(mt_server_start_polled(self->server, NULL), MT_OK);
  assert_int_equal(mt_server_start(self->server, NULL), MT_OK);
  expect_answer(self, GET, 200, "hello");
}

static mt_status polled_inside, stopped_inside;

static void poll_inside(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  host_hello(request, response, NULL);
  polled_inside = mt_server_poll(self->server);
  stopped_inside = mt_server_stop(self->server);
}

static void a_handler_cannot_poll(void **state) {
  host *self = *state;
  host_route(self, "GET /", poll_inside);
  start_polled(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  turn_to_the_end(self);
  client_close(&peer);
  assert_int_equal(polled_inside, MT_ERROR_WRONG_THREAD);
  assert_int_equal(stopped_inside, MT_ERROR_WRONG_THREAD);
}

static atomic_int is_inside, may_leave;

static void stay_inside(mt_request *request, mt_response *response, void *user_data) {
  atomic_store(&is_inside, 1);
  host_await_number(&may_leave, 1);
  host_hello(request, response, user_data);
}

static void two_threads_cannot_poll_at_once(void **state) {
  host *self = *state;
  host_route(self, "GET /", stay_inside);
  start_polled(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  pthread_t other;
  assert_int_equal(pthread_create(&other, NULL, poll_to_the_end, self), 0);
  host_await_number(&is_inside, 1);
  assert_int_equal(mt_server_poll(self->server), MT_ERROR_WRONG_THREAD);
  atomic_store(&may_leave, 1);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
  assert_int_equal(mt_server_drain(self->server, 1000), MT_OK);
  pthread_join(other, NULL);
}

static void destroy_inside(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  mt_server_destroy(self->server);
  host_hello(request, response, NULL);
}

static void a_handler_that_destroys_its_server_only_stops_it(void **state) {
  host *self = *state;
  host_route(self, "GET /", destroy_inside);
  start_polled(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  turn_to_the_end(self);
  client_close(&peer);
  assert_true(host_has_log(self, "not freed"));
}

static void the_descriptor_goes_with_the_server(void **state) {
  host *self = *state;
  start_polled(self);
  int descriptor = mt_server_poll_descriptor(self->server);
  assert_true(fcntl(descriptor, F_GETFD) >= 0);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_true(fcntl(descriptor, F_GETFD) >= 0);
  host_destroy(self);
  assert_int_equal(fcntl(descriptor, F_GETFD), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(serves_on_the_thread_that_polls),
      HOST_TEST(the_descriptor_is_readable_while_there_is_something_to_do),
      HOST_TEST(timers_go_by_the_time_that_it_names),
      HOST_TEST(another_thread_wakes_it_by_completing),
      HOST_TEST(the_polling_thread_completes_outside_of_callbacks),
      HOST_TEST(workers_and_further_reactors_have_threads),
      HOST_TEST(two_servers_share_a_loop),
      HOST_TEST(a_drain_ends_while_it_is_polled),
      HOST_TEST(waiting_on_the_polling_thread_polls),
      HOST_TEST(what_is_not_polled_is_polled_by_its_destruction),
      HOST_TEST(another_thread_may_destroy_what_nobody_polls),
      HOST_TEST(another_thread_that_stops_waits_for_the_polling_one),
      HOST_TEST(threads_may_take_turns),
      HOST_TEST(what_does_not_run_cannot_be_polled),
      HOST_TEST(what_runs_on_threads_is_not_polled),
      HOST_TEST(starting_again_changes_nothing),
      HOST_TEST(a_handler_cannot_poll),
      HOST_TEST(two_threads_cannot_poll_at_once),
      HOST_TEST(a_handler_that_destroys_its_server_only_stops_it),
      HOST_TEST(the_descriptor_goes_with_the_server),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
