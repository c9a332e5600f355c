/* Behind a request that says "Connection: close" there is nothing: RFC 9112 §9.6. What comes all
 * the same neither is a request nor harms the answer. */
#include "support/check.h"
#include "support/host.h"

#define LAST "GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
#define NEXT "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

enum { FLOOD = 4 * 1024 * 1024 };

static void start_usual(host *self) {
  host_route(self, "GET /held", host_hold);
  host_route(self, "GET /hello", host_hello);
  host_start(self);
}

static void octets_behind_the_last_request_are_dropped(void **state) {
  static const char *const extras[] = {NEXT, "\r\n", "rubbish", NEXT NEXT NEXT};
  host *self = *state;
  start_usual(self);
  for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++) {
    client peer = host_connect(self);
    client_send(&peer, LAST);
    mt_exchange *exchange = host_take(self);
    uint64_t received = host_stats(self).bytes_received;
    client_send(&peer, extras[i]);
    HOST_AWAIT(self, bytes_received, received + strlen(extras[i]));
    assert_int_equal(host_answer(exchange, "last"), MT_OK);
    client_expect(&peer, 200, "last");
    client_expect_end(&peer);
    client_close(&peer);
  }
  assert_int_equal(host_stats(self).requests_total, sizeof extras / sizeof extras[0]);
}

static void a_flood_behind_the_last_request_is_left_with_the_kernel(void **state) {
  host *self = *state;
  start_usual(self);
  client peer = host_connect(self);
  client_send(&peer, LAST);
  mt_exchange *exchange = host_take(self);
  char *flood = calloc(1, FLOOD);
  assert_non_null(flood);
  client_send_some(&peer, flood, FLOOD);
  free(flood);
  host_sleep_ms(50);
  assert_in_range(host_stats(self).bytes_received, sizeof LAST, sizeof LAST + 2 * 65536);
  assert_int_equal(host_answer(exchange, "last"), MT_OK);
  client_expect(&peer, 200, "last");
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(octets_behind_the_last_request_are_dropped),
      HOST_TEST(a_flood_behind_the_last_request_is_left_with_the_kernel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
