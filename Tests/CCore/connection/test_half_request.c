/* A peer that stops sending in the middle of a request has still asked for what came before. */
#include "support/check.h"
#include "support/host.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static void count_call(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response;
  host *self = user_data;
  atomic_fetch_add(&self->destroyed, 1);
}

static void start_usual(host *self) {
  host_route(self, "GET /held", host_hold);
  host_route(self, "GET /hello", host_hello);
  host_route(self, "POST /whole", count_call);
  host_start(self);
}

static void expect_only_what_came_before(host *self, const char *half) {
  client peer = host_connect(self);
  client_send(&peer, GET("/held") GET("/hello") GET("/held"));
  client_send(&peer, half);
  client_half_close(&peer);
  mt_exchange *first = host_take(self);
  mt_exchange *last = host_take(self);
  client_expect_silence(&peer);
  assert_int_equal(host_answer(last, "three"), MT_OK);
  assert_int_equal(host_answer(first, "one"), MT_OK);
  client_expect(&peer, 200, "one");
  client_expect(&peer, 200, "hello");
  client_expect(&peer, 200, "three");
  client_expect_end(&peer);
  client_close(&peer);
  HOST_AWAIT(self, connections_open, 0);
  assert_int_equal(host_stats(self).requests_active, 0);
}

static void what_came_before_half_a_request_is_answered(void **state) {
  static const char *const halves[] = {
      "G",
      "POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n",
      "POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
      "POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
      "POST /whole HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST /whole HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
  };
  host *self = *state;
  start_usual(self);
  for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
    expect_only_what_came_before(self, halves[i]);
  assert_int_equal(atomic_load(&self->destroyed), 0);
}

static void half_a_request_alone_is_closed_without_a_word(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, "POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell");
  client_half_close(&peer);
  client_expect_end(&peer);
  client_close(&peer);
  HOST_AWAIT(self, requests_active, 0);
  assert_int_equal(atomic_load(&self->destroyed), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(what_came_before_half_a_request_is_answered),
      HOST_TEST(half_a_request_alone_is_closed_without_a_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
