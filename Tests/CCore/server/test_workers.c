/* Handlers that block: on workers they may, on a reactor they are named in the log. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

#define GET        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_WORKER "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n"

static atomic_int waiting;
static atomic_bool may_go;

static void block(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  atomic_fetch_add(&waiting, 1);
  uint64_t since = host_now_ms();
  while (!atomic_load(&may_go) && host_now_ms() - since < CLIENT_PATIENCE_MS) host_sleep_ms(1);
  mt_response_body_copy(response, MT_SLICE("worked"));
}

static void start_blocking(host *self) {
  atomic_store(&waiting, 0);
  atomic_store(&may_go, false);
  host_route_worker(self, "GET /worker", block);
  host_route(self, "GET /blocks/{name}", block);
  host_route(self, "GET /", host_hello);
  host_start(self);
}

static void the_reactor_goes_on_while_workers_block(void **state) {
  host *self = *state;
  start_blocking(self);
  client peer = host_connect(self);
  client_send(&peer, GET_WORKER);
  host_await_number(&waiting, 1);
  for (int i = 0; i < 10; i++) host_expect(self, GET, 200, "hello");
  atomic_store(&may_go, true);
  client_expect(&peer, 200, "worked");
  client_close(&peer);
}

static void a_full_queue_is_answered_503_with_retry_after(void **state) {
  host *self = *state;
  self->config.workers = 1;
  self->config.worker_queue_capacity = 2;
  start_blocking(self);
  client peers[4];
  for (int i = 0; i < 4; i++) {
    peers[i] = host_connect(self);
    client_send(&peers[i], GET_WORKER);
    if (i == 0) host_await_number(&waiting, 1);
    HOST_AWAIT(self, requests_total, (uint64_t)i + 1);
  }
  reply answer = client_receive(&peers[3]);
  assert_int_equal(answer.status, 503);
  assert_true(reply_has(&answer, "Retry-After: 1"));
  assert_false(reply_has_field(&answer, "Connection"));
  reply_free(&answer);
  assert_int_equal(host_stats(self).worker_rejections, 1);
  atomic_store(&may_go, true);
  for (int i = 0; i < 3; i++) client_expect(&peers[i], 200, "worked");
  client_send(&peers[3], GET_WORKER);
  client_expect(&peers[3], 200, "worked");
  for (int i = 0; i < 4; i++) client_close(&peers[i]);
}

static void a_stop_waits_for_handlers_on_workers_and_begins_none(void **state) {
  host *self = *state;
  start_blocking(self);
  client peer = host_connect(self);
  client_send(&peer, GET_WORKER GET_WORKER GET_WORKER);
  host_await_number(&waiting, 2);
  assert_int_equal(mt_server_drain(self->server, 1), MT_OK);
  assert_int_equal(mt_server_wait(self->server, 300), MT_ERROR_TIMEOUT);
  atomic_store(&may_go, true);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(atomic_load(&waiting), 2);
  client_close(&peer);
}

static void worker_routes_need_workers(void **state) {
  host *self = *state;
  self->config.workers = 0;
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.dispatch = MT_DISPATCH_WORKER;
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(mt_server_route(host_server(self), MT_METHOD_GET, MT_SLICE("/x"), host_hello,
                                   self, host_count_destroyed, &options, &error),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "/x"));
  options.body_mode = MT_BODY_STREAM;
  assert_int_equal(mt_server_route(self->server, MT_METHOD_GET, MT_SLICE("/x"), host_hello, self,
                                   host_count_destroyed, &options, &error),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(atomic_load(&self->destroyed), 2);
  host_route(self, "GET /", host_hello);
  host_start(self);
  host_expect(self, GET, 200, "hello");
}

static void a_handler_that_holds_its_reactor_is_named(void **state) {
  host *self = *state;
  self->config.handler_warning_ms = 30;
  start_blocking(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /blocks/once HTTP/1.1\r\nHost: a\r\n\r\n");
  host_await_log(self, "2 the handler of route /blocks/{name} has held reactor 0 for over 30 ms");
  host_sleep_ms(100);
  assert_int_equal(host_count_log(self, "has held reactor"), 1);
  atomic_store(&may_go, true);
  client_expect(&peer, 200, "worked");
  atomic_store(&may_go, false);
  client_send(&peer, "GET /blocks/again HTTP/1.1\r\nHost: a\r\n\r\n");
  uint64_t since = host_now_ms();
  while (host_count_log(self, "has held reactor") < 2 && host_now_ms() - since < 10000)
    host_sleep_ms(1);
  assert_int_equal(host_count_log(self, "has held reactor"), 2);
  atomic_store(&may_go, true);
  client_expect(&peer, 200, "worked");
  client_close(&peer);
}

static void a_fallback_that_holds_its_reactor_is_named(void **state) {
  host *self = *state;
  self->config.handler_warning_ms = 30;
  mt_server_fallback(host_server(self), block, NULL, NULL, NULL);
  start_blocking(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
  host_await_log(self, "2 the handler of the fallback");
  atomic_store(&may_go, true);
  client_expect(&peer, 404, "worked");
  client_close(&peer);
}

static void handlers_on_workers_are_not_named(void **state) {
  host *self = *state;
  self->config.handler_warning_ms = 20;
  start_blocking(self);
  client peer = host_connect(self);
  client_send(&peer, GET_WORKER);
  host_await_number(&waiting, 1);
  host_sleep_ms(100);
  atomic_store(&may_go, true);
  client_expect(&peer, 200, "worked");
  client_close(&peer);
  assert_false(host_has_log(self, "has held reactor"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(the_reactor_goes_on_while_workers_block),
      HOST_TEST(a_full_queue_is_answered_503_with_retry_after),
      HOST_TEST(a_stop_waits_for_handlers_on_workers_and_begins_none),
      HOST_TEST(worker_routes_need_workers),
      HOST_TEST(a_handler_that_holds_its_reactor_is_named),
      HOST_TEST(a_fallback_that_holds_its_reactor_is_named),
      HOST_TEST(handlers_on_workers_are_not_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
