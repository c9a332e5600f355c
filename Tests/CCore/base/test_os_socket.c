#include "base/os.h"
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <unistd.h>

static void check_flags(int descriptor) {
  assert_true(descriptor >= 0);
  assert_true(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
  assert_true(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
}

static int listen_on_loopback(struct sockaddr_in *address) {
  int listener = mt__os_socket(AF_INET);
  socklen_t size = sizeof *address;
  *address = (struct sockaddr_in){.sin_family = AF_INET};
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(bind(listener, (struct sockaddr *)address, size), 0);
  assert_int_equal(listen(listener, 1), 0);
  assert_int_equal(getsockname(listener, (struct sockaddr *)address, &size), 0);
  return listener;
}

static void open_pair(int ends[2]) {
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  assert_int_equal(mt__os_adopt(ends[0]), 0);
  assert_int_equal(mt__os_adopt(ends[1]), 0);
}

static void close_pair(const int ends[2]) {
  close(ends[0]);
  close(ends[1]);
}

static void a_socket_is_non_blocking_and_closed_on_exec(void **state) {
  (void)state;
  const int families[] = {AF_INET, AF_UNIX};
  for (int i = 0; i < 2; i++) {
    int socket = mt__os_socket(families[i]);
    check_flags(socket);
    close(socket);
  }
}

static void a_family_that_does_not_exist_is_an_error(void **state) {
  (void)state;
  assert_int_equal(mt__os_socket(12345), -1);
}

static void adopting_sets_both_flags_and_keeps_the_others(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(fcntl(ends[1], F_SETFL, O_APPEND), 0);
  assert_int_equal(mt__os_adopt(ends[1]), 0);
  check_flags(ends[1]);
  assert_true(fcntl(ends[1], F_GETFL) & O_APPEND);
  close_pair(ends);
  assert_int_equal(mt__os_adopt(ends[1]), -1);
  assert_int_equal(errno, EBADF);
}

static void accepts_with_the_peers_address(void **state) {
  (void)state;
  struct sockaddr_in address;
  struct sockaddr_storage peer;
  socklen_t size = 0;
  int listener = listen_on_loopback(&address);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
  int accepted = mt__os_accept(listener, &peer, &size);
  check_flags(accepted);
  assert_int_equal(size, sizeof(struct sockaddr_in));
  assert_int_equal(peer.ss_family, AF_INET);
  close(accepted);
  close(client);
  close(listener);
}

static void accepting_nothing_is_eagain(void **state) {
  (void)state;
  struct sockaddr_in address;
  struct sockaddr_storage peer;
  socklen_t size;
  int listener = listen_on_loopback(&address);
  assert_int_equal(mt__os_accept(listener, &peer, &size), -1);
  assert_int_equal(errno, EAGAIN);
  close(listener);
}

static void writes_all_pieces_in_order(void **state) {
  (void)state;
  int ends[2];
  char text[16];
  open_pair(ends);
  struct iovec pieces[] = {
      {(void *)(uintptr_t) "ab", 2}, {NULL, 0}, {(void *)(uintptr_t) "cde", 3}};
  assert_int_equal(mt__os_write(ends[0], pieces, 3, false), 5);
  assert_int_equal(mt__os_write(ends[0], pieces, 1, false), 2);
  assert_int_equal(mt__os_write(ends[0], pieces, 0, false), 0);
  assert_int_equal(read(ends[1], text, sizeof text), 7);
  assert_memory_equal(text, "abcdeab", 7);
  close_pair(ends);
}

static void more_pieces_than_the_system_takes_are_a_short_write(void **state) {
  (void)state;
  enum { COUNT = 5000 };
  static char bytes[COUNT], text[COUNT];
  static struct iovec pieces[COUNT];
  int ends[2];
  open_pair(ends);
  for (int i = 0; i < COUNT; i++) {
    bytes[i] = (char)i;
    pieces[i] = (struct iovec){bytes + i, 1};
  }
  ssize_t written = mt__os_write(ends[0], pieces, COUNT, false);
  assert_in_range(written, 16, COUNT);
  assert_int_equal(read(ends[1], text, sizeof text), written);
  assert_memory_equal(text, bytes, (size_t)written);
  close_pair(ends);
}

static void a_full_socket_is_eagain(void **state) {
  (void)state;
  static char block[65536];
  int ends[2];
  open_pair(ends);
  struct iovec piece = {block, sizeof block};
  ssize_t written = 0;
  for (int i = 0; i < 1000 && written >= 0; i++) written = mt__os_write(ends[0], &piece, 1, false);
  assert_int_equal(written, -1);
  assert_int_equal(errno, EAGAIN);
  close_pair(ends);
}

/* SIGPIPE has its default action here: it would end this test. */
static void writing_to_a_closed_peer_is_epipe_and_no_signal(void **state) {
  (void)state;
  int ends[2];
  open_pair(ends);
  close(ends[1]);
  signal(SIGPIPE, SIG_DFL);
  struct iovec pieces[] = {{(void *)(uintptr_t) "a", 1}, {(void *)(uintptr_t) "b", 1}};
  for (int count = 1; count <= 2; count++) {
    assert_int_equal(mt__os_write(ends[0], pieces, count, false), -1);
    assert_int_equal(errno, EPIPE);
  }
  close(ends[0]);
}

static void what_more_follows_arrives_with_it(void **state) {
  (void)state;
  struct sockaddr_in address;
  struct sockaddr_storage peer;
  socklen_t size;
  char text[8];
  int listener = listen_on_loopback(&address);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
  int accepted = mt__os_accept(listener, &peer, &size);
  struct iovec first = {(void *)(uintptr_t) "ab", 2}, second = {(void *)(uintptr_t) "c", 1};
  assert_int_equal(mt__os_write(accepted, &first, 1, true), 2);
  assert_int_equal(mt__os_write(accepted, &second, 1, false), 1);
  assert_int_equal(recv(client, text, 3, MSG_WAITALL), 3);
  assert_memory_equal(text, "abc", 3);
  close(accepted);
  close(client);
  close(listener);
}

static void linux_alone_balances_listeners(void **state) {
  (void)state;
#ifdef __linux__
  assert_true(mt__os_balances_listeners());
#else
  assert_false(mt__os_balances_listeners());
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_socket_is_non_blocking_and_closed_on_exec),
      cmocka_unit_test(a_family_that_does_not_exist_is_an_error),
      cmocka_unit_test(adopting_sets_both_flags_and_keeps_the_others),
      cmocka_unit_test(accepts_with_the_peers_address),
      cmocka_unit_test(accepting_nothing_is_eagain),
      cmocka_unit_test(writes_all_pieces_in_order),
      cmocka_unit_test(more_pieces_than_the_system_takes_are_a_short_write),
      cmocka_unit_test(a_full_socket_is_eagain),
      cmocka_unit_test(writing_to_a_closed_peer_is_epipe_and_no_signal),
      cmocka_unit_test(what_more_follows_arrives_with_it),
      cmocka_unit_test(linux_alone_balances_listeners),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
