/* Handlers that answer twice, too late, or other than they announced: each is told at the call, and
 * the peer gets a well-formed answer or sees that it was cut. */
#define _GNU_SOURCE /* memfd_create */

#include "support/check.h"
#include "support/host.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define GET       "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

static void start_holding(host *self) {
  host_route(self, "GET /", host_hold);
  host_route(self, "GET /hello", host_hello);
  host_start(self);
}

static mt_exchange *ask(host *self, client *peer) {
  client_send(peer, GET);
  return host_take(self);
}

static mt_status begin_stream(mt_exchange *exchange, uint64_t length) {
  return mt_exchange_stream_start(exchange, length, NULL, NULL, NULL);
}

static mt_status write_to(mt_exchange *exchange, const char *text) {
  return mt_exchange_stream_write(exchange, mt_slice_from(text));
}

static void expect_hello(client *peer) {
  client_send(peer, GET_HELLO);
  client_expect(peer, 200, "hello");
}

/* --- no answer --- */

static void say_nothing(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

static void complete_with_nothing(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
}

static void forget(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) == MT_OK) mt_exchange_release(exchange);
}

static void no_answer_is_500_and_a_line_wherever_it_is_missing(void **state) {
  static const char *const lines[] = {
      "GET /reactor",  "HEAD /reactor", "GET /worker",        "POST /stream",
      "GET /complete", "GET /forget",   "GET /forget-worker", "GET /nowhere",
  };
  enum { LINES = sizeof lines / sizeof lines[0] };
  host *self = *state;
  host_route(self, "GET /hello", host_hello);
  host_route(self, "GET /reactor", say_nothing);
  host_route_worker(self, "GET /worker", say_nothing);
  host_route_stream(self, "POST /stream", say_nothing);
  host_route(self, "GET /complete", complete_with_nothing);
  host_route(self, "GET /forget", forget);
  host_route_worker(self, "GET /forget-worker", forget);
  assert_int_equal(mt_server_fallback(self->server, say_nothing, NULL, NULL, NULL), MT_OK);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 0; i < LINES; i++) {
    char request[128];
    snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: a\r\n\r\n", lines[i]);
    client_send(&peer, request);
    bool is_head = lines[i][0] == 'H';
    reply answer = is_head ? client_receive_head(&peer) : client_receive(&peer);
    assert_int_equal(answer.status, 500);
    reply_free(&answer);
    assert_int_equal(host_count_log(self, "without an answer; sent 500"), i + 1);
    expect_hello(&peer);
  }
  client_close(&peer);
}

/* --- every call that may come too often, or too late --- */

static mt_status set_status(mt_exchange *exchange, host *self) {
  (void)self;
  return mt_response_status_set(mt_exchange_response(exchange), 201);
}

static mt_status add_field(mt_exchange *exchange, host *self) {
  (void)self;
  return mt_response_field_add(mt_exchange_response(exchange), MT_SLICE("Late"), MT_SLICE("1"));
}

static mt_status set_field(mt_exchange *exchange, host *self) {
  (void)self;
  return mt_response_field_set(mt_exchange_response(exchange), MT_SLICE("Late"), MT_SLICE("2"));
}

static mt_status remove_field(mt_exchange *exchange, host *self) {
  (void)self;
  return mt_response_field_remove(mt_exchange_response(exchange), MT_SLICE("Early"));
}

static mt_status copy_body(mt_exchange *exchange, host *self) {
  (void)self;
  return mt_response_body_copy(mt_exchange_response(exchange), MT_SLICE("late"));
}

static mt_status borrow_body(mt_exchange *exchange, host *self) {
  return mt_response_body_borrow(mt_exchange_response(exchange), MT_SLICE("late"),
                                 host_count_destroyed, self);
}

static mt_status send_file(mt_exchange *exchange, host *self) {
  int file = memfd_create("body", 0);
  assert_int_equal(write(file, "late", 4), 4);
  mt_status status = mt_response_body_file(mt_exchange_response(exchange), file, 0, 4);
  if (close(file) == -1) host_count_destroyed(self); /* the server has closed it */
  return status;
}

static mt_status start_stream(mt_exchange *exchange, host *self) {
  return mt_exchange_stream_start(exchange, 4, NULL, self, host_count_destroyed);
}

static mt_status complete(mt_exchange *exchange, host *self) {
  (void)self;
  return mt_exchange_complete(exchange);
}

static mt_status write_piece(mt_exchange *exchange, host *self) {
  (void)self;
  return write_to(exchange, "late");
}

static mt_status end_stream(mt_exchange *exchange, host *self) {
  (void)self;
  return mt_exchange_stream_end(exchange);
}

static const struct call {
  const char *name;
  mt_status (*make)(mt_exchange *exchange, host *self);
  bool gives;      /* something to the server, which gives it back exactly once */
  bool is_streams; /* allowed while a stream is open */
} calls[] = {
    {"status_set", set_status, false, false}, {"field_add", add_field, false, false},
    {"field_set", set_field, false, false},   {"field_remove", remove_field, false, false},
    {"body_copy", copy_body, false, false},   {"body_borrow", borrow_body, true, false},
    {"body_file", send_file, true, false},    {"stream_start", start_stream, true, false},
    {"complete", complete, false, false},     {"stream_write", write_piece, false, true},
    {"stream_end", end_stream, false, true},
};

enum { CALLS = sizeof calls / sizeof calls[0] };

/** Makes every call, and sees that it is refused and that nothing of it is kept. */
static void check_refused(host *self, mt_exchange *exchange, bool has_open_stream) {
  for (int i = 0; i < CALLS; i++) {
    if (has_open_stream && calls[i].is_streams) continue;
    int before = atomic_load(&self->destroyed);
    mt_status status = calls[i].make(exchange, self);
    int given_back = atomic_load(&self->destroyed) - before;
    if (status != MT_ERROR_INVALID_STATE || given_back != calls[i].gives)
      print_error("%s: %s, %d given back\n", calls[i].name, mt_status_name(status), given_back);
    assert_int_equal(status, MT_ERROR_INVALID_STATE);
    assert_int_equal(given_back, calls[i].gives);
  }
}

static void fill(mt_exchange *exchange) {
  mt_response *response = mt_exchange_response(exchange);
  assert_int_equal(mt_response_status_set(response, 202), MT_OK);
  assert_int_equal(mt_response_field_add(response, MT_SLICE("Early"), MT_SLICE("1")), MT_OK);
}

/** The first answer is the one that is sent, and the connection is as good as before. */
static void check_first_answer(client *peer, const char *body) {
  reply answer = client_receive(peer);
  assert_int_equal(answer.status, 202);
  assert_true(reply_has(&answer, "Early: 1"));
  assert_false(reply_has_field(&answer, "Late"));
  assert_string_equal(answer.body, body);
  reply_free(&answer);
  expect_hello(peer);
}

static void after_completion_every_call_is_refused(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  fill(exchange);
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
  check_refused(self, exchange, false);
  check_first_answer(&peer, "");
  check_refused(self, exchange, false); /* once it was sent, too */
  mt_exchange_release(exchange);
  client_close(&peer);
}

static void beside_a_stream_every_other_call_is_refused(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  mt_exchange *exchange = ask(self, &peer);
  fill(exchange);
  assert_int_equal(begin_stream(exchange, MT_LENGTH_UNKNOWN), MT_OK);
  check_refused(self, exchange, true);
  assert_int_equal(write_to(exchange, "first"), MT_OK);
  check_refused(self, exchange, true);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
  check_refused(self, exchange, false);
  check_first_answer(&peer, "first");
  check_refused(self, exchange, false);
  mt_exchange_release(exchange);
  client_close(&peer);
}

static atomic_int refused;

static void answer_and_answer_again(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  (void)response;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  mt_response_status_set(mt_exchange_response(exchange), 202);
  mt_response_field_add(mt_exchange_response(exchange), MT_SLICE("Early"), MT_SLICE("1"));
  mt_exchange_complete(exchange);
  for (int i = 0; i < CALLS; i++)
    if (calls[i].make(exchange, self) == MT_ERROR_INVALID_STATE) atomic_fetch_add(&refused, 1);
  mt_exchange_release(exchange);
}

static void a_handler_that_answers_twice_is_heard_once(void **state) {
  host *self = *state;
  atomic_store(&refused, 0);
  host_route(self, "GET /", answer_and_answer_again);
  host_route(self, "GET /hello", host_hello);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  check_first_answer(&peer, "");
  client_close(&peer);
  host_destroy(self);
  host_route_worker(self, "GET /", answer_and_answer_again);
  host_route(self, "GET /hello", host_hello);
  host_start(self);
  peer = host_connect(self);
  client_send(&peer, GET);
  check_first_answer(&peer, "");
  client_close(&peer);
  host_destroy(self);
  assert_int_equal(atomic_load(&refused), 2 * CALLS);
}

/* --- completion when nobody listens --- */

/** What a host may do to an exchange whose peer is gone: fill it, and be told at the end. */
static void check_closed(host *self, mt_exchange *exchange) {
  int before = atomic_load(&self->destroyed);
  assert_true(mt_exchange_is_cancelled(exchange));
  assert_int_equal(set_status(exchange, self), MT_OK);
  assert_int_equal(add_field(exchange, self), MT_OK);
  assert_int_equal(borrow_body(exchange, self), MT_OK);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_INVALID_STATE);
  mt_exchange_release(exchange);
  host_await_number(&self->destroyed, before + 1);
}

static void check_closed_stream(host *self, mt_exchange *exchange) {
  assert_int_equal(write_to(exchange, "lost"), MT_ERROR_CLOSED);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_INVALID_STATE);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_ERROR_CLOSED);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_ERROR_INVALID_STATE);
  mt_exchange_release(exchange);
  assert_false(host_has_log(self, "3 "));
}

static void after_the_client_left_completion_says_so(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self), other = host_connect(self);
  mt_exchange *exchange = ask(self, &peer), *stream = ask(self, &other);
  assert_int_equal(begin_stream(stream, MT_LENGTH_UNKNOWN), MT_OK);
  client_reset(&peer);
  client_reset(&other);
  HOST_AWAIT(self, connections_open, 0);
  check_closed(self, exchange);
  check_closed_stream(self, stream);
  assert_int_equal(host_stats(self).requests_active, 0);
  host_expect(self, GET_HELLO, 200, "hello");
}

static void after_the_stop_completion_says_so(void **state) {
  host *self = *state;
  start_holding(self);
  for (int is_destroyed = 0; is_destroyed < 2; is_destroyed++) {
    client peer = host_connect(self), other = host_connect(self);
    mt_exchange *exchange = ask(self, &peer), *stream = ask(self, &other);
    assert_int_equal(begin_stream(stream, 100), MT_OK);
    assert_int_equal(mt_server_stop(self->server), MT_OK);
    if (is_destroyed) host_destroy(self);
    check_closed(self, exchange);
    check_closed_stream(self, stream);
    client_close(&peer);
    client_close(&other);
    host_destroy(self);
    if (!is_destroyed) start_holding(self);
  }
}

/* --- other than announced --- */

static void more_than_announced_is_refused_and_logged_and_closes(void **state) {
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  client_send(&peer, GET GET_HELLO);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(begin_stream(exchange, 4), MT_OK);
  assert_int_equal(write_to(exchange, "four"), MT_OK);
  assert_int_equal(write_to(exchange, "five"), MT_ERROR_LIMIT);
  assert_int_equal(write_to(exchange, "x"), MT_ERROR_LIMIT);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
  mt_exchange_release(exchange);
  client_expect(&peer, 200, "four");
  client_expect_end(&peer);
  client_close(&peer);
  assert_int_equal(host_count_log(self, "3 a response stream was written past its announced"), 1);
}

static void less_than_announced_is_logged_and_closes(void **state) {
  host *self = *state;
  start_holding(self);
  for (uint64_t length = 1; length <= 10; length += 9) {
    client peer = host_connect(self);
    client_send(&peer, GET GET_HELLO);
    mt_exchange *exchange = host_take(self);
    assert_int_equal(begin_stream(exchange, length), MT_OK);
    if (length > 1) assert_int_equal(write_to(exchange, "nine oct."), MT_OK);
    assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
    mt_exchange_release(exchange);
    reply answer = client_receive(&peer);
    assert_true(answer.is_cut);
    assert_int_equal(answer.body_size, length - 1);
    reply_free(&answer);
    client_close(&peer);
  }
  assert_int_equal(host_count_log(self, "3 a response stream ended 1 bytes before"), 2);
}

/** Nothing is sent behind what was written: neither an end of chunks nor another answer. */
static void an_abandoned_stream_is_cut_and_logged(void **state) {
  static const struct {
    uint64_t length;
    const char *octets;
  } cases[] = {{MT_LENGTH_UNKNOWN, "4\r\nhalf\r\n"}, {8, "half"}, {4, "half"}};
  host *self = *state;
  start_holding(self);
  for (int i = 0; i < 3; i++) {
    client peer = host_connect(self);
    client_send(&peer, GET GET_HELLO);
    mt_exchange *exchange = host_take(self);
    assert_int_equal(begin_stream(exchange, cases[i].length), MT_OK);
    assert_int_equal(write_to(exchange, "half"), MT_OK);
    mt_exchange_release(exchange);
    reply head = client_receive_head(&peer);
    reply_free(&head);
    size_t size;
    char *rest = client_read_all(&peer, &size);
    assert_string_equal(rest, cases[i].octets);
    free(rest);
    client_close(&peer);
    assert_int_equal(host_count_log(self, "3 a response stream was released before its end"),
                     i + 1);
  }
  host_expect(self, GET_HELLO, 200, "hello");
}

/* --- a body where there is none --- */

static void copy_where_none_is(mt_exchange *exchange) {
  mt_response_body_copy(mt_exchange_response(exchange), MT_SLICE("not to be sent"));
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
}

static void send_file_where_none_is(mt_exchange *exchange) {
  int file = memfd_create("body", 0);
  assert_int_equal(write(file, "not to be sent", 14), 14);
  mt_response_body_file(mt_exchange_response(exchange), file, 0, 14);
  assert_int_equal(mt_exchange_complete(exchange), MT_OK);
}

static void stream_chunks_where_none_are(mt_exchange *exchange) {
  assert_int_equal(begin_stream(exchange, MT_LENGTH_UNKNOWN), MT_OK);
  assert_int_equal(write_to(exchange, "not to be sent"), MT_OK);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
}

/** More than announced, and then less: neither matters, as nothing is sent. */
static void stream_length_where_none_is(mt_exchange *exchange) {
  assert_int_equal(begin_stream(exchange, 5), MT_OK);
  assert_int_equal(write_to(exchange, "not to be sent"), MT_ERROR_LIMIT);
  assert_int_equal(write_to(exchange, "four"), MT_OK);
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
}

static void a_status_without_content_has_none_whatever_the_handler_sets(void **state) {
  static void (*const answers[])(mt_exchange *) = {
      copy_where_none_is,
      send_file_where_none_is,
      stream_chunks_where_none_are,
      stream_length_where_none_is,
  };
  static const int statuses[] = {204, 205, 304};
  host *self = *state;
  start_holding(self);
  client peer = host_connect(self);
  for (int i = 0; i < 12; i++) {
    mt_exchange *exchange = ask(self, &peer);
    int status = statuses[i % 3];
    mt_response_status_set(mt_exchange_response(exchange), status);
    answers[i / 3](exchange);
    mt_exchange_release(exchange);
    reply head = client_receive_head(&peer);
    assert_int_equal(head.status, status);
    assert_int_equal(reply_has(&head, "Content-Length: 0"), status == 205);
    assert_int_equal(reply_has_field(&head, "Content-Length"), status == 205);
    assert_false(reply_has_field(&head, "Transfer-Encoding"));
    reply_free(&head);
    expect_hello(&peer); /* directly behind the head */
  }
  client_close(&peer);
  assert_false(host_has_log(self, "3 "));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(no_answer_is_500_and_a_line_wherever_it_is_missing),
      HOST_TEST(after_completion_every_call_is_refused),
      HOST_TEST(beside_a_stream_every_other_call_is_refused),
      HOST_TEST(a_handler_that_answers_twice_is_heard_once),
      HOST_TEST(after_the_client_left_completion_says_so),
      HOST_TEST(after_the_stop_completion_says_so),
      HOST_TEST(more_than_announced_is_refused_and_logged_and_closes),
      HOST_TEST(less_than_announced_is_logged_and_closes),
      HOST_TEST(an_abandoned_stream_is_cut_and_logged),
      HOST_TEST(a_status_without_content_has_none_whatever_the_handler_sets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
