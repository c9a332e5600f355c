/* Counters that agree with what clients saw. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static void answer_with_status(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice text = mt_request_parameter_at(request, 0).value;
  mt_response_status_set(response, (text.data[0] - '0') * 100);
}

static void counts_answers_by_their_class(void **state) {
  static const int classes[] = {2, 2, 2, 3, 4, 4, 5};
  host *self = *state;
  self->config.reactors = 2;
  host_route(self, "GET /status/{status}", answer_with_status);
  host_start(self);
  for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
    char request[96];
    snprintf(request, sizeof request, "GET /status/%d00 HTTP/1.1\r\nHost: a\r\n\r\n", classes[i]);
    host_expect(self, request, classes[i] * 100, NULL);
  }
  host_expect(self, "bad\r\n\r\n", 400, NULL);
  HOST_AWAIT(self, connections_open, 0);
  mt_stats stats = host_stats(self);
  assert_int_equal(stats.responses[0], 0);
  assert_int_equal(stats.responses[1], 3);
  assert_int_equal(stats.responses[2], 1);
  assert_int_equal(stats.responses[3], 3);
  assert_int_equal(stats.responses[4], 1);
  assert_int_equal(stats.requests_total, 7);
  assert_int_equal(stats.requests_rejected, 1);
  assert_int_equal(stats.requests_active, 0);
  assert_int_equal(stats.connections_total, 8);
  assert_int_equal(stats.connections_refused, 0);
  assert_int_equal(stats.timeouts, 0);
}

static void counts_octets(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 0; i < 10; i++) client_send(&peer, GET);
  client_half_close(&peer);
  size_t received;
  free(client_read_all(&peer, &received));
  client_close(&peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(host_stats(self).bytes_received, 10 * strlen(GET));
  assert_int_equal(host_stats(self).bytes_sent, received);
}

static void counts_what_is_under_way(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hold);
  host_start(self);
  client peers[3];
  for (int i = 0; i < 3; i++) {
    peers[i] = host_connect(self);
    client_send(&peers[i], GET);
  }
  HOST_AWAIT(self, requests_active, 3);
  assert_int_equal(host_stats(self).connections_open, 3);
  for (int i = 0; i < 3; i++) assert_int_equal(host_answer(host_take(self), "done"), MT_OK);
  for (int i = 0; i < 3; i++) client_expect(&peers[i], 200, "done");
  HOST_AWAIT(self, requests_active, 0);
  for (int i = 0; i < 3; i++) client_close(&peers[i]);
}

static void can_be_read_at_any_time(void **state) {
  host *self = *state;
  mt_stats stats = {.struct_size = sizeof stats};
  assert_int_equal(mt_server_stats(host_server(self), &stats), MT_OK);
  assert_int_equal(stats.connections_total + stats.uptime_ms, 0);
  host_route(self, "GET /", host_hello);
  host_start(self);
  host_expect(self, GET, 200, "hello");
  host_sleep_ms(20);
  assert_true(host_stats(self).uptime_ms >= 20);
  mt_server_stop(self->server);
  assert_int_equal(host_stats(self).requests_total, 1);
}

/** A host of another version has a struct of another size. */
static void fills_as_much_as_the_caller_knows(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  host_expect(self, GET, 200, "hello");
  struct {
    size_t struct_size;
    uint64_t connections_total;
  } *earlier = malloc(sizeof *earlier);
  assert_non_null(earlier);
  earlier->struct_size = sizeof *earlier;
  assert_int_equal(mt_server_stats(self->server, (mt_stats *)(void *)earlier), MT_OK);
  assert_int_equal(earlier->struct_size, sizeof *earlier);
  assert_int_equal(earlier->connections_total, 1);
  free(earlier);
  mt_stats none = {0};
  assert_int_equal(mt_server_stats(self->server, &none), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_stats(self->server, NULL), MT_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(counts_answers_by_their_class),     HOST_TEST(counts_octets),
      HOST_TEST(counts_what_is_under_way),          HOST_TEST(can_be_read_at_any_time),
      HOST_TEST(fills_as_much_as_the_caller_knows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
