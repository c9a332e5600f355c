/* A body may come slowly, but not for ever. Its own file, because the measurement has a window of
 * five seconds. */
#include "support/check.h"
#include "support/host.h"

static void a_body_below_the_least_rate_is_answered_408(void **state) {
  host *self = *state;
  self->config.min_transfer_bytes_per_second = 1000;
  host_route(self, "POST /", host_echo);
  host_start(self);
  client slow = host_connect(self), fast = host_connect(self);
  static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
  static char piece[2000];
  client_send(&slow, head);
  client_send(&fast, head);
  uint64_t since = host_now_ms();
  size_t sent = 0;
  while (!client_is_readable(&slow, 250) && host_now_ms() - since < CLIENT_PATIENCE_MS) {
    client_send(&slow, "a few octets");
    client_send_bytes(&fast, piece, sizeof piece);
    sent += sizeof piece;
  }
  assert_true(host_now_ms() - since >= 5000);
  client_expect(&slow, 408, NULL);
  client_expect_end(&slow);
  client_close(&slow);
  for (; sent < 100000; sent += sizeof piece) client_send_bytes(&fast, piece, sizeof piece);
  client_expect(&fast, 200, NULL);
  client_close(&fast);
}

static void what_came_in_a_hurry_is_no_credit_for_later(void **state) {
  host *self = *state;
  self->config.min_transfer_bytes_per_second = 1000;
  host_route(self, "POST /", host_echo);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n");
  static char most[400000];
  client_send_bytes(&peer, most, sizeof most);
  uint64_t since = host_now_ms();
  while (!client_is_readable(&peer, 250) && host_now_ms() - since < CLIENT_PATIENCE_MS)
    client_send(&peer, "a few octets");
  client_expect(&peer, 408, NULL);
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_body_below_the_least_rate_is_answered_408),
      HOST_TEST(what_came_in_a_hurry_is_no_credit_for_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
