#include "base/os.h"
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*open_fn)(int root, const char *path);

/** A folder with a secret beside the root, and roads to it. */
typedef struct fixture {
  char folder[64];
  int above; /* the folder */
  int root;  /* "root" in it */
} fixture;

static void write_file(int folder, const char *path, const char *text) {
  int file = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  assert_true(file >= 0);
  assert_int_equal(write(file, text, strlen(text)), strlen(text));
  close(file);
}

static int make_fixture(void **state) {
  static fixture self;
  strcpy(self.folder, "/tmp/martlet-beneath-XXXXXX");
  assert_non_null(mkdtemp(self.folder));
  self.above = open(self.folder, O_RDONLY | O_DIRECTORY);
  mkdirat(self.above, "root", 0755);
  self.root = openat(self.above, "root", O_RDONLY | O_DIRECTORY);
  mkdirat(self.root, "sub", 0755);
  write_file(self.above, "secret", "secret");
  write_file(self.root, "file", "file");
  write_file(self.root, "sub/file", "sub/file");
  assert_int_equal(symlinkat("sub/file", self.root, "link-inside"), 0);
  assert_int_equal(symlinkat("sub", self.root, "folder-inside"), 0);
  assert_int_equal(symlinkat("../secret", self.root, "link-out"), 0);
  assert_int_equal(symlinkat("..", self.root, "folder-out"), 0);
  assert_int_equal(symlinkat("/etc/passwd", self.root, "link-absolute"), 0);
  assert_int_equal(symlinkat("loop", self.root, "loop"), 0);
  assert_int_equal(mkfifoat(self.root, "fifo", 0644), 0);
  *state = &self;
  return 0;
}

static int remove_fixture(void **state) {
  fixture *self = *state;
  const char *const names[] = {"sub/file",      "file",          "link-inside",
                               "folder-inside", "link-out",      "fifo",
                               "folder-out",    "link-absolute", "loop"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) unlinkat(self->root, names[i], 0);
  unlinkat(self->root, "sub", AT_REMOVEDIR);
  unlinkat(self->above, "root", AT_REMOVEDIR);
  unlinkat(self->above, "secret", 0);
  close(self->root);
  close(self->above);
  return rmdir(self->folder);
}

/** The first octets of the file at `path`, or "" and errno. */
static const char *read_beneath(open_fn open_beneath, int root, const char *path) {
  static char text[64];
  int descriptor = open_beneath(root, path);
  text[0] = 0;
  if (descriptor < 0) return text;
  assert_true(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
  assert_int_equal(fcntl(descriptor, F_GETFL) & O_ACCMODE, O_RDONLY);
  ssize_t size = read(descriptor, text, sizeof text - 1);
  text[size > 0 ? size : 0] = 0;
  close(descriptor);
  return text;
}

static void check_refused(open_fn open_beneath, int root, const char *path) {
  int descriptor = open_beneath(root, path);
  if (descriptor >= 0) fail_msg("opened %s", path);
  if (errno != ENOENT && errno != EACCES && errno != EXDEV && errno != ELOOP && errno != ENOTDIR &&
      errno != ENAMETOOLONG)
    fail_msg("errno %d for %s", errno, path);
}

static const open_fn both[] = {mt__os_open_beneath, mt__os_open_beneath_walk};

static void opens_files_and_folders_below(void **state) {
  fixture *self = *state;
  for (int i = 0; i < 2; i++) {
    assert_string_equal(read_beneath(both[i], self->root, "file"), "file");
    assert_string_equal(read_beneath(both[i], self->root, "sub/file"), "sub/file");
    assert_string_equal(read_beneath(both[i], self->root, "./sub//./file"), "sub/file");
    int folder = both[i](self->root, "sub/");
    assert_string_equal(read_beneath(both[i], folder, "file"), "sub/file");
    close(folder);
  }
}

static void refuses_every_road_out(void **state) {
  fixture *self = *state;
  const char *const paths[] = {
      "../secret",
      "sub/../../secret",
      "/etc/passwd",
      "/",
      "..",
      "link-out",
      "folder-out/secret",
      "folder-out",
      "sub/../..",
      "loop",
      "fifo",
      "",
      "missing",
      "missing/file",
      "link-absolute",
      "file/",
      "file/x",
      "file/../../secret",
  };
  for (int i = 0; i < 2; i++)
    for (size_t p = 0; p < sizeof paths / sizeof paths[0]; p++)
      check_refused(both[i], self->root, paths[p]);
}

static void a_refusal_says_why(void **state) {
  fixture *self = *state;
  const struct {
    const char *path;
    int reason;
  } cases[] = {{"../secret", EXDEV}, {"/etc/passwd", EXDEV}, {"missing", ENOENT}, {"", ENOENT},
               {"fifo", EACCES},     {"file/x", ENOTDIR},    {"loop", ELOOP}};
  for (int i = 0; i < 2; i++)
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
      assert_int_equal(both[i](self->root, cases[c].path), -1);
      assert_int_equal(errno, cases[c].reason);
    }
}

static void a_link_that_stays_inside_is_followed_or_refused(void **state) {
  fixture *self = *state;
  const char *const paths[] = {"link-inside", "folder-inside/file"};
  for (int i = 0; i < 2; i++) {
    const char *text = read_beneath(mt__os_open_beneath, self->root, paths[i]);
    assert_true(strcmp(text, "sub/file") == 0 || *text == 0);
    check_refused(mt__os_open_beneath_walk, self->root, paths[i]);
  }
}

static void a_name_that_no_file_can_have_is_refused(void **state) {
  fixture *self = *state;
  char path[600];
  memset(path, 'a', sizeof path);
  path[sizeof path - 1] = 0;
  for (int i = 0; i < 2; i++) check_refused(both[i], self->root, path);
  memcpy(path, "sub/", 4);
  for (int i = 0; i < 2; i++) check_refused(both[i], self->root, path);
}

static void no_descriptor_is_left_open(void **state) {
  fixture *self = *state;
  int before = dup(self->root);
  close(before);
  const char *const paths[] = {"sub/file", "sub/missing", "sub/../x", "fifo",
                               "link-out", "a/b/c",       "sub/"};
  for (int i = 0; i < 2; i++)
    for (size_t p = 0; p < sizeof paths / sizeof paths[0]; p++)
      read_beneath(both[i], self->root, paths[p]);
  int after = dup(self->root);
  close(after);
  assert_int_equal(before, after);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(opens_files_and_folders_below),
      cmocka_unit_test(refuses_every_road_out),
      cmocka_unit_test(a_refusal_says_why),
      cmocka_unit_test(a_link_that_stays_inside_is_followed_or_refused),
      cmocka_unit_test(a_name_that_no_file_can_have_is_refused),
      cmocka_unit_test(no_descriptor_is_left_open),
  };
  return cmocka_run_group_tests(tests, make_fixture, remove_fixture);
}
