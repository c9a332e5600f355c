/* What is given to the library with a destructor is given back once, whatever becomes of it. */
#include "support/check.h"
#include "support/host.h"
#include "support/ledger.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

enum { SMALL = 100, LARGE = 20000, HUGE_SIZE = 16 << 20 };

/* --- handlers --- */

static mt_status route(host *self, const char *pattern, mt_handler_fn handler) {
  return mt_server_route(self->server, MT_METHOD_GET, mt_slice_from(pattern), handler,
                         ledger_gift(), ledger_give_back, NULL, NULL);
}

static mt_status fall_back(host *self, mt_handler_fn handler) {
  return mt_server_fallback(self->server, handler, ledger_gift(), ledger_give_back, NULL);
}

static void say_error(const mt_request *request, mt_response *response, int status, void *line) {
  (void)request, (void)status, (void)line;
  mt_response_body_borrow(response, MT_SLICE("error"), ledger_give_back, ledger_gift());
}

static mt_status on_error(host *self, mt_error_handler_fn handler) {
  return mt_server_error_handler(self->server, handler, ledger_gift(), ledger_give_back, NULL);
}

/* --- what is registered --- */

static void register_all(host *self) {
  host_server(self);
  assert_int_equal(route(self, "/", host_hello), MT_OK);
  assert_int_equal(fall_back(self, host_hello), MT_OK);
  assert_int_equal(on_error(self, say_error), MT_OK);
}

static void handlers_of_a_server_that_never_started(void **state) {
  register_all(*state);
  assert_int_equal(ledger_given_back(), 0);
  host_destroy(*state);
  ledger_settle(3);
}

static void handlers_of_a_server_that_was_stopped_before_its_start(void **state) {
  host *self = *state;
  register_all(self);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(mt_server_start(self->server, NULL), MT_ERROR_INVALID_STATE);
  host_destroy(self);
  ledger_settle(3);
}

static void handlers_that_were_replaced(void **state) {
  host *self = *state;
  register_all(self);
  assert_int_equal(fall_back(self, host_hello), MT_OK);
  assert_int_equal(ledger_given_back(), 1);
  assert_int_equal(on_error(self, say_error), MT_OK);
  assert_int_equal(ledger_given_back(), 2);
  host_destroy(self);
  ledger_settle(5);
}

static void handlers_that_were_refused(void **state) {
  host *self = *state;
  register_all(self);
  assert_int_equal(route(self, "/", host_hello), MT_ERROR_CONFLICT);
  assert_int_equal(route(self, "no slash", host_hello), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(route(self, "/x", NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(fall_back(self, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(on_error(self, NULL), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(ledger_given_back(), 5);
  host_start(self);
  for (int is_stopped = 0; is_stopped < 2; is_stopped++) {
    assert_int_equal(route(self, "/late", host_hello), MT_ERROR_INVALID_STATE);
    assert_int_equal(fall_back(self, host_hello), MT_ERROR_INVALID_STATE);
    assert_int_equal(on_error(self, say_error), MT_ERROR_INVALID_STATE);
    assert_int_equal(ledger_given_back(), 8 + 3 * is_stopped);
    assert_int_equal(mt_server_stop(self->server), MT_OK);
  }
  host_destroy(self);
  ledger_settle(14);
}

/** Whoever still holds an exchange may ask for its route. */
static void handlers_whose_request_outlives_the_server(void **state) {
  host *self = *state;
  register_all(self);
  host_route(self, "GET /later", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET("/later"));
  mt_exchange *exchange = host_take(self);
  host_destroy(self);
  assert_true(ledger_given_back() < 3);
  check_slice(mt_request_route(mt_exchange_request(exchange)), "/later");
  mt_exchange_release(exchange);
  ledger_settle(3);
  client_close(&peer);
}

/* --- what an exchange is given --- */

static void never_called(mt_exchange *exchange, void *line) {
  (void)exchange, (void)line;
}

static char lent[HUGE_SIZE];

static int lend(mt_exchange *exchange, size_t size) {
  mt_response *response = mt_exchange_response(exchange);
  mt_slice bytes = {lent, size};
  assert_int_equal(mt_response_body_borrow(response, bytes, ledger_give_back, ledger_gift()),
                   MT_OK);
  return 1;
}

static int lend_little(mt_exchange *exchange) {
  return lend(exchange, SMALL);
}

static int lend_much(mt_exchange *exchange) {
  return lend(exchange, LARGE);
}

static int lend_more_than_is_read(mt_exchange *exchange) {
  return lend(exchange, HUGE_SIZE);
}

static int lend_twice(mt_exchange *exchange) {
  return lend(exchange, LARGE) + lend(exchange, SMALL);
}

static int begin_stream(mt_exchange *exchange) {
  int lent_before = lend(exchange, SMALL);
  mt_exchange_stream_start(exchange, LARGE, never_called, ledger_gift(), ledger_give_back);
  mt_exchange_stream_write(exchange, (mt_slice){lent, SMALL});
  return lent_before + 1;
}

/** The second is refused, and comes back too. */
static int watch(mt_exchange *exchange) {
  mt_exchange_on_cancel(exchange, never_called, ledger_gift(), ledger_give_back);
  assert_int_equal(mt_exchange_on_cancel(exchange, never_called, ledger_gift(), ledger_give_back),
                   MT_ERROR_INVALID_STATE);
  return 2;
}

static int give_nothing(mt_exchange *exchange) {
  (void)exchange;
  return 0;
}

/** Gives something, and says how many destructors it gave. */
typedef int (*gift_fn)(mt_exchange *exchange);

static const gift_fn gifts[] = {
    lend_little, lend_much, lend_more_than_is_read, lend_twice, begin_stream, give_nothing,
};

/* --- and what becomes of it: each fate takes the reference --- */

static void finish(mt_exchange *exchange) {
  if (mt_exchange_complete(exchange) == MT_ERROR_INVALID_STATE) mt_exchange_stream_end(exchange);
  mt_exchange_release(exchange);
}

static void is_answered(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  finish(exchange);
  reply answer = client_receive(peer);
  reply_free(&answer);
}

static void is_forgotten(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  mt_exchange_release(exchange);
  reply answer = client_receive(peer);
  reply_free(&answer);
}

static void loses_its_peer_before_the_answer(host *self, client *peer, mt_exchange *exchange) {
  client_reset(peer);
  HOST_AWAIT(self, connections_open, 0);
  finish(exchange);
}

static void loses_its_peer_behind_the_answer(host *self, client *peer, mt_exchange *exchange) {
  finish(exchange);
  client_reset(peer);
  HOST_AWAIT(self, connections_open, 0);
}

static void is_cut_by_a_drain(host *self, client *peer, mt_exchange *exchange) {
  (void)peer;
  assert_int_equal(mt_server_drain(self->server, 1), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  finish(exchange);
}

static void is_completed_behind_the_end(host *self, client *peer, mt_exchange *exchange) {
  (void)peer;
  host_destroy(self);
  finish(exchange);
}

static void is_forgotten_behind_the_end(host *self, client *peer, mt_exchange *exchange) {
  (void)peer;
  host_destroy(self);
  mt_exchange_release(exchange);
}

static void ends_unread(host *self, client *peer, mt_exchange *exchange) {
  (void)peer;
  finish(exchange);
  host_destroy(self);
}

typedef void (*fate_fn)(host *self, client *peer, mt_exchange *exchange);

static const fate_fn fates[] = {
    is_answered,
    is_forgotten,
    loses_its_peer_before_the_answer,
    loses_its_peer_behind_the_answer,
    is_cut_by_a_drain,
    is_completed_behind_the_end,
    is_forgotten_behind_the_end,
    ends_unread,
};

enum { GIFTS = sizeof gifts / sizeof gifts[0], FATES = sizeof fates / sizeof fates[0] };

/** `is_late`: given when the server is gone. */
static void meet(host *self, gift_fn give, fate_fn fate, bool is_late) {
  host_route(self, "GET /", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET("/"));
  mt_exchange *exchange = host_take(self);
  if (is_late) host_destroy(self);
  int count = watch(exchange) + give(exchange);
  fate(self, &peer, exchange);
  if (peer.socket >= 0) client_close(&peer);
  host_destroy(self);
  ledger_settle(count);
}

static void every_gift_to_an_exchange_whatever_its_fate(void **state) {
  for (int given = 0; given < GIFTS; given++)
    for (int fate = 0; fate < FATES; fate++) meet(*state, gifts[given], fates[fate], false);
}

static void every_gift_to_an_exchange_whose_server_is_gone(void **state) {
  for (int given = 0; given < GIFTS; given++) {
    meet(*state, gifts[given], is_completed_behind_the_end, true);
    meet(*state, gifts[given], is_forgotten_behind_the_end, true);
  }
}

/** Refused at once, and given back at once. */
static void every_gift_that_nobody_takes(void **state) {
  (void)state;
  assert_int_equal(mt_response_body_borrow(NULL, MT_SLICE("x"), ledger_give_back, ledger_gift()),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_exchange_on_cancel(NULL, never_called, ledger_gift(), ledger_give_back),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_exchange_stream_start(NULL, 1, never_called, ledger_gift(), ledger_give_back),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_request_body_stream(NULL, NULL, ledger_gift(), ledger_give_back),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_route(NULL, MT_METHOD_GET, MT_SLICE("/"), host_hello, ledger_gift(),
                                   ledger_give_back, NULL, NULL),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_fallback(NULL, host_hello, ledger_gift(), ledger_give_back, NULL),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_error_handler(NULL, say_error, ledger_gift(), ledger_give_back, NULL),
                   MT_ERROR_INVALID_ARGUMENT);
  ledger_settle(7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(handlers_of_a_server_that_never_started),
      HOST_TEST(handlers_of_a_server_that_was_stopped_before_its_start),
      HOST_TEST(handlers_that_were_replaced),
      HOST_TEST(handlers_that_were_refused),
      HOST_TEST(handlers_whose_request_outlives_the_server),
      HOST_TEST(every_gift_to_an_exchange_whatever_its_fate),
      HOST_TEST(every_gift_to_an_exchange_whose_server_is_gone),
      cmocka_unit_test(every_gift_that_nobody_takes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
