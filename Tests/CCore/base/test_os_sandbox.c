/* A sandbox, or a kernel of another age, that does not know a call which the port would rather
 * use. */
#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/os.h"
#include "support/check.h"

/* What a thread finds that the kernel refuses a call to. */
typedef struct visit {
  int root;
  uint32_t call, refusal;
  bool is_refused;
  int inside, outside, outside_error;
} visit;

/** From now on the calling thread gets `refusal` from that system call, and no other thread does.
 */
static bool refuse_call(uint32_t call, uint32_t refusal) {
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | refusal),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof steps / sizeof steps[0], steps};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void *look_round(void *argument) {
  visit *self = argument;
  self->is_refused = refuse_call(self->call, self->refusal) &&
                     syscall(self->call, -1, NULL, NULL, 0) < 0 &&
                     (errno == (int)self->refusal || errno == ENOSYS); /* valgrind refuses itself */
  self->inside = mt__os_open_beneath(self->root, "inside");
  self->outside = mt__os_open_beneath(self->root, "../outside");
  self->outside_error = errno;
  return NULL;
}

static visit visit_sandbox(int root, uint32_t refusal) {
  visit self = {.root = root, .call = SYS_openat2, .refusal = refusal};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, look_round, &self), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  return self;
}

static void make_file(int folder, const char *name) {
  int file = openat(folder, name, O_WRONLY | O_CREAT, 0600);
  assert_true(file >= 0);
  close(file);
}

static void files_are_opened_where_openat2_is_unknown(void **state) {
  (void)state;
  char folder[] = "/tmp/martlet-sandbox-XXXXXX";
  assert_non_null(mkdtemp(folder));
  int above = open(folder, O_RDONLY | O_DIRECTORY);
  assert_int_equal(mkdirat(above, "root", 0700), 0);
  int root = openat(above, "root", O_RDONLY | O_DIRECTORY);
  make_file(above, "outside");
  make_file(root, "inside");
  const uint32_t refusals[] = {ENOSYS, EPERM};
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    visit found = visit_sandbox(root, refusals[i]);
    assert_true(found.is_refused);
    assert_true(found.inside >= 0);
    close(found.inside);
    assert_int_equal(found.outside, -1);
    assert_int_not_equal(found.outside_error, refusals[i]);
  }
  unlinkat(root, "inside", 0);
  unlinkat(above, "outside", 0);
  unlinkat(above, "root", AT_REMOVEDIR);
  close(root);
  close(above);
  rmdir(folder);
}

#else

#include "support/check.h"

static void files_are_opened_where_openat2_is_unknown(void **state) {
  (void)state;
  skip(); /* only Linux has openat2 */
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_are_opened_where_openat2_is_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
