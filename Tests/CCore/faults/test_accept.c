/* What accept(2) may fail with: errors of one connection cost that one, a shortage is waited out,
 * and afterwards every connection that still waits is served. Linux: its accept4 is stood in for.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fake/world.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static const int *errors; /* what the next calls fail with; 0 ends them */
static int calls;

#ifdef __linux__
int accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags);

int accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags) {
  calls++;
  if (errors && *errors) {
    errno = *errors++;
    return -1;
  }
  return (int)syscall(SYS_accept4, descriptor, address, size, flags);
}
#endif

/** Four clients that wait while accepting fails in each given way. */
static void accept_through(world *self, void *context) {
  enum { CLIENTS = 4 };
  client clients[CLIENTS];
  for (int i = 0; i < CLIENTS; i++) {
    clients[i] = host_connect(self->host);
    client_send(&clients[i], GET);
  }
  errors = context;
  for (int i = 0; i < 40; i++) {
    world_settle(self);
    fake_clock_move(100);
  }
  assert_int_equal(*errors, 0); /* all of them came */
  for (int i = 0; i < CLIENTS; i++) {
    client_expect(&clients[i], 200, "hello");
    client_close(&clients[i]);
  }
  world_end_of_time(self);
  world_still_serves(self);
}

static void run(void **state, const int *given, int most_calls) {
  calls = 0;
  world_plan plan = {
      .scenario = accept_through, .context = (void *)(uintptr_t)given, .listens = true};
  assert_true(world_run(*state, &plan));
  assert_true(calls <= most_calls);
}

static void errors_of_one_connection_do_not_stop_accepting(void **state) {
  static const int given[] = {
      ECONNABORTED, EPROTO,    ENETDOWN, EHOSTUNREACH, EPERM,       EINTR, ETIMEDOUT,
      ENOPROTOOPT,  EHOSTDOWN, ENONET,   EOPNOTSUPP,   ENETUNREACH, 0};
  run(state, given, 60);
  assert_false(host_has_log(*state, "accepting pauses"));
}

/** In four seconds with a pause of 100 ms there are few calls: the loop does not spin. */
static void a_shortage_is_waited_out_without_spinning(void **state) {
  static const int given[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EMFILE, EMFILE, EMFILE, 0};
  run(state, given, 60);
  assert_int_equal(host_count_log(*state, "accepting pauses"), 1);
}

int main(void) {
#ifndef __linux__
  return 0;
#endif
  const struct CMUnitTest tests[] = {
      WORLD_TEST(errors_of_one_connection_do_not_stop_accepting),
      WORLD_TEST(a_shortage_is_waited_out_without_spinning),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
