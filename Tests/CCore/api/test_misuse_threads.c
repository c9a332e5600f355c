/* Wherever the library calls the host, the host may call back: what cannot be done there is
 * refused, and the server ends as it was told to. */
#include "support/check.h"
#include "support/host.h"
#include "support/ledger.h"

#include <poll.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"

enum { LARGE = 1 << 20, HELD_MS = 200 };

static char large[LARGE];

/* --- what is called there --- */

static mt_status run(mt_server *server) {
  return mt_server_run(server, NULL);
}

static mt_status wait_a_moment(mt_server *server) {
  return mt_server_wait(server, 0);
}

static mt_status wait_for_ever(mt_server *server) {
  return mt_server_wait(server, UINT32_MAX);
}

static mt_status start(mt_server *server) {
  return mt_server_start(server, NULL);
}

static mt_status start_polled(mt_server *server) {
  return mt_server_start_polled(server, NULL);
}

static mt_status add_route(mt_server *server) {
  return mt_server_route(server, MT_METHOD_GET, MT_SLICE("/late"), host_hello, ledger_gift(),
                         ledger_give_back, NULL, NULL);
}

static mt_status add_fallback(mt_server *server) {
  return mt_server_fallback(server, host_hello, ledger_gift(), ledger_give_back, NULL);
}

static void say_error(const mt_request *request, mt_response *response, int status, void *line) {
  (void)request, (void)response, (void)status, (void)line;
}

static mt_status add_error_handler(mt_server *server) {
  return mt_server_error_handler(server, say_error, ledger_gift(), ledger_give_back, NULL);
}

static mt_status add_files(mt_server *server) {
  return mt_server_files(server, MT_SLICE("/files"), MT_SLICE("/tmp"), NULL);
}

static mt_status listen_tcp(mt_server *server) {
  return mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 0, NULL);
}

static mt_status listen_unix(mt_server *server) {
  return mt_server_listen_unix(server, MT_SLICE("/tmp/never-made"), 0, NULL);
}

static mt_status listen_descriptor(mt_server *server) {
  return mt_server_listen_descriptor(server, -1, NULL);
}

static mt_status destroy(mt_server *server) {
  mt_server_destroy(server);
  return MT_OK; /* it has none */
}

/** The last ones begin the server's end. */
static const struct call {
  const char *name;
  mt_status (*make)(mt_server *server);
  mt_status expected, after_the_end;
} calls[] = {
    {"run", run, MT_ERROR_WRONG_THREAD, MT_ERROR_INVALID_STATE},
    {"wait, 0", wait_a_moment, MT_ERROR_WRONG_THREAD, MT_OK},
    {"wait", wait_for_ever, MT_ERROR_WRONG_THREAD, MT_OK},
    {"poll", mt_server_poll, MT_ERROR_WRONG_THREAD, MT_ERROR_INVALID_STATE},
    {"start", start, MT_OK, MT_ERROR_INVALID_STATE},
    {"start_polled", start_polled, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"route", add_route, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"fallback", add_fallback, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"error_handler", add_error_handler, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"files", add_files, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"listen_tcp", listen_tcp, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"listen_unix", listen_unix, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"listen_descriptor", listen_descriptor, MT_ERROR_INVALID_STATE, MT_ERROR_INVALID_STATE},
    {"stop", mt_server_stop, MT_ERROR_WRONG_THREAD, MT_OK},
    {"destroy", destroy, MT_OK, MT_OK},
};

enum { CALLS = sizeof calls / sizeof calls[0], GIFTS = 3 };

static atomic_int answers[CALLS], visits, refusals_logged;

/** Makes every call, the first time that somebody comes by. */
static void visit(host *self) {
  if (atomic_fetch_add(&visits, 1) != 0) return;
  for (int i = 0; i < CALLS; i++) atomic_store(&answers[i], (int)calls[i].make(self->server));
  atomic_fetch_add(&visits, 1000);
}

static bool is_polled; /* the first reactor's thread is the test's own */

static void check_answers(void) {
  for (int i = 0; i < CALLS; i++) {
    mt_status answer = (mt_status)atomic_load(&answers[i]), expected = calls[i].expected;
    if (is_polled && calls[i].make == start_polled) expected = MT_OK;
    if (answer != expected) print_error("%s: %s\n", calls[i].name, mt_status_name(answer));
    assert_int_equal(answer, expected);
  }
}

/* --- where --- */

static void visit_inline(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response;
  visit(user_data);
}

static void visit_in_error(const mt_request *request, mt_response *response, int status,
                           void *user_data) {
  (void)request, (void)response, (void)status;
  visit(user_data);
}

static mt_flow visit_in_body(mt_body_event event, mt_slice bytes, mt_status status,
                             void *user_data) {
  (void)event, (void)bytes, (void)status;
  visit(user_data);
  return MT_FLOW_CONTINUE;
}

static mt_flow pass_by(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)event, (void)bytes, (void)status, (void)user_data;
  return MT_FLOW_CONTINUE;
}

static void visit_in_destructor(void *user_data) {
  visit(user_data);
}

static void visit_in_callback(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  visit(user_data);
}

static void ignore(mt_exchange *exchange, void *user_data) {
  (void)exchange, (void)user_data;
}

static void note_refusals(mt_log_level level, mt_slice message, void *user_data) {
  mt_slice refusal = MT_SLICE("mt_server_destroy was called");
  (void)level, (void)user_data;
  if (message.size > refusal.size && memcmp(message.data, refusal.data, refusal.size) == 0)
    atomic_fetch_add(&refusals_logged, 1);
}

static void visit_in_log(mt_log_level level, mt_slice message, void *user_data) {
  note_refusals(level, message, user_data);
  visit(user_data);
}

static void visit_in_output(mt_slice bytes, bool is_end, void *user_data) {
  (void)bytes, (void)is_end;
  visit(user_data);
}

static void take_in_visits(mt_request *request, mt_response *response, void *user_data) {
  (void)response;
  mt_request_body_stream(request, visit_in_body, user_data, NULL);
}

static void take_and_visit(mt_request *request, mt_response *response, void *user_data) {
  (void)response;
  mt_request_body_stream(request, pass_by, user_data, visit_in_destructor);
}

static void lend(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  mt_response_body_borrow(response, (mt_slice){large, LARGE}, visit_in_destructor, user_data);
}

static void say_nothing(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

static void hold_reactor(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  host_sleep_ms(HELD_MS);
  mt_response_status_set(response, 200);
}

/* --- how one comes there --- */

static pthread_t poller;

static void *poll_to_the_end(void *user_data) {
  mt_server *server = user_data;
  struct pollfd watched = {.fd = mt_server_poll_descriptor(server), .events = POLLIN};
  while (mt_server_poll(server) == MT_OK) poll(&watched, 1, mt_server_poll_timeout_ms(server));
  return NULL;
}

static void start_in_a_loop(host *self) {
  assert_int_equal(listen_tcp(host_server(self)), MT_OK);
  assert_int_equal(start_polled(self->server), MT_OK);
  assert_int_equal(pthread_create(&poller, NULL, poll_to_the_end, self->server), 0);
}

static void start_visiting(host *self) {
  for (int i = 0; i < CALLS; i++) atomic_store(&answers[i], -1);
  atomic_store(&visits, 0);
  atomic_store(&refusals_logged, 0);
  if (is_polled)
    start_in_a_loop(self);
  else
    host_start(self);
}

static void configure(host *self) {
  self->config.log = note_refusals;
  self->config.output_high_water_bytes = 4096;
  self->config.output_low_water_bytes = 1024;
}

/** The stop was begun by who may not wait for it, and may be waited for here. */
static void check_visit(host *self) {
  uint64_t since = host_now_ms();
  while (atomic_load(&visits) < 1000 && host_now_ms() - since < CLIENT_PATIENCE_MS)
    host_sleep_ms(1);
  check_answers();
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(atomic_load(&refusals_logged), 1);
  if (is_polled) pthread_join(poller, NULL);
  host_destroy(self);
  ledger_settle(GIFTS);
}

static void ask_and_check_visit(host *self, const char *octets) {
  start_visiting(self);
  client peer = host_connect(self);
  client_send(&peer, octets);
  size_t size;
  free(client_read_all(&peer, &size));
  client_close(&peer);
  check_visit(self);
}

static void from_an_inline_handler(void **state) {
  configure(*state);
  host_route(*state, "GET /", visit_inline);
  ask_and_check_visit(*state, GET("/"));
}

static void from_a_worker(void **state) {
  configure(*state);
  host_route_worker(*state, "GET /", visit_inline);
  ask_and_check_visit(*state, GET("/"));
}

static void from_the_fallback(void **state) {
  configure(*state);
  mt_server_fallback(host_server(*state), visit_inline, *state, NULL, NULL);
  ask_and_check_visit(*state, GET("/nowhere"));
}

static void from_the_error_handler(void **state) {
  configure(*state);
  mt_server_error_handler(host_server(*state), visit_in_error, *state, NULL, NULL);
  ask_and_check_visit(*state, GET("/nowhere"));
}

static void from_the_body_of_a_request(void **state) {
  configure(*state);
  host_route_stream(*state, "POST /", take_in_visits);
  ask_and_check_visit(*state, POST);
}

static void from_the_end_of_the_body(void **state) {
  configure(*state);
  host_route_stream(*state, "POST /", take_and_visit);
  ask_and_check_visit(*state, POST);
}

static void from_the_end_of_a_lent_body(void **state) {
  configure(*state);
  host_route(*state, "GET /", lend);
  ask_and_check_visit(*state, GET("/"));
}

static void from_a_log_line_of_a_reactor(void **state) {
  host *self = *state;
  configure(self);
  self->config.log = visit_in_log;
  host_route(self, "GET /", say_nothing);
  ask_and_check_visit(self, GET("/"));
}

static void from_a_log_line_of_a_worker(void **state) {
  host *self = *state;
  configure(self);
  self->config.log = visit_in_log;
  host_route_worker(self, "GET /", say_nothing);
  ask_and_check_visit(self, GET("/"));
}

static void from_a_log_line_of_the_watchdog(void **state) {
  host *self = *state;
  configure(self);
  self->config.log = visit_in_log;
  self->config.handler_warning_ms = HELD_MS / 10;
  host_route(self, "GET /", hold_reactor);
  ask_and_check_visit(self, GET("/"));
}

static void from_the_answer_to_an_injected_request(void **state) {
  host *self = *state;
  configure(self);
  host_route(self, "GET /", host_hello);
  start_visiting(self);
  assert_int_equal(mt_server_inject(self->server, MT_SLICE(GET("/")), visit_in_output, self),
                   MT_OK);
  check_visit(self);
}

/* --- from what an exchange calls --- */

static mt_exchange *ask_to_hold(host *self, client *peer) {
  configure(self);
  host_route(self, "GET /", host_hold);
  start_visiting(self);
  *peer = host_connect(self);
  client_send(peer, GET("/"));
  return host_take(self);
}

static void from_a_cancellation(void **state) {
  client peer;
  mt_exchange *exchange = ask_to_hold(*state, &peer);
  assert_int_equal(mt_exchange_on_cancel(exchange, visit_in_callback, *state, NULL), MT_OK);
  client_reset(&peer);
  check_visit(*state);
  mt_exchange_release(exchange);
}

static void from_the_end_of_a_watch_for_cancellation(void **state) {
  client peer;
  mt_exchange *exchange = ask_to_hold(*state, &peer);
  assert_int_equal(mt_exchange_on_cancel(exchange, ignore, *state, visit_in_destructor), MT_OK);
  assert_int_equal(host_answer(exchange, "done"), MT_OK);
  check_visit(*state);
  client_close(&peer);
}

/** Writes until it is told to wait; whoever reads then lets it go on. */
static void from_a_stream_that_may_go_on(void **state) {
  client peer;
  mt_exchange *exchange = ask_to_hold(*state, &peer);
  assert_int_equal(
      mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, visit_in_callback, *state, NULL),
      MT_OK);
  while (mt_exchange_stream_write(exchange, (mt_slice){large, LARGE}) == MT_OK) continue;
  size_t size;
  free(client_read_all(&peer, &size));
  check_visit(*state);
  mt_exchange_release(exchange);
  client_close(&peer);
}

static void from_the_end_of_a_stream(void **state) {
  client peer;
  mt_exchange *exchange = ask_to_hold(*state, &peer);
  assert_int_equal(mt_exchange_stream_start(exchange, 1, ignore, *state, visit_in_destructor),
                   MT_OK);
  mt_exchange_release(exchange);
  check_visit(*state);
  client_close(&peer);
}

/* --- and from a thread of the host's, when all is over --- */

static void after_the_end_nothing_begins_anew(void **state) {
  host *self = *state;
  host_start(self);
  uint16_t port = mt_server_port(self->server, 0);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  for (int i = 0; calls[i].make != destroy; i++) {
    mt_status answer = calls[i].make(self->server);
    if (answer != calls[i].after_the_end)
      print_error("%s: %s\n", calls[i].name, mt_status_name(answer));
    assert_int_equal(answer, calls[i].after_the_end);
  }
  ledger_settle(GIFTS);
  assert_int_equal(mt_server_inject(self->server, MT_SLICE(GET("/")), visit_in_output, self),
                   MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_server_poll_descriptor(self->server), -1);
  assert_int_equal(mt_server_poll_timeout_ms(self->server), -1);
  /* What it was may still be asked for. */
  assert_int_equal(mt_server_listener_count(self->server), 1);
  assert_int_equal(mt_server_port(self->server, 0), port);
  assert_int_equal(host_stats(self).requests_total, 0);
}

static int set_up_on_threads(void **state) {
  is_polled = false;
  return host_set_up(state);
}

static int set_up_in_a_loop(void **state) {
  is_polled = true;
  return host_set_up(state);
}

/* A place on the first reactor's thread may be on a thread of the host's. */
#define ON_THREADS(test) cmocka_unit_test_setup_teardown(test, set_up_on_threads, host_tear_down)
#define IN_A_LOOP(test)                                                                            \
  { "in_a_loop_" #test, test, set_up_in_a_loop, host_tear_down, NULL }
#define BOTH(test) ON_THREADS(test), IN_A_LOOP(test)

int main(void) {
  const struct CMUnitTest tests[] = {
      BOTH(from_an_inline_handler),
      BOTH(from_a_worker),
      BOTH(from_the_fallback),
      BOTH(from_the_error_handler),
      BOTH(from_the_body_of_a_request),
      BOTH(from_the_end_of_the_body),
      BOTH(from_the_end_of_a_lent_body),
      BOTH(from_a_log_line_of_a_reactor),
      BOTH(from_a_log_line_of_a_worker),
      BOTH(from_a_log_line_of_the_watchdog),
      BOTH(from_the_answer_to_an_injected_request),
      BOTH(from_a_cancellation),
      BOTH(from_the_end_of_a_watch_for_cancellation),
      BOTH(from_a_stream_that_may_go_on),
      BOTH(from_the_end_of_a_stream),
      ON_THREADS(after_the_end_nothing_begins_anew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
