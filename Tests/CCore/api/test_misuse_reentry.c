/* What the library calls may call the library: destructors that give another gift or give the
 * exchange back, and what runs on while its server ends. */
#include "support/check.h"
#include "support/host.h"
#include "support/ledger.h"

#define GET "GET /path HTTP/1.1\r\nHost: a\r\n\r\n"

enum { MOMENT_MS = 100 };

static mt_exchange *ask(host *self, client *peer) {
  host_route(self, "GET /path", host_hold);
  host_start(self);
  *peer = host_connect(self);
  client_send(peer, GET);
  return host_take(self);
}

/* --- what is registered --- */

static atomic_int calls;
static mt_server *server_of_all;

static void say_error(const mt_request *request, mt_response *response, int status, void *line) {
  (void)request, (void)response, (void)status, (void)line;
}

/** Without an end it would go on until the stack has one. */
static void replace_fallback(void *line) {
  ledger_give_back(line);
  if (atomic_fetch_add(&calls, 1) < 5)
    mt_server_fallback(server_of_all, host_hello, ledger_gift(), ledger_give_back, NULL);
}

static void replace_error_handler(void *line) {
  ledger_give_back(line);
  if (atomic_fetch_add(&calls, 1) < 5)
    mt_server_error_handler(server_of_all, say_error, ledger_gift(), ledger_give_back, NULL);
}

static void a_fallback_that_is_replaced_may_come_back(void **state) {
  atomic_store(&calls, 0);
  server_of_all = host_server(*state);
  assert_int_equal(
      mt_server_fallback(server_of_all, host_hello, ledger_gift(), replace_fallback, NULL), MT_OK);
  assert_int_equal(
      mt_server_fallback(server_of_all, host_hello, ledger_gift(), ledger_give_back, NULL), MT_OK);
  assert_int_equal(atomic_load(&calls), 1);
  assert_int_equal(ledger_given_back(), 2);
  host_destroy(*state);
  ledger_settle(3);
}

static void an_error_handler_that_is_replaced_may_come_back(void **state) {
  atomic_store(&calls, 0);
  server_of_all = host_server(*state);
  assert_int_equal(
      mt_server_error_handler(server_of_all, say_error, ledger_gift(), replace_error_handler, NULL),
      MT_OK);
  assert_int_equal(
      mt_server_error_handler(server_of_all, say_error, ledger_gift(), ledger_give_back, NULL),
      MT_OK);
  assert_int_equal(atomic_load(&calls), 1);
  assert_int_equal(ledger_given_back(), 2);
  host_destroy(*state);
  ledger_settle(3);
}

/* --- what is lent --- */

static mt_response *response_of_all;

static void copy_another_body(void *line) {
  ledger_give_back(line);
  mt_response_body_copy(response_of_all, MT_SLICE("another"));
}

/** It comes back in the midst of its replacement, which wins. */
static void a_lent_body_that_is_replaced_may_be_replaced_again(void **state) {
  client peer;
  mt_exchange *exchange = ask(*state, &peer);
  response_of_all = mt_exchange_response(exchange);
  assert_int_equal(
      mt_response_body_borrow(response_of_all, MT_SLICE("first"), copy_another_body, ledger_gift()),
      MT_OK);
  assert_int_equal(mt_response_body_copy(response_of_all, MT_SLICE("second")), MT_OK);
  ledger_settle(1);
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
  mt_exchange_release(exchange);
  client_expect(&peer, 200, "second");
  client_close(&peer);
}

static void release(void *exchange) {
  mt_exchange_release(exchange);
}

static void is_read(host *self, client *peer) {
  (void)self;
  client_expect(peer, 200, NULL);
}

static void is_not_read(host *self, client *peer) {
  client_reset(peer);
  HOST_AWAIT(self, connections_open, 0);
}

static void ends_with_the_server(host *self, client *peer) {
  (void)peer;
  host_destroy(self);
}

static char much[16 << 20];

/** Its last reference goes with the body. */
static void a_lent_body_may_be_all_that_holds_the_exchange(void **state) {
  static void (*const fates[])(host *, client *) = {is_read, is_not_read, ends_with_the_server};
  host *self = *state;
  for (int i = 0; i < 6; i++) {
    client peer;
    mt_exchange *exchange = ask(self, &peer);
    mt_slice path = mt_request_path(mt_exchange_request(exchange)), all = {much, sizeof much};
    assert_int_equal(mt_response_body_borrow(mt_exchange_response(exchange), i % 2 ? all : path,
                                             release, exchange),
                     MT_OK);
    assert_int_equal(mt_exchange_complete(exchange), MT_OK);
    fates[i / 2](self, &peer);
    if (peer.socket >= 0) client_close(&peer);
    host_destroy(self);
    assert_int_equal(atomic_load(&self->memory.live_blocks), 0);
  }
}

static void so_it_may_behind_the_end(void **state) {
  host *self = *state;
  client peer;
  mt_exchange *exchange = ask(self, &peer);
  mt_response_body_borrow(mt_exchange_response(exchange), MT_SLICE("late"), release, exchange);
  host_destroy(self);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
  assert_int_equal(atomic_load(&self->memory.live_blocks), 0);
  client_close(&peer);
}

/** Not only when whoever lent them lets go of the exchange, which may be for that. */
static void lent_bytes_come_back_when_they_are_sent(void **state) {
  host *self = *state;
  client peer;
  mt_exchange *exchange = ask(self, &peer);
  assert_int_equal(mt_response_body_borrow(mt_exchange_response(exchange), MT_SLICE("little"),
                                           host_count_destroyed, self),
                   MT_OK);
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
  client_expect(&peer, 200, "little");
  host_await_number(&self->destroyed, 1);
  mt_exchange_release(exchange);
  client_close(&peer);
}

static void lent_bytes_come_back_when_nobody_is_there_to_take_them(void **state) {
  host *self = *state;
  client peer;
  mt_exchange *exchange = ask(self, &peer);
  client_reset(&peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(mt_response_body_borrow(mt_exchange_response(exchange), MT_SLICE("little"),
                                           host_count_destroyed, self),
                   MT_OK);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
  host_await_number(&self->destroyed, 1);
  mt_exchange_release(exchange);
}

/* --- what still runs --- */

static atomic_int is_inside, was_destroyed_inside;

static void stay_a_while(const mt_request *request, mt_response *response, int status, void *line) {
  (void)request, (void)response, (void)status, (void)line;
  atomic_store(&is_inside, 1);
  host_sleep_ms(MOMENT_MS);
  atomic_store(&is_inside, 0);
}

static void note_where(void *line) {
  if (atomic_load(&is_inside)) atomic_store(&was_destroyed_inside, 1);
  ledger_give_back(line);
}

static void *complete(void *exchange) {
  return (void *)(uintptr_t)mt_exchange_complete(exchange);
}

/** Whoever completes what nobody filled runs the error handler, on a thread of its own: the server
 * does not wait for that, its user data does. */
static void an_error_handler_keeps_its_user_data_though_the_server_ends(void **state) {
  host *self = *state;
  assert_int_equal(
      mt_server_error_handler(host_server(self), stay_a_while, ledger_gift(), note_where, NULL),
      MT_OK);
  client peer;
  mt_exchange *exchange = ask(self, &peer);
  pthread_t other;
  assert_int_equal(pthread_create(&other, NULL, complete, exchange), 0);
  host_await_number(&is_inside, 1);
  host_destroy(self);
  pthread_join(other, NULL);
  mt_exchange_release(exchange);
  assert_int_equal(atomic_load(&was_destroyed_inside), 0);
  ledger_settle(1);
  client_close(&peer);
}

/* --- what a failure is replaced by --- */

static void fail_again(const mt_request *request, mt_response *response, int status, void *line) {
  (void)request, (void)line;
  mt_response_body_borrow(response, MT_SLICE("never sent"), ledger_give_back, ledger_gift());
  if (mt_response_fail(response, status) == MT_OK) atomic_fetch_add(&calls, 1);
}

/** As long as somebody holds an exchange, whoever answers for it is there. */
static void an_error_handler_that_fails_is_answered_for_behind_the_end_too(void **state) {
  host *self = *state;
  atomic_store(&calls, 0);
  assert_int_equal(
      mt_server_error_handler(host_server(self), fail_again, ledger_gift(), ledger_give_back, NULL),
      MT_OK);
  client peer;
  mt_exchange *exchange = ask(self, &peer);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(mt_response_fail(mt_exchange_response(exchange), 500), MT_OK);
    assert_int_equal(ledger_given(), 2 + i);
    assert_int_equal(ledger_given_back(), 1 + i);
    host_destroy(self);
  }
  mt_exchange_release(exchange);
  assert_int_equal(atomic_load(&calls), 2);
  ledger_settle(3);
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_fallback_that_is_replaced_may_come_back),
      HOST_TEST(an_error_handler_that_is_replaced_may_come_back),
      HOST_TEST(a_lent_body_that_is_replaced_may_be_replaced_again),
      HOST_TEST(a_lent_body_may_be_all_that_holds_the_exchange),
      HOST_TEST(so_it_may_behind_the_end),
      HOST_TEST(lent_bytes_come_back_when_they_are_sent),
      HOST_TEST(lent_bytes_come_back_when_nobody_is_there_to_take_them),
      HOST_TEST(an_error_handler_keeps_its_user_data_though_the_server_ends),
      HOST_TEST(an_error_handler_that_fails_is_answered_for_behind_the_end_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
