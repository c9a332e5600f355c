/* NULL for each argument of every call that a handler makes, of one that was made right otherwise.
 */
#include "support/check.h"
#include "support/host.h"
#include "support/nulls.h"

#include <fcntl.h>
#include <unistd.h>

#define POST                                                                                       \
  "POST /users/a%20b?q HTTP/1.1\r\nHost: name\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"       \
  "4\r\nbody\r\n0\r\nX: t\r\n\r\n"

/* --- requests --- */

static mt_status method(const nulls *with) {
  return nulls_judge(mt_request_method(with->request) == MT_METHOD_UNKNOWN);
}

static mt_status method_name(const nulls *with) {
  return nulls_judge(mt_request_method_name(with->request).size == 0);
}

static mt_status target(const nulls *with) {
  return nulls_judge(mt_request_target(with->request).size == 0);
}

static mt_status path(const nulls *with) {
  return nulls_judge(mt_request_path(with->request).size == 0);
}

static mt_status query(const nulls *with) {
  return nulls_judge(mt_request_query(with->request).size == 0);
}

static mt_status authority(const nulls *with) {
  return nulls_judge(mt_request_authority(with->request).size == 0);
}

static mt_status minor_version(const nulls *with) {
  return nulls_judge(mt_request_minor_version(with->request) == 0);
}

static mt_status field_count(const nulls *with) {
  return nulls_judge(mt_request_field_count(with->request) == 0);
}

static mt_status field_at(const nulls *with) {
  return nulls_judge(mt_request_field_at(with->request, 0).name.size == 0);
}

static mt_status field_get(const nulls *with) {
  return nulls_judge(!mt_request_field_get(with->request, with->name, with->result));
}

static mt_status route(const nulls *with) {
  return nulls_judge(mt_request_route(with->request).size == 0);
}

static mt_status parameter_count(const nulls *with) {
  return nulls_judge(mt_request_parameter_count(with->request) == 0);
}

static mt_status parameter_at(const nulls *with) {
  return nulls_judge(mt_request_parameter_at(with->request, 0).name.size == 0);
}

static mt_status parameter_get(const nulls *with) {
  return nulls_judge(!mt_request_parameter_get(with->request, with->name, with->result));
}

static mt_status body(const nulls *with) {
  return nulls_judge(mt_request_body(with->request).size == 0);
}

static mt_status content_length(const nulls *with) {
  return nulls_judge(mt_request_content_length(with->request) == 0);
}

static mt_status trailer_count(const nulls *with) {
  return nulls_judge(mt_request_trailer_count(with->request) == 0);
}

static mt_status trailer_at(const nulls *with) {
  return nulls_judge(mt_request_trailer_at(with->request, 0).name.size == 0);
}

static mt_status peer_name(const nulls *with) {
  return nulls_judge(mt_request_peer(with->request, with->result, 64) == 0);
}

static mt_status body_stream(const nulls *with) {
  return mt_request_body_stream(with->request, with->body_callback, with->user_data, with->destroy);
}

static mt_status defer(const nulls *with) {
  return mt_request_defer(with->request, with->result);
}

/* --- responses --- */

static mt_status status_set(const nulls *with) {
  return mt_response_status_set(with->response, 201);
}

static mt_status status_get(const nulls *with) {
  return nulls_judge(mt_response_status_get(with->response) == 0);
}

static mt_status response_field_add(const nulls *with) {
  return mt_response_field_add(with->response, with->name, with->value);
}

static mt_status response_field_set(const nulls *with) {
  return mt_response_field_set(with->response, with->name, with->value);
}

static mt_status response_field_remove(const nulls *with) {
  return mt_response_field_remove(with->response, with->name);
}

static mt_status response_field_get(const nulls *with) {
  return nulls_judge(!mt_response_field_get(with->response, with->name, with->result));
}

static mt_status body_copy(const nulls *with) {
  return mt_response_body_copy(with->response, with->value);
}

static mt_status body_borrow(const nulls *with) {
  return mt_response_body_borrow(with->response, with->value, with->destroy, with->user_data);
}

/** What is refused is closed. */
static mt_status body_file(const nulls *with) {
  int descriptor = dup(0);
  mt_status status = mt_response_body_file(with->response, descriptor, 0, 0);
  return status != MT_OK && fcntl(descriptor, F_GETFD) >= 0 ? MT_OK : status;
}

static mt_status fail_it(const nulls *with) {
  return mt_response_fail(with->response, 500);
}

/* --- exchanges --- */

/** NULL is ignored. */
static mt_status acquire_and_release(const nulls *with) {
  mt_exchange_acquire(with->exchange);
  mt_exchange_release(with->exchange);
  return nulls_judge(!with->exchange);
}

static mt_status request_of(const nulls *with) {
  return nulls_judge(!mt_exchange_request(with->exchange));
}

static mt_status response_of(const nulls *with) {
  return nulls_judge(!mt_exchange_response(with->exchange));
}

static mt_status complete(const nulls *with) {
  return mt_exchange_complete(with->exchange);
}

static mt_status is_cancelled(const nulls *with) {
  return nulls_judge(mt_exchange_is_cancelled(with->exchange));
}

static mt_status on_cancel(const nulls *with) {
  return mt_exchange_on_cancel(with->exchange, with->exchange_callback, with->user_data,
                               with->destroy);
}

static mt_status stream_start(const nulls *with) {
  return mt_exchange_stream_start(with->exchange, 5, with->exchange_callback, with->user_data,
                                  with->destroy);
}

static mt_status stream_write(const nulls *with) {
  return mt_exchange_stream_write(with->exchange, with->value);
}

static mt_status stream_end(const nulls *with) {
  return mt_exchange_stream_end(with->exchange);
}

static mt_status body_resume(const nulls *with) {
  return mt_exchange_body_resume(with->exchange);
}

enum { GIFT = NULLS_USER_DATA | NULLS_DESTROY };

static const nulls_call calls[] = {
    {"mt_request_method", method, NULLS_REQUEST, 0},
    {"mt_request_method_name", method_name, NULLS_REQUEST, 0},
    {"mt_request_target", target, NULLS_REQUEST, 0},
    {"mt_request_path", path, NULLS_REQUEST, 0},
    {"mt_request_query", query, NULLS_REQUEST, 0},
    {"mt_request_authority", authority, NULLS_REQUEST, 0},
    {"mt_request_minor_version", minor_version, NULLS_REQUEST, 0},
    {"mt_request_field_count", field_count, NULLS_REQUEST, 0},
    {"mt_request_field_at", field_at, NULLS_REQUEST, 0},
    {"mt_request_field_get", field_get, NULLS_REQUEST | NULLS_NAME, NULLS_RESULT},
    {"mt_request_route", route, NULLS_REQUEST, 0},
    {"mt_request_parameter_count", parameter_count, NULLS_REQUEST, 0},
    {"mt_request_parameter_at", parameter_at, NULLS_REQUEST, 0},
    {"mt_request_parameter_get", parameter_get, NULLS_REQUEST | NULLS_NAME, NULLS_RESULT},
    {"mt_request_body", body, NULLS_REQUEST, 0},
    {"mt_request_content_length", content_length, NULLS_REQUEST, 0},
    {"mt_request_trailer_count", trailer_count, NULLS_REQUEST, 0},
    {"mt_request_trailer_at", trailer_at, NULLS_REQUEST, 0},
    {"mt_request_peer", peer_name, NULLS_REQUEST | NULLS_RESULT, 0},
    {"mt_request_body_stream", body_stream, NULLS_REQUEST | NULLS_CALLBACK, GIFT},
    {"mt_request_defer", defer, NULLS_REQUEST | NULLS_RESULT, 0},
    {"mt_response_status_set", status_set, NULLS_RESPONSE, 0},
    {"mt_response_status_get", status_get, NULLS_RESPONSE, 0},
    {"mt_response_field_add", response_field_add, NULLS_RESPONSE | NULLS_NAME | NULLS_VALUE, 0},
    {"mt_response_field_set", response_field_set, NULLS_RESPONSE | NULLS_NAME | NULLS_VALUE, 0},
    {"mt_response_field_remove", response_field_remove, NULLS_RESPONSE | NULLS_NAME, 0},
    {"mt_response_field_get", response_field_get, NULLS_RESPONSE | NULLS_NAME, NULLS_RESULT},
    {"mt_response_body_copy", body_copy, NULLS_RESPONSE | NULLS_VALUE, 0},
    {"mt_response_body_borrow", body_borrow, NULLS_RESPONSE | NULLS_VALUE, GIFT},
    {"mt_response_body_file", body_file, NULLS_RESPONSE, 0},
    {"mt_response_fail", fail_it, NULLS_RESPONSE, 0},
    {"mt_exchange_acquire", acquire_and_release, NULLS_EXCHANGE, 0},
    {"mt_exchange_release", acquire_and_release, NULLS_EXCHANGE, 0},
    {"mt_exchange_request", request_of, NULLS_EXCHANGE, 0},
    {"mt_exchange_response", response_of, NULLS_EXCHANGE, 0},
    {"mt_exchange_complete", complete, NULLS_EXCHANGE, 0},
    {"mt_exchange_is_cancelled", is_cancelled, NULLS_EXCHANGE, 0},
    {"mt_exchange_on_cancel", on_cancel, NULLS_EXCHANGE | NULLS_CALLBACK, GIFT},
    {"mt_exchange_stream_start", stream_start, NULLS_EXCHANGE, NULLS_CALLBACK | GIFT},
    {"mt_exchange_stream_write", stream_write, NULLS_EXCHANGE | NULLS_VALUE, 0},
    {"mt_exchange_stream_end", stream_end, NULLS_EXCHANGE, 0},
    {"mt_exchange_body_resume", body_resume, NULLS_EXCHANGE, 0},
};

enum { CALLS = sizeof calls / sizeof calls[0] };

/* --- each without each of its arguments --- */

static bool is_handlers(const char *name) {
  static const char *const prefixes[] = {"mt_request_", "mt_response_", "mt_exchange_"};
  for (int i = 0; i < 3; i++)
    if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) return true;
  return false;
}

static void every_call_that_a_handler_makes_is_tried(void **state) {
  (void)state;
  nulls_check_complete(calls, CALLS, is_handlers);
}

static void ignore(mt_exchange *exchange, void *user_data) {
  (void)exchange, (void)user_data;
}

static mt_flow ignore_body(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)event, (void)bytes, (void)status, (void)user_data;
  return MT_FLOW_CONTINUE;
}

/** On a request of its own, which has one of everything. */
static void try_call(host *self, const nulls_call *call, unsigned which) {
  char room[64];
  client peer = host_connect(self);
  client_send(&peer, POST);
  mt_exchange *exchange = host_take(self);
  nulls all = {
      .exchange = exchange,
      .request = mt_exchange_request(exchange),
      .response = mt_exchange_response(exchange),
      .name = MT_SLICE("X"),
      .value = MT_SLICE("t"),
      .result = room,
      .exchange_callback = ignore,
      .body_callback = ignore_body,
  };
  assert_int_equal(mt_response_field_add(all.response, all.name, all.value), MT_OK);
  nulls_make(call, &all, which);
  mt_exchange_release(exchange);
  HOST_AWAIT(self, requests_active, 0);
  client_close(&peer);
}

static void no_call_crashes_without_an_argument(void **state) {
  host *self = *state;
  host_route(self, "POST /users/{X}", host_hold);
  host_start(self);
  for (int i = 0; i < CALLS; i++) {
    try_call(self, &calls[i], 0);
    for (unsigned which = 1; which < NULLS_END; which *= 2)
      if ((calls[i].must | calls[i].may) & which) try_call(self, &calls[i], which);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_call_that_a_handler_makes_is_tried),
      HOST_TEST(no_call_crashes_without_an_argument),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
