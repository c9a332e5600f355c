/* When a handler may ask for a body in pieces. */
#include "support/check.h"
#include "support/host.h"

#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"

static mt_flow ignore(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)event, (void)bytes, (void)status, (void)user_data;
  return MT_FLOW_CONTINUE;
}

static mt_status ask(mt_request *request, host *self) {
  return mt_request_body_stream(request, ignore, self, host_count_destroyed);
}

static void ask_in_vain(mt_request *request, mt_response *response, void *user_data) {
  assert_int_equal(ask(request, user_data), MT_ERROR_INVALID_STATE);
  mt_response_body_copy(response, MT_SLICE("in vain"));
}

static void a_route_that_takes_bodies_whole_gives_no_pieces(void **state) {
  host *self = *state;
  host_route(self, "POST /", ask_in_vain);
  host_start(self);
  host_expect(self, POST, 200, "in vain");
  assert_int_equal(atomic_load(&self->destroyed), 1);
}

static void a_worker_has_the_body_whole(void **state) {
  host *self = *state;
  host_route_worker(self, "POST /", ask_in_vain);
  host_start(self);
  host_expect(self, POST, 200, "in vain");
  assert_int_equal(atomic_load(&self->destroyed), 1);
}

static void ask_twice(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  assert_int_equal(ask(request, self), MT_OK);
  assert_int_equal(ask(request, self), MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&self->destroyed), 1); /* the second one's */
  mt_response_body_copy(response, MT_SLICE("once"));
}

static void a_body_is_given_in_pieces_to_one_only(void **state) {
  host *self = *state;
  host_route_stream(self, "POST /", ask_twice);
  host_start(self);
  host_expect(self, POST, 200, "once");
  host_await_number(&self->destroyed, 2);
}

static void once_the_handler_has_returned_it_is_too_late(void **state) {
  host *self = *state;
  host_route_stream(self, "POST /", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, POST);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(ask(mt_exchange_request(exchange), self), MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&self->destroyed), 1);
  assert_int_equal(host_answer(exchange, "late"), MT_OK);
  client_expect(&peer, 200, "late");
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_route_that_takes_bodies_whole_gives_no_pieces),
      HOST_TEST(a_worker_has_the_body_whole),
      HOST_TEST(a_body_is_given_in_pieces_to_one_only),
      HOST_TEST(once_the_handler_has_returned_it_is_too_late),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
