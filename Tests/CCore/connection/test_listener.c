/* Accepting when the system has nothing left to give. */
#include "support/check.h"
#include "support/host.h"
#include "support/watched.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/times.h>
#include <unistd.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { WAITING = 5 };

/** From now on no descriptor can be had. Returns what has to be put back. */
static struct rlimit take_all_descriptors(void) {
  struct rlimit before, none;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  int lowest = dup(0);
  assert_true(lowest >= 0);
  close(lowest);
  none = before;
  none.rlim_cur = (rlim_t)lowest;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  return before;
}

static void connect_later(host *self, client *peer) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_port = htons(mt_server_port(self->server, 0));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(connect(peer->socket, (struct sockaddr *)&address, sizeof address), 0);
}

static long used_ms(void) {
  struct tms used;
  times(&used);
  return (long)(used.tms_utime + used.tms_stime) * 1000 / sysconf(_SC_CLK_TCK);
}

static void survives_a_lack_of_descriptors_without_spinning(void **state) {
  if (watched_by_valgrind()) skip(); /* which itself closes an accepted socket past the limit */
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client served = host_connect(self), peers[WAITING];
  client_send(&served, GET);
  client_expect(&served, 200, "hello");
  for (int i = 0; i < WAITING; i++) peers[i] = client_of(socket(AF_INET, SOCK_STREAM, 0));
  struct rlimit before = take_all_descriptors();
  for (int i = 0; i < WAITING; i++) {
    connect_later(self, &peers[i]);
    client_send(&peers[i], GET);
  }
  host_await_log(self, "2 accepting pauses");
  long used = used_ms();
  uint64_t since = host_now_ms();
  host_sleep_ms(500);
  assert_true(used_ms() - used < (long)(host_now_ms() - since) / 2);
  assert_int_equal(host_count_log(self, "accepting pauses"), 1);
  client_send(&served, GET); /* who is in already is served */
  client_expect(&served, 200, "hello");
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  for (int i = 0; i < WAITING; i++) {
    client_expect(&peers[i], 200, "hello");
    client_close(&peers[i]);
  }
  client_close(&served);
}

static void a_stop_in_the_midst_of_a_lack_is_clean(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = client_of(socket(AF_INET, SOCK_STREAM, 0));
  struct rlimit before = take_all_descriptors();
  connect_later(self, &peer);
  host_await_log(self, "2 accepting pauses");
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  client_expect_end(&peer);
  client_close(&peer);
}

static void survives_clients_that_come_and_go(void **state) {
  enum { MANY = 2000 };
  host *self = *state;
  self->config.reactors = 2;
  host_route(self, "GET /", host_hello);
  host_start(self);
  for (int i = 0; i < MANY; i++) {
    client peer = host_connect(self);
    if (i % 4 == 1) client_send(&peer, GET);
    if (i % 4 == 2) client_send(&peer, "GET /");
    if (i % 2)
      client_reset(&peer);
    else
      client_close(&peer);
  }
  host_expect(self, GET, 200, "hello");
  HOST_AWAIT(self, connections_open, 0);
  HOST_AWAIT(self, requests_active, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(survives_a_lack_of_descriptors_without_spinning),
      HOST_TEST(a_stop_in_the_midst_of_a_lack_is_clean),
      HOST_TEST(survives_clients_that_come_and_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
