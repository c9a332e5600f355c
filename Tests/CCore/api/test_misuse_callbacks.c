/* What an exchange is to call when all is over it calls once, one after the other, whoever finds
 * out; and what is called may let go of the exchange. */
#include "support/check.h"
#include "support/host.h"
#include "support/ledger.h"
#include "support/soak.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { MOMENT_MS = 100, MANY = 64 };

static void start(host *self) {
  host_route(self, "GET /", host_hold);
  host_start(self);
}

static mt_exchange *ask(host *self, client *peer) {
  *peer = host_connect(self);
  client_send(peer, GET);
  return host_take(self);
}

static void *destroy(void *user_data) {
  host_destroy(user_data);
  return NULL;
}

/* --- one at a time --- */

static void ignore(mt_exchange *exchange, void *line) {
  (void)exchange, (void)line;
}

static atomic_int calls, returns, ends;

static void stay_a_while(mt_exchange *exchange, void *user_data) {
  (void)exchange, (void)user_data;
  atomic_fetch_add(&calls, 1);
  host_sleep_ms(MOMENT_MS);
  atomic_fetch_add(&returns, 1);
}

static void count_end_behind_the_call(void *user_data) {
  (void)user_data;
  atomic_fetch_add(&ends, atomic_load(&returns) ? 1 : 1000);
}

/** The server is gone when the stream starts, but is still telling who watched. */
static void a_stream_that_starts_meanwhile_cancels_nothing_twice(void **state) {
  host *self = *state;
  start(self);
  client peer;
  mt_exchange *exchange = ask(self, &peer);
  assert_int_equal(mt_exchange_on_cancel(exchange, stay_a_while, NULL, count_end_behind_the_call),
                   MT_OK);
  pthread_t other;
  assert_int_equal(pthread_create(&other, NULL, destroy, self), 0);
  host_await_number(&calls, 1);
  assert_int_equal(mt_exchange_stream_start(exchange, 5, ignore, ledger_gift(), ledger_give_back),
                   MT_ERROR_CLOSED);
  pthread_join(other, NULL);
  mt_exchange_release(exchange);
  assert_int_equal(atomic_load(&calls), 1);
  assert_int_equal(atomic_load(&ends), 1);
  ledger_settle(1);
  client_close(&peer);
}

/* --- letting go --- */

static void let_go(mt_exchange *exchange, void *user_data) {
  (void)user_data;
  mt_exchange_release(exchange);
  assert_true(mt_exchange_is_cancelled(exchange)); /* borrowed until this returns */
}

static void let_go_of_all(void *exchange) {
  mt_exchange_release(exchange);
}

/** Held behind the server's end: what is called is called from inside the call that is made. */
static mt_exchange *outlive(host *self) {
  start(self);
  client peer;
  mt_exchange *exchange = ask(self, &peer);
  host_destroy(self);
  client_close(&peer);
  return exchange;
}

static void a_cancellation_may_let_go_behind_the_end(void **state) {
  mt_exchange *exchange = outlive(*state);
  assert_int_equal(mt_exchange_on_cancel(exchange, let_go, ledger_gift(), ledger_give_back), MT_OK);
  ledger_settle(1);
}

static void so_it_may_when_a_stream_was_refused_before(void **state) {
  mt_exchange *exchange = outlive(*state);
  assert_int_equal(mt_exchange_stream_start(exchange, 5, ignore, ledger_gift(), ledger_give_back),
                   MT_ERROR_CLOSED);
  assert_int_equal(mt_exchange_on_cancel(exchange, let_go, ledger_gift(), ledger_give_back), MT_OK);
  ledger_settle(2);
}

static void the_end_of_a_watch_may_let_go_behind_the_end(void **state) {
  host *self = *state;
  mt_exchange *exchange = outlive(self);
  assert_int_equal(mt_exchange_on_cancel(exchange, host_count_cancelled, self, NULL), MT_OK);
  assert_int_equal(atomic_load(&self->cancelled), 1);
  assert_int_equal(mt_exchange_stream_start(exchange, 5, ignore, exchange, let_go_of_all),
                   MT_ERROR_CLOSED);
  exchange = outlive(self);
  assert_int_equal(mt_exchange_on_cancel(exchange, ignore, exchange, let_go_of_all), MT_OK);
}

/* --- many, while the server ends --- */

typedef struct watch {
  mt_exchange *exchange;
  client peer;
  atomic_int cancelled, ended, inside, faults;
} watch;

static void enter(watch *self) {
  if (atomic_fetch_add(&self->inside, 1) > 0) atomic_fetch_add(&self->faults, 1);
}

static void leave(watch *self) {
  atomic_fetch_sub(&self->inside, 1);
}

static void note_cancelled(mt_exchange *exchange, void *user_data) {
  watch *self = user_data;
  enter(self);
  mt_slice path = mt_request_path(mt_exchange_request(exchange));
  if (path.size != 1 || *path.data != '/') atomic_fetch_add(&self->faults, 1);
  atomic_fetch_add(&self->cancelled, 1);
  leave(self);
}

static void note_ended(void *user_data) {
  watch *self = user_data;
  enter(self);
  atomic_fetch_add(&self->ended, 1);
  leave(self);
}

static atomic_int may_begin;

/** Watches each, and starts a stream. Lets go of each second one: who was quicker than the server's
 * end has cut that stream, and nobody is gone. */
static void *watch_all(void *user_data) {
  watch *all = user_data;
  while (!atomic_load(&may_begin)) continue;
  for (int i = 0; i < MANY; i++) {
    mt_exchange_on_cancel(all[i].exchange, note_cancelled, &all[i], note_ended);
    mt_exchange_stream_start(all[i].exchange, 5, note_cancelled, &all[i], note_ended);
    if (i % 2) mt_exchange_release(all[i].exchange);
  }
  return NULL;
}

static void check_watch(watch *self, bool is_held) {
  if (is_held) mt_exchange_release(self->exchange);
  client_close(&self->peer);
  assert_in_range(atomic_load(&self->cancelled), is_held ? 1 : 0, 1);
  assert_int_equal(atomic_load(&self->ended), 2);
  assert_int_equal(atomic_load(&self->faults), 0);
}

static void each_hears_of_it_once_while_the_server_ends(void **state) {
  host *self = *state;
  for (int round = soak_count(40, 1000); round > 0; round--) {
    start(self);
    watch all[MANY] = {0};
    for (int i = 0; i < MANY; i++) all[i].exchange = ask(self, &all[i].peer);
    atomic_store(&may_begin, 0);
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, watch_all, all), 0);
    assert_int_equal(mt_server_drain(self->server, 1), MT_OK);
    atomic_store(&may_begin, 1);
    host_destroy(self);
    pthread_join(other, NULL);
    for (int i = 0; i < MANY; i++) check_watch(&all[i], i % 2 == 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_stream_that_starts_meanwhile_cancels_nothing_twice),
      HOST_TEST(a_cancellation_may_let_go_behind_the_end),
      HOST_TEST(so_it_may_when_a_stream_was_refused_before),
      HOST_TEST(the_end_of_a_watch_may_let_go_behind_the_end),
      HOST_TEST(each_hears_of_it_once_while_the_server_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
