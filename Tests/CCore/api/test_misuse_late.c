/* An exchange that is held longer than it lasts: what would change it is refused, what was said of
 * it stays readable, and of two who end it at once one does. */
#include "support/check.h"
#include "support/host.h"
#include "support/ledger.h"
#include "support/soak.h"

#include <unistd.h>

#define HEAD "POST /users/a%20b?q HTTP/1.1\r\nHost: name\r\nX: y\r\n"
#define POST HEAD "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nTrailer: t\r\n\r\n"

static mt_exchange *ask(host *self, client *peer) {
  host_route(self, "POST /users/{id}", host_hold);
  host_start(self);
  *peer = host_connect(self);
  client_send(peer, POST);
  return host_take(self);
}

/* --- what stays --- */

static void check_reads(mt_exchange *exchange) {
  const mt_request *request = mt_exchange_request(exchange);
  char peer[64];
  mt_slice value;
  assert_int_equal(mt_request_method(request), MT_METHOD_POST);
  check_slice(mt_request_method_name(request), "POST");
  check_slice(mt_request_target(request), "/users/a%20b?q");
  check_slice(mt_request_path(request), "/users/a%20b");
  check_slice(mt_request_query(request), "q");
  check_slice(mt_request_authority(request), "name");
  assert_int_equal(mt_request_minor_version(request), 1);
  assert_int_equal(mt_request_field_count(request), 3);
  check_slice(mt_request_field_at(request, 1).value, "y");
  assert_true(mt_request_field_get(request, MT_SLICE("x"), &value));
  check_slice(value, "y");
  check_slice(mt_request_route(request), "/users/{id}");
  assert_int_equal(mt_request_parameter_count(request), 1);
  check_slice(mt_request_parameter_at(request, 0).value, "a b");
  assert_true(mt_request_parameter_get(request, MT_SLICE("id"), &value));
  check_slice(value, "a b");
  check_slice(mt_request_body(request), "body");
  assert_int_equal(mt_request_content_length(request), UINT64_MAX);
  assert_int_equal(mt_request_trailer_count(request), 1);
  check_slice(mt_request_trailer_at(request, 0).value, "t");
  assert_true(mt_request_peer(request, peer, sizeof peer) > strlen("127.0.0.1:"));
  const mt_response *response = mt_exchange_response(exchange);
  assert_int_equal(mt_response_status_get(response), 201);
  assert_true(mt_response_field_get(response, MT_SLICE("early"), &value));
  check_slice(value, "1");
}

/* --- what is refused --- */

static void ignore(mt_exchange *exchange, void *line) {
  (void)exchange, (void)line;
}

static mt_flow ignore_body(mt_body_event event, mt_slice bytes, mt_status status, void *line) {
  (void)event, (void)bytes, (void)status, (void)line;
  return MT_FLOW_CONTINUE;
}

static void check_refused(mt_exchange *exchange) {
  mt_request *request = mt_exchange_request(exchange);
  mt_response *response = mt_exchange_response(exchange);
  mt_slice text = MT_SLICE("late");
  mt_exchange *again;
  const mt_status refusals[] = {
      mt_response_status_set(response, 202),
      mt_response_field_add(response, text, text),
      mt_response_field_set(response, text, text),
      mt_response_field_remove(response, MT_SLICE("early")),
      mt_response_body_copy(response, text),
      mt_response_body_borrow(response, text, ledger_give_back, ledger_gift()),
      mt_response_body_file(response, dup(0), 0, 1),
      mt_response_fail(response, 500),
      mt_exchange_complete(exchange),
      mt_exchange_on_cancel(exchange, ignore, ledger_gift(), ledger_give_back),
      mt_exchange_stream_start(exchange, 1, ignore, ledger_gift(), ledger_give_back),
      mt_exchange_stream_write(exchange, text),
      mt_exchange_stream_end(exchange),
      mt_exchange_body_resume(exchange),
      mt_request_defer(request, &again),
      mt_request_body_stream(request, ignore_body, ledger_gift(), ledger_give_back),
  };
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    if (refusals[i] != MT_ERROR_INVALID_STATE)
      print_error("call %zu: %s\n", i, mt_status_name(refusals[i]));
    assert_int_equal(refusals[i], MT_ERROR_INVALID_STATE);
  }
  ledger_settle(4);
}

/* --- ways to be over --- */

static void fill(mt_exchange *exchange) {
  mt_response *response = mt_exchange_response(exchange);
  assert_int_equal(mt_response_status_set(response, 201), MT_OK);
  assert_int_equal(mt_response_field_add(response, MT_SLICE("Early"), MT_SLICE("1")), MT_OK);
}

static void is_completed(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
  client_expect(peer, 201, "");
}

static void is_streamed(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  assert_int_equal(mt_exchange_stream_start(exchange, 4, NULL, NULL, NULL), MT_OK);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("four")), MT_OK);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
  client_expect(peer, 201, "four");
}

static void is_completed_without_a_peer(host *self, client *peer, mt_exchange *exchange) {
  client_reset(peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
}

static void is_streamed_without_a_peer(host *self, client *peer, mt_exchange *exchange) {
  client_reset(peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(mt_exchange_stream_start(exchange, 4, NULL, NULL, NULL), MT_ERROR_CLOSED);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_ERROR_CLOSED);
}

static void is_completed_without_a_server(host *self, client *peer, mt_exchange *exchange) {
  (void)peer;
  host_destroy(self);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
}

static void loses_its_peer_in_a_stream(host *self, client *peer, mt_exchange *exchange) {
  assert_int_equal(mt_exchange_stream_start(exchange, 4, NULL, NULL, NULL), MT_OK);
  client_reset(peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("four")), MT_ERROR_CLOSED);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_ERROR_CLOSED);
}

static void (*const ends[])(host *, client *, mt_exchange *) = {
    is_completed,
    is_streamed,
    is_completed_without_a_peer,
    is_streamed_without_a_peer,
    is_completed_without_a_server,
    loses_its_peer_in_a_stream,
};

/** With the server there, stopped and gone. */
static void nothing_is_changed_and_all_can_be_read(void **state) {
  host *self = *state;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    client peer;
    mt_exchange *exchange = ask(self, &peer);
    fill(exchange);
    check_reads(exchange);
    ends[i](self, &peer, exchange);
    for (int step = 0; step < 3; step++) {
      check_refused(exchange);
      check_reads(exchange);
      if (step == 0 && self->server) assert_int_equal(mt_server_stop(self->server), MT_OK);
      if (step == 1) host_destroy(self);
    }
    mt_exchange_release(exchange);
    if (peer.socket >= 0) client_close(&peer);
  }
}

/* --- two at once --- */

static void *complete(void *exchange) {
  return (void *)(uintptr_t)mt_exchange_complete(exchange);
}

static void *begin_stream(void *exchange) {
  return (void *)(uintptr_t)mt_exchange_stream_start(exchange, 4, ignore, ledger_gift(),
                                                     ledger_give_back);
}

static void *end_stream(void *exchange) {
  return (void *)(uintptr_t)mt_exchange_stream_end(exchange);
}

static void *let_go(void *exchange) {
  mt_exchange_release(exchange);
  return NULL;
}

typedef void *(*end_fn)(void *exchange);

/** Which of the two succeeded; the other was refused. */
static int race(end_fn first, end_fn second, mt_exchange *exchange) {
  pthread_t threads[2];
  void *results[2];
  assert_int_equal(pthread_create(&threads[0], NULL, first, exchange), 0);
  assert_int_equal(pthread_create(&threads[1], NULL, second, exchange), 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], &results[i]);
  int winner = (uintptr_t)results[0] == MT_OK ? 0 : 1;
  assert_int_equal((uintptr_t)results[winner], MT_OK);
  assert_int_equal((uintptr_t)results[1 - winner], MT_ERROR_INVALID_STATE);
  return winner;
}

static void start_racing(host *self, client *peer) {
  host_route(self, "POST /users/{id}", host_hold);
  host_start(self);
  *peer = host_connect(self);
}

static mt_exchange *take_filled(host *self, client *peer) {
  client_send(peer, POST);
  mt_exchange *exchange = host_take(self);
  fill(exchange);
  return exchange;
}

static void of_two_who_complete_at_once_one_does(void **state) {
  client peer;
  start_racing(*state, &peer);
  for (int round = soak_count(400, 4000); round > 0; round--) {
    mt_exchange *exchange = take_filled(*state, &peer);
    race(complete, complete, exchange);
    mt_exchange_release(exchange);
    client_expect(&peer, 201, "");
  }
  client_close(&peer);
}

static atomic_int errors_filled;

/** Gives the other one time to come by. */
static void fill_error_slowly(const mt_request *request, mt_response *response, int http_status,
                              void *user_data) {
  (void)request, (void)http_status, (void)user_data;
  atomic_fetch_add(&errors_filled, 1);
  host_sleep_ms(2);
  mt_response_body_copy(response, MT_SLICE("slow"));
}

/** And the error in its place is filled by that one. */
static void of_two_who_complete_what_nobody_filled_one_does(void **state) {
  client peer;
  int rounds = soak_count(100, 1000);
  atomic_store(&errors_filled, 0);
  mt_server_error_handler(host_server(*state), fill_error_slowly, NULL, NULL, NULL);
  start_racing(*state, &peer);
  for (int round = 0; round < rounds; round++) {
    client_send(&peer, POST);
    mt_exchange *exchange = host_take(*state);
    race(complete, complete, exchange);
    mt_exchange_release(exchange);
    client_expect(&peer, 500, "slow");
  }
  assert_int_equal(atomic_load(&errors_filled), rounds);
  client_close(&peer);
}

static void of_two_who_complete_and_stream_at_once_one_does(void **state) {
  client peer;
  start_racing(*state, &peer);
  for (int round = soak_count(400, 4000); round > 0; round--) {
    mt_exchange *exchange = take_filled(*state, &peer);
    if (race(complete, begin_stream, exchange) == 1) {
      assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("four")), MT_OK);
      race(end_stream, end_stream, exchange);
      client_expect(&peer, 201, "four");
    } else {
      client_expect(&peer, 201, "");
    }
    mt_exchange_release(exchange);
  }
  client_close(&peer);
  host_destroy(*state);
  ledger_settle(soak_count(400, 4000));
}

static void of_many_who_let_go_at_once_one_is_the_last(void **state) {
  enum { HOLDERS = 4 };
  host *self = *state;
  client peer;
  start_racing(self, &peer);
  for (int round = soak_count(200, 4000); round > 0; round--) {
    client_send(&peer, POST);
    mt_exchange *exchange = host_take(self);
    pthread_t threads[HOLDERS];
    for (int i = 1; i < HOLDERS; i++) mt_exchange_acquire(exchange);
    for (int i = 0; i < HOLDERS; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, let_go, exchange), 0);
    for (int i = 0; i < HOLDERS; i++) pthread_join(threads[i], NULL);
    client_expect(&peer, 500, NULL);
  }
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(nothing_is_changed_and_all_can_be_read),
      HOST_TEST(of_two_who_complete_at_once_one_does),
      HOST_TEST(of_two_who_complete_what_nobody_filled_one_does),
      HOST_TEST(of_two_who_complete_and_stream_at_once_one_does),
      HOST_TEST(of_many_who_let_go_at_once_one_is_the_last),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
