/* A server that ends while everything is under way at once: nothing that was accepted is lost
 * before the deadline, and what the deadline cuts is counted. */
#include "support/check.h"
#include "support/host.h"
#include "support/loader.h"
#include "support/soak.h"

#include <stdio.h>

#define LINE(text)  text " HTTP/1.1\r\nHost: a\r\n"
#define GET(path)   LINE("GET " path) "\r\n"
#define HALF_HEAD   LINE("GET /") "X-Half: "
#define HALF_LENGTH LINE("POST /echo") "Content-Length: 10\r\n\r\n01234"
#define HALF_CHUNKS LINE("POST /echo") "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56"

enum { REACTORS = 2, LOADERS = 4, EACH = 6, LATE = 20, HOLDERS_MAX = 200, LARGE = 16 << 20 };

/* --- handlers --- */

static atomic_int held_reactors, busy_workers;
static atomic_bool is_draining; /* handlers that wait for the drain may go on */

static void await_drain(void) {
  uint64_t since = host_now_ms();
  while (!atomic_load(&is_draining) && host_now_ms() - since < CLIENT_PATIENCE_MS) host_sleep_ms(1);
}

static void hold_reactor(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  atomic_fetch_add(&held_reactors, 1);
  await_drain();
  mt_response_body_borrow(response, MT_SLICE("let go"), NULL, NULL);
}

static void work(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  atomic_fetch_add(&busy_workers, 1);
  await_drain();
  host_sleep_ms(2);
  mt_response_body_borrow(response, MT_SLICE("worked"), NULL, NULL);
}

static char large[LARGE];

static void lend_much(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  mt_response_body_borrow(response, (mt_slice){large, LARGE}, host_count_destroyed, user_data);
}

static void start_usual(host *self) {
  atomic_store(&held_reactors, 0);
  atomic_store(&busy_workers, 0);
  atomic_store(&is_draining, false);
  self->config.reactors = REACTORS;
  host_route(self, "GET /", host_hello);
  host_route(self, "GET /hold", hold_reactor);
  host_route(self, "GET /later", host_hold);
  host_route(self, "GET /stream", host_hold);
  host_route(self, "GET /large", lend_much);
  host_route(self, "POST /echo", host_echo);
  host_route_worker(self, "GET /worker", work);
  host_start(self);
}

/* --- whoever answers later: a thread of the host's --- */

typedef struct answerer {
  host *host;
  pthread_t thread;
  int count; /* exchanges to answer */
  atomic_int taken;
  int failures;
} answerer;

static bool is_stream(mt_exchange *exchange) {
  return mt_request_path(mt_exchange_request(exchange)).size == strlen("/stream");
}

static bool write_to(mt_exchange *exchange, const char *text) {
  return mt_exchange_stream_write(exchange, mt_slice_from(text)) == MT_OK;
}

static bool begin_answer(mt_exchange *exchange) {
  if (!is_stream(exchange)) return true;
  return mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, NULL, NULL, NULL) == MT_OK &&
         write_to(exchange, "be");
}

static bool end_answer(mt_exchange *exchange) {
  if (!is_stream(exchange)) return host_answer(exchange, "later") == MT_OK;
  bool is_whole = write_to(exchange, "fore") && mt_exchange_stream_end(exchange) == MT_OK;
  mt_exchange_release(exchange);
  return is_whole;
}

/** Begins all streams, waits for the drain, and then answers one after the other. */
static void *answer_all(void *user_data) {
  answerer *self = user_data;
  mt_exchange *taken[HOST_HELD_MAX];
  for (int i = 0; i < self->count; i++) {
    taken[i] = host_take(self->host);
    self->failures += !begin_answer(taken[i]);
    atomic_fetch_add(&self->taken, 1);
  }
  await_drain();
  for (int i = 0; i < self->count; i++) {
    host_sleep_ms(1);
    self->failures += !end_answer(taken[i]);
  }
  return NULL;
}

static void start_answering(answerer *self, host *owner, int count) {
  *self = (answerer){.host = owner, .count = count};
  assert_int_equal(pthread_create(&self->thread, NULL, answer_all, self), 0);
}

/* --- crowds of clients that the test itself leads --- */

static void come(host *self, client *crowd, int count, const char *octets) {
  for (int i = 0; i < count; i++) {
    crowd[i] = host_connect(self);
    client_send(&crowd[i], octets);
  }
}

static void tell(client *crowd, int count, const char *octets) {
  for (int i = 0; i < count; i++) client_send(&crowd[i], octets);
}

static void hear(client *crowd, int count, const char *body) {
  for (int i = 0; i < count; i++) client_expect(&crowd[i], 200, body);
}

/** The last answer says so. */
static void hear_last(client *crowd, int count, const char *body) {
  for (int i = 0; i < count; i++) {
    reply answer = client_receive(&crowd[i]);
    assert_int_equal(answer.status, 200);
    assert_false(answer.is_cut);
    assert_string_equal(answer.body, body);
    assert_true(reply_has(&answer, "Connection: close"));
    reply_free(&answer);
  }
}

static void leave(client *crowd, int count) {
  for (int i = 0; i < count; i++) {
    client_expect_end(&crowd[i]);
    client_close(&crowd[i]);
  }
}

static void leave_all(client crowds[][EACH], int count) {
  for (int i = 0; i < count; i++) leave(crowds[i], EACH);
}

/** Holds every reactor in a handler. Which one a connection comes to is the kernel's choice. */
static int hold_reactors(host *self, client holders[HOLDERS_MAX]) {
  int count = 0;
  while (atomic_load(&held_reactors) < REACTORS) {
    assert_in_range(count, 0, HOLDERS_MAX - 1);
    come(self, &holders[count++], 1, GET("/hold"));
    host_sleep_ms(5);
  }
  return count;
}

static uint64_t responses_of(const mt_stats *stats) {
  uint64_t sum = 0;
  for (int i = 0; i < 5; i++) sum += stats->responses[i];
  return sum;
}

static void begin_drain(host *self, uint32_t deadline_ms) {
  assert_int_equal(mt_server_drain(self->server, deadline_ms), MT_OK);
  atomic_store(&is_draining, true);
}

static void check_nothing_was_cut(host *self) {
  mt_stats stats = host_stats(self);
  assert_int_equal(responses_of(&stats), stats.requests_total);
  assert_int_equal(stats.requests_active, 0);
  assert_int_equal(stats.connections_open, 0);
  assert_false(host_has_log(self, "shutdown deadline"));
}

static void answers_all_that_it_accepted(void **state) {
  enum { IDLE, FRESH, HEADS, LENGTHS, CHUNKS, WORKERS, DEFERRED, STREAMS, PIPELINES, CROWDS };
  host *self = *state;
  start_usual(self);
  loader loaders[LOADERS];
  loaders_start(loaders, LOADERS, mt_server_port(self->server, 0));
  answerer host_thread;
  start_answering(&host_thread, self, 4 * EACH);

  static const char *const first_words[CROWDS] = {
      [IDLE] = GET("/"),
      [FRESH] = "",
      [HEADS] = HALF_HEAD,
      [LENGTHS] = HALF_LENGTH,
      [CHUNKS] = HALF_CHUNKS,
      [WORKERS] = GET("/worker") GET("/worker"),
      [DEFERRED] = GET("/later"),
      [STREAMS] = GET("/stream"),
      [PIPELINES] = GET("/") GET("/worker") GET("/stream") GET("/") GET("/later") GET("/"),
  };
  client crowds[CROWDS][EACH], holders[HOLDERS_MAX], late[LATE];
  for (int i = 0; i < CROWDS; i++) come(self, crowds[i], EACH, first_words[i]);
  hear(crowds[IDLE], EACH, "hello");
  host_await_number(&host_thread.taken, host_thread.count);
  host_await_number(&busy_workers, (int)self->config.workers);
  int holding = hold_reactors(self, holders);
  come(self, late, LATE, GET("/")); /* the kernel's queue keeps them */
  begin_drain(self, CLIENT_PATIENCE_MS);

  tell(crowds[HEADS], EACH, "whole\r\n\r\n");
  tell(crowds[LENGTHS], EACH, "56789");
  tell(crowds[CHUNKS], EACH, "789\r\n0\r\n\r\n");
  hear(crowds[HEADS], EACH, "hello");
  hear(crowds[LENGTHS], EACH, "0123456789");
  hear(crowds[CHUNKS], EACH, "0123456789");
  hear(crowds[WORKERS], EACH, "worked");
  hear_last(crowds[WORKERS], EACH, "worked");
  hear_last(crowds[DEFERRED], EACH, "later");
  hear(crowds[STREAMS], EACH, "before");
  hear(crowds[PIPELINES], EACH, "hello");
  hear(crowds[PIPELINES], EACH, "worked");
  hear(crowds[PIPELINES], EACH, "before");
  hear(crowds[PIPELINES], EACH, "hello");
  hear(crowds[PIPELINES], EACH, "later");
  hear_last(crowds[PIPELINES], EACH, "hello");
  hear(holders, holding, "let go");
  hear(late, LATE, "hello");
  leave_all(crowds, CROWDS);
  leave(holders, holding);
  leave(late, LATE);
  loaders_finish(loaders, LOADERS);
  pthread_join(host_thread.thread, NULL);
  assert_int_equal(host_thread.failures, 0);

  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  check_nothing_was_cut(self);
}

static void loses_no_request_of_those_that_ask_on_and_on(void **state) {
  host *self = *state;
  for (int round = soak_count(4, 1000); round > 0; round--) {
    start_usual(self);
    loader loaders[LOADERS];
    loaders_start(loaders, LOADERS, mt_server_port(self->server, 0));
    host_sleep_ms(20);
    begin_drain(self, CLIENT_PATIENCE_MS);
    loaders_finish(loaders, LOADERS);
    assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
    check_nothing_was_cut(self);
    host_destroy(self);
  }
}

/* --- what does not end --- */

/** Reads what there is, up to the end, in the middle of whatever it was. */
static void hear_the_end(client *crowd, int count) {
  for (int i = 0; i < count; i++) {
    size_t size;
    free(client_read_all(&crowd[i], &size));
    client_close(&crowd[i]);
  }
}

static void check_cancelled(mt_exchange *exchange, bool has_stream) {
  assert_true(mt_exchange_is_cancelled(exchange));
  mt_status status = has_stream ? mt_exchange_stream_write(exchange, MT_SLICE("late"))
                                : mt_exchange_complete(exchange);
  assert_int_equal(status, MT_ERROR_CLOSED);
  mt_exchange_release(exchange);
}

static void cuts_the_rest_at_the_deadline_and_counts_it_once(void **state) {
  enum { HEADS, LENGTHS, DEFERRED, STREAMS, WORKERS, READERS, CROWDS };
  enum { DEADLINE_MS = 300, TOLERANCE_MS = 5000 };
  host *self = *state;
  start_usual(self);
  loader loaders[LOADERS];
  loaders_start(loaders, LOADERS, mt_server_port(self->server, 0));
  static const char *const first_words[CROWDS] = {
      [HEADS] = HALF_HEAD,       [LENGTHS] = HALF_LENGTH,    [DEFERRED] = GET("/later"),
      [STREAMS] = GET("/later"), [WORKERS] = GET("/worker"), [READERS] = GET("/large"),
  };
  client crowds[CROWDS][EACH];
  mt_exchange *held[2 * EACH];
  for (int i = 0; i < CROWDS; i++) come(self, crowds[i], EACH, first_words[i]);
  for (int i = 0; i < 2 * EACH; i++) held[i] = host_take(self);
  for (int i = 0; i < EACH; i++)
    assert_int_equal(mt_exchange_stream_start(held[i], MT_LENGTH_UNKNOWN, NULL, NULL, NULL), MT_OK);
  host_await_number(&busy_workers, (int)self->config.workers);
  for (int i = 0; i < EACH; i++) { /* the answer has begun */
    reply head = client_receive_head(&crowds[READERS][i]);
    reply_free(&head);
  }

  uint64_t since = host_now_ms();
  assert_int_equal(mt_server_drain(self->server, DEADLINE_MS), MT_OK);
  host_await_log(self, "shutdown deadline");
  atomic_store(&is_draining, true); /* handlers on workers are waited for */
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_in_range(host_now_ms() - since, DEADLINE_MS, DEADLINE_MS + TOLERANCE_MS);

  assert_int_equal(host_count_log(self, "shutdown deadline"), 1);
  char wanted[96];
  snprintf(wanted, sizeof wanted, "2 shutdown deadline: cut %d connections with %d unanswered",
           CROWDS * EACH, 4 * EACH);
  assert_true(host_has_log(self, wanted));
  for (int i = 0; i < CROWDS; i++) hear_the_end(crowds[i], EACH);
  for (int i = 0; i < 2 * EACH; i++) check_cancelled(held[i], i < EACH);
  assert_int_equal(atomic_load(&self->destroyed), EACH);
  assert_int_equal(atomic_load(&busy_workers), self->config.workers);
  loaders_finish(loaders, LOADERS);
  mt_stats stats = host_stats(self);
  assert_int_equal(stats.requests_active, 0);
  assert_int_equal(stats.connections_open, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(answers_all_that_it_accepted),
      HOST_TEST(loses_no_request_of_those_that_ask_on_and_on),
      HOST_TEST(cuts_the_rest_at_the_deadline_and_counts_it_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
