/* Peer addresses, and how many connections each may have. */
#include "connection/peers.h"
#include "support/check.h"
#include "support/failing_allocator.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static mt__peer_address peer_of(const char *host, uint16_t port) {
  struct sockaddr_storage storage = {0};
  struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  if (inet_pton(AF_INET, host, &ipv4.sin_addr) == 1)
    memcpy(&storage, &ipv4, sizeof ipv4);
  else if (inet_pton(AF_INET6, host, &ipv6.sin6_addr) == 1)
    memcpy(&storage, &ipv6, sizeof ipv6);
  else
    storage.ss_family = AF_UNIX;
  return mt__peer_address_from(&storage);
}

static void tells_addresses_as_text(void **state) {
  static const struct {
    const char *host, *text;
  } cases[] = {
      {"127.0.0.1", "127.0.0.1:80"},
      {"255.255.255.255", "255.255.255.255:80"},
      {"::1", "[::1]:80"},
      {"2001:db8:1:2:3:4:5:6", "[2001:db8:1:2:3:4:5:6]:80"},
      {"::ffff:10.1.2.3", "10.1.2.3:80"},
      {"unix", "unix"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt__peer_address peer = peer_of(cases[i].host, 80);
    char text[64];
    assert_int_equal(mt__peer_address_format(&peer, text, sizeof text), strlen(cases[i].text));
    assert_string_equal(text, cases[i].text);
  }
}

static void cuts_text_to_fit(void **state) {
  (void)state;
  mt__peer_address peer = peer_of("127.0.0.1", 65535);
  char text[8];
  assert_int_equal(mt__peer_address_format(&peer, text, sizeof text), 7);
  assert_string_equal(text, "127.0.0");
  assert_int_equal(mt__peer_address_format(&peer, text, 1), 0);
  assert_string_equal(text, "");
  assert_int_equal(mt__peer_address_format(&peer, text, 0), 0);
}

static mt__peers *peers_of(uint32_t limit) {
  mt__peers *peers;
  assert_int_equal(mt__peers_create(&mt__allocator_system, limit, &peers), MT_OK);
  return peers;
}

static void each_address_has_its_own_limit(void **state) {
  (void)state;
  mt__peers *peers = peers_of(2);
  mt__peer_address one = peer_of("10.0.0.1", 1), other = peer_of("10.0.0.2", 1);
  assert_true(mt__peers_enter(peers, &one));
  one.port = 2;
  assert_true(mt__peers_enter(peers, &one));
  assert_false(mt__peers_enter(peers, &one));
  assert_true(mt__peers_enter(peers, &other));
  mt__peers_leave(peers, &one);
  assert_true(mt__peers_enter(peers, &one));
  assert_false(mt__peers_enter(peers, &one));
  mt__peers_destroy(peers);
}

static void one_network_of_64_bits_is_one_peer(void **state) {
  (void)state;
  mt__peers *peers = peers_of(1);
  mt__peer_address one = peer_of("2001:db8:0:1::1", 1), same = peer_of("2001:db8:0:1:ffff::2", 1);
  mt__peer_address other = peer_of("2001:db8:0:2::1", 1);
  assert_true(mt__peers_enter(peers, &one));
  assert_false(mt__peers_enter(peers, &same));
  assert_true(mt__peers_enter(peers, &other));
  mt__peers_destroy(peers);
}

static void a_mapped_address_is_the_ipv4_address(void **state) {
  (void)state;
  mt__peers *peers = peers_of(1);
  mt__peer_address plain = peer_of("10.0.0.1", 1), mapped = peer_of("::ffff:10.0.0.1", 1);
  assert_true(mt__peers_enter(peers, &plain));
  assert_false(mt__peers_enter(peers, &mapped));
  mt__peers_destroy(peers);
}

static void unix_peers_are_not_counted(void **state) {
  (void)state;
  mt__peers *peers = peers_of(1);
  mt__peer_address peer = peer_of("unix", 0);
  for (int i = 0; i < 3; i++) assert_true(mt__peers_enter(peers, &peer));
  for (int i = 0; i < 5; i++) mt__peers_leave(peers, &peer);
  mt__peers_destroy(peers);
}

enum { MANY = 3000, LIMIT = 3 };

static mt__peer_address numbered(uint32_t number) {
  char host[32];
  snprintf(host, sizeof host, "10.%u.%u.%u", number >> 16, number >> 8 & 255, number & 255);
  return peer_of(host, 1);
}

/** Against a plain array: no address is forgotten or confused while the table grows and its gaps
 * close. */
static void counts_as_a_plain_array_does(void **state) {
  (void)state;
  static uint32_t model[MANY];
  memset(model, 0, sizeof model);
  mt__peers *peers = peers_of(LIMIT);
  uint32_t random = 12345;
  for (int i = 0; i < 200000; i++) {
    random = random * 1664525 + 1013904223;
    uint32_t number = (random >> 8) % MANY;
    mt__peer_address peer = numbered(number);
    bool enters = (random >> 29) < 4;
    if (enters) {
      assert_int_equal(mt__peers_enter(peers, &peer), model[number] < LIMIT);
      if (model[number] < LIMIT) model[number]++;
    } else {
      mt__peers_leave(peers, &peer);
      if (model[number]) model[number]--;
    }
  }
  for (uint32_t number = 0; number < MANY; number++) {
    mt__peer_address peer = numbered(number);
    for (; model[number] < LIMIT; model[number]++) assert_true(mt__peers_enter(peers, &peer));
    assert_false(mt__peers_enter(peers, &peer));
  }
  mt__peers_destroy(peers);
}

static void enter_many(const mt_allocator *allocator, void *context) {
  (void)context;
  mt__peers *peers;
  if (mt__peers_create(allocator, 1, &peers) != MT_OK) return;
  for (uint32_t number = 0; number < 200; number++) {
    mt__peer_address peer = numbered(number);
    if (mt__peers_enter(peers, &peer)) assert_false(mt__peers_enter(peers, &peer));
  }
  mt__peers_destroy(peers);
}

static void survives_every_failing_allocation(void **state) {
  (void)state;
  assert_true(failing_allocator_walk(enter_many, NULL) >= 3);
  mt__peers_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tells_addresses_as_text),
      cmocka_unit_test(cuts_text_to_fit),
      cmocka_unit_test(each_address_has_its_own_limit),
      cmocka_unit_test(one_network_of_64_bits_is_one_peer),
      cmocka_unit_test(a_mapped_address_is_the_ipv4_address),
      cmocka_unit_test(unix_peers_are_not_counted),
      cmocka_unit_test(counts_as_a_plain_array_does),
      cmocka_unit_test(survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
