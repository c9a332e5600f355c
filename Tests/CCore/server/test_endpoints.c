/* Where a server listens. */
#define _GNU_SOURCE /* mkdtemp */

#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static mt_status listen_at(host *self, const char *name, uint16_t port, mt_error *error) {
  *error = (mt_error){.struct_size = sizeof *error};
  return mt_server_listen_tcp(host_server(self), mt_slice_from(name), port, error);
}

static void expect_hello(client peer) {
  client_send(&peer, GET);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static bool has_ipv6(void) {
  int probe = socket(AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  bool has = probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0;
  if (probe >= 0) close(probe);
  return has;
}

static void check_address(host *self, size_t index, const char *format) {
  char found[128], wanted[128];
  size_t size = mt_server_address(self->server, index, found, sizeof found);
  snprintf(wanted, sizeof wanted, format, mt_server_port(self->server, index));
  assert_string_equal(found, wanted);
  assert_int_equal(size, strlen(wanted));
  char cut[6];
  assert_int_equal(mt_server_address(self->server, index, cut, sizeof cut), 5);
  assert_memory_equal(cut, wanted, 5);
}

static void listens_on_ipv4_and_tells_the_port(void **state) {
  host *self = *state;
  mt_error error;
  host_route(self, "GET /", host_hello);
  assert_int_equal(listen_at(self, "127.0.0.1", 0, &error), MT_OK);
  assert_int_equal(listen_at(self, "localhost", 0, &error), MT_OK);
  host_start_silently(self);
  assert_int_equal(mt_server_listener_count(self->server), 2);
  check_address(self, 0, "127.0.0.1:%u");
  assert_int_not_equal(mt_server_port(self->server, 0), mt_server_port(self->server, 1));
  assert_int_equal(mt_server_port(self->server, 2), 0);
  char none[8] = "x";
  assert_int_equal(mt_server_address(self->server, 2, none, sizeof none), 0);
  expect_hello(client_connect(mt_server_port(self->server, 0)));
  expect_hello(client_connect(mt_server_port(self->server, 1)));
}

static void listens_on_ipv6_alone(void **state) {
  host *self = *state;
  if (!has_ipv6()) skip();
  mt_error error;
  host_route(self, "GET /", host_hello);
  assert_int_equal(listen_at(self, "::1", 0, &error), MT_OK);
  host_start_silently(self);
  check_address(self, 0, "[::1]:%u");
  expect_hello(client_connect_to("::1", mt_server_port(self->server, 0)));
  client peer;
  assert_false(client_try_connect(&peer, mt_server_port(self->server, 0)));
}

static void every_address_means_both_families(void **state) {
  host *self = *state;
  if (!has_ipv6()) skip();
  mt_error error;
  host_route(self, "GET /", host_hello);
  assert_int_equal(listen_at(self, "", 0, &error), MT_OK);
  host_start_silently(self);
  check_address(self, 0, "[::]:%u");
  expect_hello(client_connect_to("::1", mt_server_port(self->server, 0)));
  expect_hello(client_connect_to("127.0.0.1", mt_server_port(self->server, 0)));
}

static void says_what_it_cannot_listen_on(void **state) {
  host *self = *state;
  mt_error error;
  assert_int_equal(listen_at(self, "127.0.0.1", 0, &error), MT_OK);
  uint16_t taken = mt_server_port(self->server, 0);
  assert_int_equal(listen_at(self, "127.0.0.1", taken, &error), MT_ERROR_ADDRESS_IN_USE);
  assert_non_null(strstr(error.message, "127.0.0.1"));
  assert_int_equal(listen_at(self, "192.0.2.1", 0, &error), MT_ERROR_ADDRESS_UNAVAILABLE);
  assert_int_equal(listen_at(self, "no host name", 0, &error), MT_ERROR_ADDRESS_UNAVAILABLE);
  assert_int_equal(mt_server_listen_tcp(self->server, MT_SLICE("a\0b"), 0, &error),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_listener_count(self->server), 1);
  host_start_silently(self);
  assert_int_equal(listen_at(self, "127.0.0.1", 0, &error), MT_ERROR_INVALID_STATE);
}

static void a_port_is_free_again_when_its_server_stopped(void **state) {
  host *self = *state;
  mt_error error;
  host_route(self, "GET /", host_hello);
  host_start(self);
  uint16_t port = mt_server_port(self->server, 0);
  client peer = host_connect(self);
  client_send(&peer, GET);
  client_expect(&peer, 200, "hello");
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(mt_server_port(self->server, 0), port);
  client_close(&peer);
  host_destroy(self);
  host_route(self, "GET /", host_hello);
  assert_int_equal(listen_at(self, "127.0.0.1", port, &error), MT_OK);
  host_start_silently(self);
  expect_hello(client_connect(port));
}

/* --- unix sockets --- */

static const char *unix_path(void) {
  static char path[64];
  if (!path[0]) {
    snprintf(path, sizeof path, "/tmp/martlet-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    strcat(path, "/socket");
  }
  return path;
}

static void remove_unix_path(void) {
  char folder[64];
  snprintf(folder, sizeof folder, "%s", unix_path());
  unlink(folder);
  *strrchr(folder, '/') = 0;
  rmdir(folder);
}

static mode_t mode_of(const char *path) {
  struct stat found;
  assert_int_equal(stat(path, &found), 0);
  assert_true(S_ISSOCK(found.st_mode));
  return found.st_mode & 0777;
}

static mt_status listen_unix(host *self, const char *path, uint32_t mode) {
  return mt_server_listen_unix(host_server(self), mt_slice_from(path), mode, NULL);
}

static void listens_on_a_unix_socket_with_its_mode(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  assert_int_equal(listen_unix(self, unix_path(), 0600), MT_OK);
  assert_int_equal(mode_of(unix_path()), 0600);
  host_start_silently(self);
  char address[128], wanted[128];
  mt_server_address(self->server, 0, address, sizeof address);
  snprintf(wanted, sizeof wanted, "unix:%s", unix_path());
  assert_string_equal(address, wanted);
  assert_int_equal(mt_server_port(self->server, 0), 0);
  expect_hello(client_connect_unix(unix_path()));
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(access(unix_path(), F_OK), -1);
}

static void replaces_a_socket_file_that_nobody_listens_on(void **state) {
  host *self = *state;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", unix_path());
  int stale = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(stale, (struct sockaddr *)&address, sizeof address), 0);
  close(stale);
  assert_int_equal(access(unix_path(), F_OK), 0);
  host_route(self, "GET /", host_hello);
  assert_int_equal(listen_unix(self, unix_path(), 0), MT_OK);
  host_start_silently(self);
  expect_hello(client_connect_unix(unix_path()));
}

static void leaves_alone_what_is_in_use_or_no_socket(void **state) {
  host *self = *state;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", unix_path());
  int other = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(other, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(other, 0), 0);
  client waiting = client_connect_unix(unix_path()); /* its queue is full */
  assert_int_equal(listen_unix(self, unix_path(), 0), MT_ERROR_ADDRESS_IN_USE);
  client_close(&waiting);
  close(other);
  unlink(unix_path());
  FILE *file = fopen(unix_path(), "w");
  assert_non_null(file);
  fclose(file);
  assert_int_equal(listen_unix(self, unix_path(), 0), MT_ERROR_ADDRESS_IN_USE);
  assert_int_equal(access(unix_path(), F_OK), 0);
  unlink(unix_path());
}

static void refuses_paths_that_no_socket_can_have(void **state) {
  host *self = *state;
  char endless[200];
  memset(endless, 'x', sizeof endless - 1);
  endless[sizeof endless - 1] = 0;
  assert_int_equal(listen_unix(self, "", 0), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(listen_unix(self, endless, 0), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(listen_unix(self, unix_path(), 01000), MT_ERROR_INVALID_ARGUMENT);
  assert_int_not_equal(listen_unix(self, "/nowhere/at/all", 0), MT_OK);
}

/* --- inherited descriptors --- */

static void listens_on_an_inherited_descriptor(void **state) {
  host *self = *state;
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int inherited = socket(AF_INET, SOCK_STREAM, 0), no_delay = 0;
  assert_int_equal(bind(inherited, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(inherited, 16), 0);
  host_route(self, "GET /", host_hello);
  assert_int_equal(mt_server_listen_descriptor(host_server(self), inherited, NULL), MT_OK);
  socklen_t size = sizeof no_delay;
  getsockopt(inherited, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  assert_true(no_delay);
  host_start_silently(self);
  check_address(self, 0, "127.0.0.1:%u");
  expect_hello(client_connect(mt_server_port(self->server, 0)));
}

static void closes_a_descriptor_that_is_no_listener(void **state) {
  host *self = *state;
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_STREAM};
  for (int i = 0; i < 3; i++) {
    int plain = socket(AF_INET, types[i], 0);
    mt_server *server = i < 2 ? host_server(self) : NULL;
    assert_int_equal(mt_server_listen_descriptor(server, plain, NULL), MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(close(plain), -1);
  }
  assert_int_equal(mt_server_listen_descriptor(self->server, -1, NULL), MT_ERROR_INVALID_ARGUMENT);
}

/** The server's end of the client's connection, found among this process' descriptors. */
static int find_other_end(const client *peer) {
  struct sockaddr_in own, other;
  socklen_t size = sizeof own;
  assert_int_equal(getsockname(peer->socket, (struct sockaddr *)&own, &size), 0);
  for (int descriptor = 0; descriptor < 256; descriptor++) {
    size = sizeof other;
    if (getpeername(descriptor, (struct sockaddr *)&other, &size) == 0 &&
        other.sin_family == AF_INET && other.sin_port == own.sin_port)
      return descriptor;
  }
  return -1;
}

static void accepted_sockets_do_not_delay(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  client_expect(&peer, 200, "hello");
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  getsockopt(find_other_end(&peer), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  assert_true(no_delay);
  client_close(&peer);
}

static void answer_large(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  static char large[16 * 1024 * 1024];
  mt_response_body_borrow(response, (mt_slice){large, sizeof large}, NULL, NULL);
}

static void the_kernel_holds_little_for_a_peer_that_does_not_read(void **state) {
  host *self = *state;
  host_route(self, "GET /", answer_large);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  uint64_t sent, since = host_now_ms();
  do {
    sent = host_stats(self).bytes_sent;
    host_sleep_ms(100);
  } while ((!sent || host_stats(self).bytes_sent != sent) && host_now_ms() - since < 10000);
  assert_in_range(sent, 1, 1024 * 1024);
  client_close(&peer);
}

static int tear_down_path(void **state) {
  remove_unix_path();
  (void)state;
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(listens_on_ipv4_and_tells_the_port),
      HOST_TEST(listens_on_ipv6_alone),
      HOST_TEST(every_address_means_both_families),
      HOST_TEST(says_what_it_cannot_listen_on),
      HOST_TEST(a_port_is_free_again_when_its_server_stopped),
      HOST_TEST(listens_on_a_unix_socket_with_its_mode),
      HOST_TEST(replaces_a_socket_file_that_nobody_listens_on),
      HOST_TEST(leaves_alone_what_is_in_use_or_no_socket),
      HOST_TEST(refuses_paths_that_no_socket_can_have),
      HOST_TEST(listens_on_an_inherited_descriptor),
      HOST_TEST(closes_a_descriptor_that_is_no_listener),
      HOST_TEST(accepted_sockets_do_not_delay),
      HOST_TEST(the_kernel_holds_little_for_a_peer_that_does_not_read),
  };
  return cmocka_run_group_tests(tests, NULL, tear_down_path);
}
