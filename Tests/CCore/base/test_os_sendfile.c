#include "base/os.h"
#include "support/check.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

typedef struct fixture {
  int ends[2];
  int file;
} fixture;

static int open_fixture(void **state) {
  static fixture self;
  char path[] = "/tmp/martlet-sendfile-XXXXXX";
  self.file = mkstemp(path);
  unlink(path);
  if (self.file < 0 || write(self.file, "0123456789", 10) != 10) return -1;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, self.ends) < 0) return -1;
  *state = &self;
  return mt__os_adopt(self.ends[0]);
}

static int close_fixture(void **state) {
  fixture *self = *state;
  close(self->ends[0]);
  close(self->ends[1]);
  close(self->file);
  return 0;
}

static void sends_the_part_that_was_asked_for(void **state) {
  fixture *self = *state;
  char text[16];
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 3, 4), 4);
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 0, 1), 1);
  assert_int_equal(read(self->ends[1], text, sizeof text), 5);
  assert_memory_equal(text, "34560", 5);
}

static void stops_at_the_files_end(void **state) {
  fixture *self = *state;
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 8, UINT64_MAX), 2);
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 10, 5), 0);
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 1000, 5), 0);
}

static void sends_nothing_when_nothing_is_asked_for(void **state) {
  fixture *self = *state;
  char text[16];
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 0, 0), 0);
  assert_int_equal(recv(self->ends[1], text, sizeof text, MSG_DONTWAIT), -1);
}

static void an_offset_that_no_file_has_is_einval(void **state) {
  fixture *self = *state;
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, UINT64_C(1) << 63, 1), -1);
  assert_int_equal(errno, EINVAL);
}

/* SIGPIPE has its default action here: it would end this test. */
static void a_closed_peer_is_epipe_and_no_signal(void **state) {
  fixture *self = *state;
  sigset_t mask;
  signal(SIGPIPE, SIG_DFL);
  shutdown(self->ends[1], SHUT_RD);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 0, 5), -1);
    assert_int_equal(errno, EPIPE);
  }
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  assert_false(sigismember(&mask, SIGPIPE));
  sigpending(&mask);
  assert_false(sigismember(&mask, SIGPIPE));
}

static void a_signal_that_the_caller_blocks_stays_blocked(void **state) {
  fixture *self = *state;
  sigset_t pipe_signal, mask;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
  assert_int_equal(mt__os_sendfile(self->ends[0], self->file, 0, 5), 5);
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  assert_true(sigismember(&mask, SIGPIPE));
  pthread_sigmask(SIG_UNBLOCK, &pipe_signal, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(sends_the_part_that_was_asked_for, open_fixture,
                                      close_fixture),
      cmocka_unit_test_setup_teardown(stops_at_the_files_end, open_fixture, close_fixture),
      cmocka_unit_test_setup_teardown(sends_nothing_when_nothing_is_asked_for, open_fixture,
                                      close_fixture),
      cmocka_unit_test_setup_teardown(an_offset_that_no_file_has_is_einval, open_fixture,
                                      close_fixture),
      cmocka_unit_test_setup_teardown(a_closed_peer_is_epipe_and_no_signal, open_fixture,
                                      close_fixture),
      cmocka_unit_test_setup_teardown(a_signal_that_the_caller_blocks_stays_blocked, open_fixture,
                                      close_fixture),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
