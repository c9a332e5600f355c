/* Handlers that say what no message may hold: it is refused at the call, and nothing of it reaches
 * the wire. RFC 9110 §5.5, §5.6.2, §15. */
#include "support/check.h"
#include "support/host.h"

#include <limits.h>
#include <stdio.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/** An exchange whose response a test may fill. */
typedef struct held {
  client peer;
  mt_exchange *exchange;
  mt_response *response;
} held;

static void start_holding(host *self) {
  host_route(self, "GET /", host_hold);
  host_start(self);
}

static held hold(host *self) {
  held it = {.peer = host_connect(self)};
  client_send(&it.peer, GET);
  it.exchange = host_take(self);
  it.response = mt_exchange_response(it.exchange);
  return it;
}

static reply send_it(held *it) {
  assert_int_equal(host_answer(it->exchange, "body"), MT_OK);
  reply answer = client_receive(&it->peer);
  assert_string_equal(answer.body, "body");
  client_expect_silence(&it->peer); /* one answer, not two */
  client_close(&it->peer);
  return answer;
}

/** The head with the fields that every answer has left out: what the handler said. */
static void check_fields(const reply *answer, const char *expected, size_t size) {
  char *at = strstr(answer->head, "\r\nServer: martlet\r\n");
  assert_non_null(at);
  at += strlen("\r\nServer: martlet\r\n");
  const char *length = strstr(at, "Content-Length: 4\r\n");
  if (length == at) at += strlen("Content-Length: 4\r\n");
  assert_memory_equal(at, expected, size);
  at += size;
  assert_true(strcmp(at, "\r\n") == 0 || strcmp(at, "Content-Length: 4\r\n\r\n") == 0);
}

/* --- every octet at every place --- */

static bool is_token_octet(int octet) {
  return octet && (strchr("!#$%&'*+-.^_`|~", octet) || (octet >= '0' && octet <= '9') ||
                   (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z'));
}

static bool is_value_octet(int octet) {
  return octet == '\t' || (octet >= ' ' && octet != 0x7f);
}

/** "abc" with one octet replaced: what is made of it depends on that octet alone. */
typedef struct sample {
  char octets[3];
} sample;

static mt_slice put(sample *self, int octet, int place) {
  memcpy(self->octets, "abc", 3);
  self->octets[place] = (char)octet;
  return (mt_slice){self->octets, 3};
}

typedef struct octet_case {
  bool (*is_allowed)(int octet);
  bool is_name;
} octet_case;

/** Adds and sets with each octet at each place; what was allowed is written to `expected`. */
static size_t say_every_octet(held *it, octet_case wanted, char *expected, size_t capacity) {
  size_t size = 0;
  for (int octet = 0; octet < 256; octet++)
    for (int place = 0; place < 3; place++) {
      sample storage;
      mt_slice odd = put(&storage, octet, place), plain = MT_SLICE("plain");
      mt_slice name = wanted.is_name ? odd : plain, value = wanted.is_name ? plain : odd;
      mt_status status = mt_response_field_add(it->response, name, value);
      bool is_allowed = wanted.is_allowed(octet);
      if ((status == MT_OK) != is_allowed) print_error("octet %d at %d\n", octet, place);
      assert_int_equal(status, is_allowed ? MT_OK : MT_ERROR_INVALID_ARGUMENT);
      if (!is_allowed) assert_int_equal(mt_response_field_set(it->response, name, value), status);
      if (!is_allowed) continue;
      size += (size_t)snprintf(expected + size, capacity - size, "%.*s: %.*s\r\n", (int)name.size,
                               name.data, (int)value.size, value.data);
    }
  return size;
}

static void check_every_octet(host *self, octet_case wanted) {
  static char expected[65536];
  start_holding(self);
  held it = hold(self);
  size_t size = say_every_octet(&it, wanted, expected, sizeof expected);
  reply answer = send_it(&it);
  check_fields(&answer, expected, size);
  reply_free(&answer);
}

static void names_are_tokens_octet_by_octet(void **state) {
  check_every_octet(*state, (octet_case){is_token_octet, true});
}

static void values_hold_no_control_octet_by_octet(void **state) {
  check_every_octet(*state, (octet_case){is_value_octet, false});
}

/** Longer ones are looked at eight octets at a time. */
static void no_control_hides_in_a_long_value(void **state) {
  enum { LENGTH = 40 };
  host *self = *state;
  start_holding(self);
  held it = hold(self);
  static const char controls[] = {0, '\r', '\n', 1, 0x1f, 0x7f};
  for (size_t place = 0; place < LENGTH; place++)
    for (size_t i = 0; i < sizeof controls; i++) {
      char value[LENGTH];
      memset(value, 'v', sizeof value);
      value[place] = controls[i];
      mt_slice name = MT_SLICE("Long"), text = {value, sizeof value};
      assert_int_equal(mt_response_field_add(it.response, name, text), MT_ERROR_INVALID_ARGUMENT);
      assert_int_equal(mt_response_field_set(it.response, name, text), MT_ERROR_INVALID_ARGUMENT);
    }
  reply answer = send_it(&it);
  check_fields(&answer, "", 0);
  reply_free(&answer);
}

/* --- answers that somebody wants to forge --- */

static void forged_lines_never_reach_the_wire(void **state) {
  const struct {
    mt_slice name, value;
  } cases[] = {
      {MT_SLICE("X"), MT_SLICE("1\r\nSet-Cookie: forged=1")},
      {MT_SLICE("X"), MT_SLICE("1\nSet-Cookie: forged=1")},
      {MT_SLICE("X"), MT_SLICE("1\rSet-Cookie: forged=1")},
      {MT_SLICE("X"), MT_SLICE("1\0\r\nSet-Cookie: forged=1")},
      {MT_SLICE("X"), MT_SLICE("1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")},
      {MT_SLICE("X"), MT_SLICE("1\r\n forged: folded")},
      {MT_SLICE("X"), MT_SLICE("\r\n")},
      {MT_SLICE("X"), MT_SLICE("\n")},
      {MT_SLICE("Set-Cookie: forged=1\r\nX"), MT_SLICE("1")},
      {MT_SLICE("X: 1\r\nSet-Cookie"), MT_SLICE("forged=1")},
      {MT_SLICE("X\0"), MT_SLICE("forged")},
      {MT_SLICE("X "), MT_SLICE("forged")},
      {MT_SLICE(" X"), MT_SLICE("forged")},
      {MT_SLICE("X:"), MT_SLICE("forged")},
      {MT_SLICE(""), MT_SLICE("forged")},
      {MT_SLICE("X\x80"), MT_SLICE("forged")},
  };
  host *self = *state;
  start_holding(self);
  held it = hold(self);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt_status added = mt_response_field_add(it.response, cases[i].name, cases[i].value);
    mt_status set = mt_response_field_set(it.response, cases[i].name, cases[i].value);
    if (added != MT_ERROR_INVALID_ARGUMENT) print_error("case %zu\n", i);
    assert_int_equal(added, MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(set, MT_ERROR_INVALID_ARGUMENT);
  }
  reply answer = send_it(&it);
  check_fields(&answer, "", 0);
  assert_null(strstr(answer.head, "forged"));
  reply_free(&answer);
}

/** The classic: a part of the target, decoded, that goes into a field. */
static void repeat_parameter(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice value = mt_request_parameter_at(request, 0).value;
  if (mt_response_field_set(response, MT_SLICE("X-Name"), value) != MT_OK)
    mt_response_status_set(response, 400);
  mt_response_body_copy(response, MT_SLICE("seen"));
}

static void what_the_peer_sent_cannot_split_its_answer(void **state) {
  host *self = *state;
  host_route(self, "GET /{name}", repeat_parameter);
  host_start(self);
  client peer = host_connect(self);
  for (int octet = 0; octet < 256; octet++) {
    char request[128];
    snprintf(request, sizeof request, "GET /a%%%02X%%%02xForged:%%201 HTTP/1.1\r\nHost: a\r\n\r\n",
             octet, octet);
    client_send(&peer, request);
    reply answer = client_receive(&peer);
    assert_int_equal(answer.status, is_value_octet(octet) ? 200 : 400);
    assert_int_equal(reply_has_field(&answer, "X-Name"), is_value_octet(octet));
    assert_false(reply_has_field(&answer, "Forged"));
    if (octet) assert_string_equal(answer.body, "seen"); /* no NUL comes as far as a handler */
    reply_free(&answer);
  }
  client_close(&peer);
}

static void fields_of_the_server_are_refused_in_any_case(void **state) {
  static const char *const names[] = {"Content-Length",
                                      "content-length",
                                      "CONTENT-LENGTH",
                                      "Transfer-Encoding",
                                      "tRANSFER-eNCODING",
                                      "Connection",
                                      "connection",
                                      "Keep-Alive",
                                      "KEEP-alive",
                                      "Date",
                                      "dATE",
                                      "Server",
                                      "SERVER"};
  static const char *const values[] = {"", "0", "4", "chunked", "keep-alive", "close, upgrade"};
  host *self = *state;
  start_holding(self);
  held it = hold(self);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
      mt_slice name = mt_slice_from(names[i]), value = mt_slice_from(values[j]);
      assert_int_equal(mt_response_field_add(it.response, name, value), MT_ERROR_INVALID_ARGUMENT);
      assert_int_equal(mt_response_field_set(it.response, name, value), MT_ERROR_INVALID_ARGUMENT);
    }
  reply answer = send_it(&it);
  check_fields(&answer, "", 0);
  reply_free(&answer);
}

/* --- statuses --- */

static void statuses_that_end_no_exchange_are_refused(void **state) {
  static const int cases[] = {INT_MIN, -200, -1,  0,   1,   20,   99,    100,
                              101,     103,  199, 600, 999, 1000, 65736, INT_MAX};
  host *self = *state;
  start_holding(self);
  held it = hold(self);
  assert_int_equal(mt_response_status_set(it.response, 201), MT_OK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(mt_response_status_set(it.response, cases[i]), MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(mt_response_status_get(it.response), 201);
  }
  reply answer = send_it(&it);
  assert_int_equal(answer.status, 201);
  reply_free(&answer);
}

/** The handler's only words were refused. */
static void say_only_what_is_refused(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  static char huge[70000];
  memset(huge, 'v', sizeof huge);
  mt_response_status_set(response, 1000);
  mt_response_field_add(response, MT_SLICE("X"), MT_SLICE("a\nb"));
  mt_response_field_add(response, MT_SLICE("Huge"), (mt_slice){huge, sizeof huge});
  mt_response_body_copy(response, (mt_slice){NULL, 1});
}

static void refused_words_are_no_answer(void **state) {
  host *self = *state;
  host_route(self, "GET /", say_only_what_is_refused);
  host_route_worker(self, "GET /worker", say_only_what_is_refused);
  host_start(self);
  host_expect(self, GET, 500, NULL);
  host_expect(self, "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n", 500, NULL);
  assert_int_equal(host_count_log(self, "returned without an answer; sent 500"), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(names_are_tokens_octet_by_octet),
      HOST_TEST(values_hold_no_control_octet_by_octet),
      HOST_TEST(no_control_hides_in_a_long_value),
      HOST_TEST(forged_lines_never_reach_the_wire),
      HOST_TEST(what_the_peer_sent_cannot_split_its_answer),
      HOST_TEST(fields_of_the_server_are_refused_in_any_case),
      HOST_TEST(statuses_that_end_no_exchange_are_refused),
      HOST_TEST(refused_words_are_no_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
