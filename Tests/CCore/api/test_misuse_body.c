/* Who takes a request's body is let go of once, however the body, its peer or the server ends. */
#include "support/check.h"
#include "support/host.h"
#include "support/ledger.h"

#define POST    "POST / HTTP/1.1\r\nHost: a\r\n"
#define LENGTH  POST "Content-Length: 10\r\n\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static atomic_int pieces, ends, flow;

static mt_flow take_piece(mt_body_event event, mt_slice bytes, mt_status status, void *line) {
  (void)bytes, (void)status, (void)line;
  atomic_fetch_add(event == MT_BODY_DATA ? &pieces : &ends, 1);
  return (mt_flow)atomic_load(&flow);
}

/** Asks three times, of which one is heard, and holds the exchange. */
static void take_body(mt_request *request, mt_response *response, void *user_data) {
  for (int i = 0; i < 2; i++)
    mt_request_body_stream(request, i ? take_piece : NULL, ledger_gift(), ledger_give_back);
  mt_request_body_stream(request, take_piece, ledger_gift(), ledger_give_back);
  host_hold(request, response, user_data);
}

/* --- what becomes of the body: each fate takes the reference --- */

static void comes_whole(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  client_send(peer, "56789");
  host_await_number(&ends, 1);
  assert_int_equal(host_answer(exchange, "taken"), MT_OK);
  client_expect(peer, 200, "taken");
}

static void comes_whole_to_who_forgets(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  client_send(peer, "56789");
  host_await_number(&ends, 1);
  mt_exchange_release(exchange);
  client_expect(peer, 500, NULL);
}

static void is_answered_early(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  assert_int_equal(host_answer(exchange, "early"), MT_OK);
  client_expect(peer, 200, "early");
}

static void is_forgotten_early(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  mt_exchange_release(exchange);
  client_expect(peer, 500, NULL);
}

static void loses_its_peer(host *self, client *peer, mt_exchange *exchange) {
  client_reset(peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(host_answer(exchange, "lost"), MT_ERROR_CLOSED);
}

static void ends_too_soon(host *self, client *peer, mt_exchange *exchange) {
  (void)self;
  client_half_close(peer);
  host_await_number(&ends, 1);
  assert_int_equal(host_answer(exchange, "half"), MT_OK);
  client_expect(peer, 200, "half");
}

static void is_cut_by_a_drain(host *self, client *peer, mt_exchange *exchange) {
  (void)peer;
  assert_int_equal(mt_server_drain(self->server, 1), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(host_answer(exchange, "late"), MT_ERROR_CLOSED);
}

static void loses_its_server(host *self, client *peer, mt_exchange *exchange) {
  (void)peer;
  host_destroy(self);
  assert_int_equal(host_answer(exchange, "late"), MT_ERROR_CLOSED);
}

typedef void (*fate_fn)(host *self, client *peer, mt_exchange *exchange);

/** Half of it is there, and taken. */
static void meet(host *self, fate_fn fate, mt_flow wanted) {
  atomic_store(&pieces, 0);
  atomic_store(&ends, 0);
  atomic_store(&flow, wanted);
  host_route_stream(self, "POST /", take_body);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, LENGTH "01234");
  mt_exchange *exchange = host_take(self);
  host_await_number(&pieces, 1);
  fate(self, &peer, exchange);
  if (peer.socket >= 0) client_close(&peer);
  host_destroy(self);
  assert_int_equal(atomic_load(&ends), 1);
  ledger_settle(3);
}

static void whoever_takes_it_all(void **state) {
  static const fate_fn fates[] = {
      comes_whole,       comes_whole_to_who_forgets,
      is_answered_early, is_forgotten_early,
      loses_its_peer,    ends_too_soon,
      is_cut_by_a_drain, loses_its_server,
  };
  for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++)
    meet(*state, fates[i], MT_FLOW_CONTINUE);
}

static void whoever_pauses_and_never_goes_on(void **state) {
  static const fate_fn fates[] = {
      is_answered_early,
      is_forgotten_early,
      is_cut_by_a_drain,
      loses_its_server,
  };
  for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) meet(*state, fates[i], MT_FLOW_PAUSE);
}

/** A peer that is not read from is not heard to leave, either: what is sent to it finds out. */
static void whoever_pauses_while_the_peer_leaves(void **state) {
  host *self = *state;
  atomic_store(&flow, MT_FLOW_PAUSE);
  host_route_stream(self, "POST /", take_body);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, LENGTH "01234");
  mt_exchange *exchange = host_take(self);
  client_reset(&peer);
  mt_exchange_body_resume(exchange);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(mt_exchange_body_resume(exchange), MT_ERROR_CLOSED);
  mt_exchange_release(exchange);
  host_destroy(self);
  ledger_settle(3);
}

static void whoever_takes_what_is_refused(void **state) {
  static const char *const bodies[] = {
      CHUNKED "x\r\n",
      CHUNKED "5\r\nhellox",
      CHUNKED "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n",
      CHUNKED "ffffff\r\n0123",
  };
  host *self = *state;
  self->config.max_body_bytes = 1000;
  atomic_store(&flow, MT_FLOW_CONTINUE);
  host_route_stream(self, "POST /", take_body);
  host_start(self);
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    atomic_store(&ends, 0);
    client peer = host_connect(self);
    client_send(&peer, bodies[i]);
    mt_exchange *exchange = host_take(self);
    host_await_number(&ends, 1);
    mt_exchange_release(exchange);
    client_expect(&peer, i == 3 ? 413 : 400, NULL);
    client_close(&peer);
    HOST_AWAIT(self, connections_open, 0);
    ledger_settle(3);
  }
}

/** Nothing of it is left to be asked for. */
static void who_asks_when_it_is_too_late(void **state) {
  host *self = *state;
  host_route_stream(self, "POST /", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, LENGTH "0123456789");
  mt_exchange *exchange = host_take(self);
  mt_request *request = mt_exchange_request(exchange);
  for (int step = 0; step < 3; step++) {
    assert_int_equal(mt_request_body_stream(request, take_piece, ledger_gift(), ledger_give_back),
                     MT_ERROR_INVALID_STATE);
    assert_int_equal(mt_exchange_body_resume(exchange), MT_ERROR_INVALID_STATE);
    assert_int_equal(ledger_given_back(), step + 1);
    if (step == 0) {
      mt_exchange_acquire(exchange);
      assert_int_equal(host_answer(exchange, "answered"), MT_OK);
    }
    if (step == 1) host_destroy(self);
  }
  mt_exchange_release(exchange);
  client_close(&peer);
  ledger_settle(3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(whoever_takes_it_all),
      HOST_TEST(whoever_pauses_and_never_goes_on),
      HOST_TEST(whoever_pauses_while_the_peer_leaves),
      HOST_TEST(whoever_takes_what_is_refused),
      HOST_TEST(who_asks_when_it_is_too_late),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
