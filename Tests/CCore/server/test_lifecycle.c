/* start, run, drain, wait, stop and destroy: each more than once, and from any thread. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static void expect_hello(host *self) {
  host_expect(self, GET, 200, "hello");
}

static void every_step_may_be_repeated(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  assert_int_equal(mt_server_start(self->server, NULL), MT_OK);
  expect_hello(self);
  assert_int_equal(mt_server_drain(self->server, 5000), MT_OK);
  assert_int_equal(mt_server_drain(self->server, 0), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(mt_server_wait(self->server, 0), MT_OK);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(mt_server_drain(self->server, 1), MT_OK);
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(mt_server_start(self->server, &error), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_run(self->server, &error), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_inject(self->server, MT_SLICE(GET), NULL, NULL),
                   MT_ERROR_INVALID_ARGUMENT);
}

static void what_never_started_can_end(void **state) {
  host *self = *state;
  assert_int_equal(mt_server_wait(host_server(self), 0), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(mt_server_wait(self->server, 0), MT_OK);
  assert_int_equal(mt_server_start(self->server, NULL), MT_ERROR_INVALID_STATE);
  mt_server_destroy(NULL);
}

static void a_drain_before_the_start_stops(void **state) {
  host *self = *state;
  assert_int_equal(mt_server_drain(host_server(self), 0), MT_OK);
  assert_int_equal(mt_server_run(self->server, NULL), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_wait(self->server, 0), MT_OK);
}

static void waiting_ends_with_its_time(void **state) {
  host *self = *state;
  host_start(self);
  uint64_t since = host_now_ms();
  assert_int_equal(mt_server_wait(self->server, 60), MT_ERROR_TIMEOUT);
  assert_true(host_now_ms() - since >= 59);
}

static void no_call_takes_null_for_a_server(void **state) {
  (void)state;
  assert_int_equal(mt_server_start(NULL, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_run(NULL, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_drain(NULL, 0), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_wait(NULL, 0), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_stop(NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_stats(NULL, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_create(NULL, NULL, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_listener_count(NULL), 0);
  assert_int_equal(mt_server_port(NULL, 0), 0);
}

/* --- several threads --- */

static void *start_it(void *user_data) {
  host *self = user_data;
  return (void *)(uintptr_t)mt_server_start(self->server, NULL);
}

static void *stop_it(void *user_data) {
  host *self = user_data;
  return (void *)(uintptr_t)mt_server_stop(self->server);
}

static void *drain_it(void *user_data) {
  host *self = user_data;
  mt_server_drain(self->server, 1000);
  return (void *)(uintptr_t)mt_server_wait(self->server, UINT32_MAX);
}

static void *run_it(void *user_data) {
  host *self = user_data;
  return (void *)(uintptr_t)mt_server_run(self->server, NULL);
}

static void check_all(host *self, void *(*const calls[])(void *), size_t count) {
  pthread_t threads[8];
  for (size_t i = 0; i < count; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, calls[i], self), 0);
  for (size_t i = 0; i < count; i++) {
    void *result;
    pthread_join(threads[i], &result);
    assert_int_equal((uintptr_t)result, MT_OK);
  }
}

static void starts_once_however_many_threads_start_it(void **state) {
  host *self = *state;
  self->config.reactors = 3;
  host_route(self, "GET /", host_hello);
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
  check_all(self, (void *(*const[])(void *)){start_it, start_it, start_it, start_it}, 4);
  expect_hello(self);
  check_all(self, (void *(*const[])(void *)){stop_it, drain_it, stop_it, drain_it, stop_it}, 5);
}

static void runs_on_the_callers_thread(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_route_worker(self, "GET /worker", host_hello);
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
  pthread_t first, second;
  void *result;
  assert_int_equal(pthread_create(&first, NULL, run_it, self), 0);
  expect_hello(self);
  host_expect(self, "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n", 200, "hello");
  assert_int_equal(pthread_create(&second, NULL, run_it, self), 0);
  assert_int_equal(mt_server_drain(self->server, 1000), MT_OK);
  pthread_join(first, &result);
  assert_int_equal((uintptr_t)result, MT_OK);
  /* The second one waited for the first, or came when all was over. */
  pthread_join(second, &result);
  assert_true((uintptr_t)result == MT_OK || (uintptr_t)result == MT_ERROR_INVALID_STATE);
}

static atomic_int ran_with, waited_with, stopped_with;

/** What a thread of the server may not ask for, it is told; the stop is begun all the same. */
static void stop_from_inside(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  (void)request, (void)response;
  atomic_store(&ran_with, (int)mt_server_run(self->server, NULL));
  atomic_store(&waited_with, (int)mt_server_wait(self->server, 0));
  atomic_store(&stopped_with, (int)mt_server_stop(self->server));
}

static void check_stop_from_inside(host *self, const char *path) {
  char line[64];
  snprintf(line, sizeof line, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
  client peer = host_connect(self);
  client_send(&peer, line);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  client_close(&peer);
}

static void a_handler_cannot_wait_for_its_own_end(void **state) {
  host *self = *state;
  host_route(self, "GET /", stop_from_inside);
  host_start(self);
  check_stop_from_inside(self, "/");
  assert_int_equal(atomic_load(&ran_with), MT_ERROR_WRONG_THREAD);
  assert_int_equal(atomic_load(&waited_with), MT_ERROR_WRONG_THREAD);
  assert_int_equal(atomic_load(&stopped_with), MT_ERROR_WRONG_THREAD);
}

/** Long after the reactors are gone the worker still is a thread of the server's. */
static void stop_late(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response;
  host *self = user_data;
  mt_server_drain(self->server, 1);
  host_sleep_ms(300);
  atomic_store(&stopped_with, (int)mt_server_stop(self->server));
}

static void a_worker_cannot_wait_for_its_own_end(void **state) {
  host *self = *state;
  atomic_store(&stopped_with, -1);
  host_route_worker(self, "GET /", stop_late);
  host_start(self);
  check_stop_from_inside(self, "/");
  assert_int_equal(atomic_load(&stopped_with), MT_ERROR_WRONG_THREAD);
}

static void block_a_while(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  host_sleep_ms(300);
  mt_response_status_set(response, 200);
}

static void stop_when_told(mt_log_level level, mt_slice message, void *user_data) {
  (void)level, (void)message;
  host *self = user_data;
  atomic_store(&stopped_with, (int)mt_server_stop(self->server));
}

static void a_log_callback_cannot_wait_for_its_own_end(void **state) {
  host *self = *state;
  atomic_store(&stopped_with, -1);
  self->config.log = stop_when_told;
  self->config.handler_warning_ms = 20;
  host_route(self, "GET /", block_a_while);
  host_start(self);
  check_stop_from_inside(self, "/");
  assert_int_equal(atomic_load(&stopped_with), MT_ERROR_WRONG_THREAD);
}

/* --- two of them --- */

static void two_servers_share_a_process(void **state) {
  host *self = *state;
  void *other_state;
  assert_int_equal(host_set_up(&other_state), 0);
  host *other = other_state;
  host_route(self, "GET /", host_hello);
  host_route(other, "GET /{name}", host_parameter);
  host_start(self);
  host_start(other);
  expect_hello(self);
  host_expect(other, "GET /other HTTP/1.1\r\nHost: a\r\n\r\n", 200, "other");
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  host_expect(other, "GET /still HTTP/1.1\r\nHost: a\r\n\r\n", 200, "still");
  assert_int_equal(host_stats(self).requests_total, 1);
  assert_int_equal(host_stats(other).requests_total, 2);
  assert_int_equal(host_tear_down(&other_state), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(every_step_may_be_repeated),
      HOST_TEST(what_never_started_can_end),
      HOST_TEST(a_drain_before_the_start_stops),
      HOST_TEST(waiting_ends_with_its_time),
      cmocka_unit_test(no_call_takes_null_for_a_server),
      HOST_TEST(starts_once_however_many_threads_start_it),
      HOST_TEST(runs_on_the_callers_thread),
      HOST_TEST(a_handler_cannot_wait_for_its_own_end),
      HOST_TEST(a_worker_cannot_wait_for_its_own_end),
      HOST_TEST(a_log_callback_cannot_wait_for_its_own_end),
      HOST_TEST(two_servers_share_a_process),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
