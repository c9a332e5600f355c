/* Exchanges that outlive their handler. */
#include "support/check.h"
#include "support/host.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\nX-Field: value\r\n\r\n"

static mt_exchange *ask(host *self, client *peer) {
  client_send(peer, GET);
  return host_take(self);
}

static void start_holding(host *self) {
  host_route(self, "GET /", host_hold);
  host_start(self);
}

static void completes_once(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  assert_false(mt_exchange_is_cancelled(exchange));
  assert_int_equal(mt_response_status_set(mt_exchange_response(exchange), 202), MT_OK);
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_exchange_stream_start(exchange, 0, NULL, NULL, NULL), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_response_status_set(mt_exchange_response(exchange), 203),
                   MT_ERROR_INVALID_STATE);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed),
      MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&self->destroyed), 1);
  mt_exchange_release(exchange);
  client_expect(&peer, 202, "");
  client_close(&peer);
}

static void keeps_the_request_as_long_as_it_is_held(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  mt_exchange_acquire(exchange);
  assert_int_equal(host_answer(exchange, "done"), MT_OK);
  client_expect(&peer, 200, "done");
  client_close(&peer);
  host_destroy(self);
  mt_slice value;
  assert_true(mt_request_field_get(mt_exchange_request(exchange), MT_SLICE("x-field"), &value));
  check_slice(value, "value");
  assert_false(mt_exchange_is_cancelled(exchange));
  mt_exchange_release(exchange);
}

static void completing_without_an_answer_is_an_error(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
  mt_exchange_release(exchange);
  client_expect(&peer, 500, NULL);
  host_await_log(self, "the handler of / returned without an answer");
  client_close(&peer);
}

static void *complete(void *exchange) {
  return (void *)(uintptr_t)host_answer(exchange, "from a thread");
}

static void completes_from_any_thread(void **state) {
  enum { MANY = 20 };
  host *self = *state;
  start_holding(self);
  client peers[MANY];
  pthread_t threads[MANY];
  for (int i = 0; i < MANY; i++) {
    peers[i] = host_connect(self);
    mt_exchange *exchange = ask(self, &peers[i]);
    assert_int_equal(pthread_create(&threads[i], NULL, complete, exchange), 0);
  }
  for (int i = 0; i < MANY; i++) {
    void *status;
    client_expect(&peers[i], 200, "from a thread");
    client_close(&peers[i]);
    pthread_join(threads[i], &status);
    assert_int_equal((uintptr_t)status, MT_OK);
  }
}

static void completes_inside_the_handler(mt_request *request, mt_response *response,
                                         void *user_data) {
  (void)user_data;
  mt_exchange *exchange, *again;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  bool is_refused = mt_request_defer(request, &again) == MT_ERROR_INVALID_STATE;
  mt_response_body_copy(response, is_refused ? MT_SLICE("inside") : MT_SLICE("deferred twice"));
  mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
}

static void may_be_complete_before_the_handler_returns(void **state) {
  host *self = *state;
  host_route(self, "GET /inline", completes_inside_the_handler);
  host_route_worker(self, "GET /worker", completes_inside_the_handler);
  host_start(self);
  host_expect(self, "GET /inline HTTP/1.1\r\nHost: a\r\n\r\n", 200, "inside");
  host_expect(self, "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n", 200, "inside");
}

static void forget_inside(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) == MT_OK) mt_exchange_release(exchange);
}

static void may_be_forgotten_before_the_handler_returns(void **state) {
  host *self = *state;
  host_route(self, "GET /inline", forget_inside);
  host_route_worker(self, "GET /worker", forget_inside);
  host_start(self);
  host_expect(self, "GET /inline HTTP/1.1\r\nHost: a\r\n\r\n", 500, NULL);
  host_expect(self, "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n", 500, NULL);
  assert_int_equal(host_count_log(self, "released without an answer"), 2);
}

static void a_worker_may_defer(void **state) {
  host *self = *state;
  host_route_worker(self, "GET /", host_hold);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(host_answer(ask(self, &peer), "later"), MT_OK);
    client_expect(&peer, 200, "later");
  }
  client_close(&peer);
}

/* --- cancelling --- */

static void tells_once_that_the_peer_left(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed), MT_OK);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed),
      MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&self->destroyed), 1);
  assert_int_equal(atomic_load(&self->cancelled), 0);
  client_reset(&peer);
  host_await_number(&self->destroyed, 2);
  assert_int_equal(atomic_load(&self->cancelled), 1);
  assert_true(mt_exchange_is_cancelled(exchange));
  assert_int_equal(host_answer(exchange, "lost"), MT_ERROR_CLOSED);
  HOST_AWAIT(self, requests_active, 0);
  assert_int_equal(atomic_load(&self->cancelled), 1);
}

static void tells_at_once_when_the_peer_has_left(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  client_reset(&peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed), MT_OK);
  host_await_number(&self->destroyed, 1);
  assert_int_equal(atomic_load(&self->cancelled), 1);
  mt_exchange_release(exchange);
}

static void tells_nothing_when_the_answer_is_sent(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed), MT_OK);
  assert_int_equal(host_answer(exchange, "sent"), MT_OK);
  client_expect(&peer, 200, "sent");
  host_await_number(&self->destroyed, 1);
  client_reset(&peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(atomic_load(&self->cancelled), 0);
}

static void an_exchange_whose_peer_left_may_be_forgotten(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  client_reset(&peer);
  HOST_AWAIT(self, connections_open, 0);
  mt_exchange_release(exchange);
  host_destroy(self);
  assert_false(host_has_log(self, "3 "));
}

static void all_behind_a_closing_answer_are_cancelled(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *first = ask(self, &peer), *second = ask(self, &peer);
  mt_exchange_on_cancel(second, host_count_cancelled, self, host_count_destroyed);
  mt_response_field_add(mt_exchange_response(first), MT_SLICE("Connection"), MT_SLICE("close"));
  assert_int_equal(host_answer(first, "last"), MT_OK);
  client_expect(&peer, 200, "last");
  host_await_number(&self->cancelled, 1);
  host_await_number(&self->destroyed, 1);
  assert_int_equal(host_answer(second, "lost"), MT_ERROR_CLOSED);
  client_expect_end(&peer);
  client_close(&peer);
}

static void outlives_its_server(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self), other = host_connect(self);
  mt_exchange *first = ask(self, &peer), *second = ask(self, &other);
  mt_exchange_on_cancel(first, host_count_cancelled, self, host_count_destroyed);
  host_destroy(self);
  assert_int_equal(atomic_load(&self->cancelled), 1);
  assert_int_equal(atomic_load(&self->destroyed), 1);
  assert_true(mt_exchange_is_cancelled(first));
  assert_int_equal(mt_exchange_on_cancel(second, host_count_cancelled, self, host_count_destroyed),
                   MT_OK);
  assert_int_equal(atomic_load(&self->cancelled), 2);
  assert_int_equal(atomic_load(&self->destroyed), 2);
  assert_int_equal(mt_exchange_stream_start(second, 5, NULL, self, host_count_destroyed),
                   MT_ERROR_CLOSED);
  assert_int_equal(atomic_load(&self->destroyed), 3);
  assert_int_equal(mt_exchange_stream_write(second, MT_SLICE("x")), MT_ERROR_CLOSED);
  mt_exchange_release(second);
  assert_int_equal(host_answer(first, "lost"), MT_ERROR_CLOSED);
  client_close(&peer);
  client_close(&other);
}

static void nothing_is_done_with_null(void **state) {
  host *self = *state;
  mt_exchange_acquire(NULL);
  mt_exchange_release(NULL);
  assert_null(mt_exchange_request(NULL));
  assert_null(mt_exchange_response(NULL));
  assert_true(mt_exchange_is_cancelled(NULL));
  assert_int_equal(mt_exchange_complete(NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_exchange_on_cancel(NULL, host_count_cancelled, self, host_count_destroyed),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_exchange_stream_start(NULL, 0, NULL, self, host_count_destroyed),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_exchange_stream_write(NULL, MT_SLICE("")), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_exchange_stream_end(NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_exchange_body_resume(NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_request_defer(NULL, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(atomic_load(&self->destroyed), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(completes_once),
      HOST_TEST(completing_without_an_answer_is_an_error),
      HOST_TEST(keeps_the_request_as_long_as_it_is_held),
      HOST_TEST(completes_from_any_thread),
      HOST_TEST(may_be_complete_before_the_handler_returns),
      HOST_TEST(may_be_forgotten_before_the_handler_returns),
      HOST_TEST(a_worker_may_defer),
      HOST_TEST(tells_once_that_the_peer_left),
      HOST_TEST(tells_at_once_when_the_peer_has_left),
      HOST_TEST(tells_nothing_when_the_answer_is_sent),
      HOST_TEST(an_exchange_whose_peer_left_may_be_forgotten),
      HOST_TEST(all_behind_a_closing_answer_are_cancelled),
      HOST_TEST(outlives_its_server),
      HOST_TEST(nothing_is_done_with_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
