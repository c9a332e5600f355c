#define _GNU_SOURCE /* nftw, mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/slice.h"
#include "content/files.h"
#include "support/failing_allocator.h"

/** A folder "root" with files to serve, beside what must never be served. */
typedef struct fixture {
  char base[64];
  char root[96];
  mt__files *files;
} fixture;

static const char *path_of(const fixture *self, const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", self->base, name);
  return path;
}

static void write_file(const fixture *self, const char *name, const char *text) {
  FILE *file = fopen(path_of(self, name), "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void make_folder(const fixture *self, const char *name) {
  assert_int_equal(mkdir(path_of(self, name), 0700), 0);
}

static void make_link(const fixture *self, const char *name, const char *target) {
  assert_int_equal(symlink(target, path_of(self, name)), 0);
}

static void fill(const fixture *self) {
  make_folder(self, "root");
  make_folder(self, "root/docs");
  make_folder(self, "root/bare");
  make_folder(self, "root/odd");
  make_folder(self, "root/odd/index.html");
  make_folder(self, "root/.git");
  make_folder(self, "outside");
  write_file(self, "secret.txt", "secret");
  write_file(self, "outside/index.html", "secret");
  write_file(self, "root/index.html", "root index");
  write_file(self, "root/a.txt", "alpha");
  write_file(self, "root/b c.bin", "beta");
  write_file(self, "root/empty.txt", "");
  write_file(self, "root/back\\slash.txt", "odd");
  write_file(self, "root/.hidden", "secret");
  write_file(self, "root/.git/config", "secret");
  write_file(self, "root/docs/index.html", "docs index");
  write_file(self, "root/docs/guide.txt", "guide");
  make_link(self, "root/out.txt", "../secret.txt");
  make_link(self, "root/outfolder", "../outside");
  make_link(self, "root/absolute", "/etc/passwd");
  make_link(self, "root/in.txt", "docs/guide.txt");
  make_link(self, "root/docs/up.txt", "../a.txt");
  make_link(self, "root/infolder", "docs");
  make_link(self, "root/loop", "loop");
  make_link(self, "root/broken", "nowhere");
  assert_int_equal(mkfifo(path_of(self, "root/pipe.txt"), 0600), 0);
}

static int set_up(void **state) {
  fixture *self = calloc(1, sizeof *self);
  assert_non_null(self);
  strcpy(self->base, "/tmp/martlet-files-XXXXXX");
  assert_non_null(mkdtemp(self->base));
  snprintf(self->root, sizeof self->root, "%s/root", self->base);
  fill(self);
  *state = self;
  mt_slice root = mt_slice_from(self->root);
  assert_int_equal(mt__files_create(&mt__allocator_system, root, &self->files, NULL), MT_OK);
  return 0;
}

static int remove_one(const char *path, const struct stat *found, int type, struct FTW *walk) {
  (void)found, (void)type, (void)walk;
  return remove(path);
}

static int tear_down(void **state) {
  fixture *self = *state;
  mt__files_destroy(self->files);
  int result = nftw(self->base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
  free(self);
  return result;
}

static mt_status open_path(const fixture *self, mt_slice path, mt__file *file) {
  memset(file, 0x5a, sizeof *file);
  return mt__files_open(self->files, path, file);
}

static void assert_serves(const fixture *self, const char *path, const char *content,
                          mt_slice media_type) {
  mt__file file;
  char read_back[64];
  assert_int_equal(open_path(self, mt_slice_from(path), &file), MT_OK);
  ssize_t size = read(file.descriptor, read_back, sizeof read_back);
  assert_int_equal(size, strlen(content));
  assert_memory_equal(read_back, content, strlen(content));
  assert_int_equal(file.size, strlen(content));
  assert_true(mt__slice_equal(file.media_type, media_type));
  assert_int_equal(close(file.descriptor), 0);
}

static void assert_finds_nothing(const fixture *self, const char *path) {
  mt__file file;
  assert_int_equal(open_path(self, mt_slice_from(path), &file), MT_ERROR_NOT_FOUND);
}

static void serves_regular_files(void **state) {
  static const mt_slice plain = {"text/plain; charset=utf-8", 25};
  assert_serves(*state, "a.txt", "alpha", plain);
  assert_serves(*state, "empty.txt", "", plain);
  assert_serves(*state, "docs/guide.txt", "guide", plain);
  assert_serves(*state, "b c.bin", "beta", MT_SLICE("application/octet-stream"));
}

static void serves_the_index_of_folders(void **state) {
  static const mt_slice html = {"text/html; charset=utf-8", 24};
  assert_serves(*state, "", "root index", html);
  assert_serves(*state, "index.html", "root index", html);
  assert_serves(*state, "docs", "docs index", html);
  assert_serves(*state, "docs/", "docs index", html);
}

/** Only openat2 tells links that stay inside from those that lead out; old kernels lack it, some
 * sandboxes forbid it, and valgrind does not know it. */
static bool has_openat2(void) {
#ifdef SYS_openat2
  return syscall(SYS_openat2, -1, "", NULL, (size_t)0) < 0 && errno != ENOSYS && errno != EPERM;
#else
  return false;
#endif
}

static void follows_links_that_stay_inside_or_none(void **state) {
  static const struct {
    const char *path, *content;
    mt_slice media_type;
  } links[] = {
      {"in.txt", "guide", {"text/plain; charset=utf-8", 25}},
      {"docs/up.txt", "alpha", {"text/plain; charset=utf-8", 25}},
      {"infolder/guide.txt", "guide", {"text/plain; charset=utf-8", 25}},
      {"infolder/", "docs index", {"text/html; charset=utf-8", 24}},
  };
  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
    if (has_openat2())
      assert_serves(*state, links[i].path, links[i].content, links[i].media_type);
    else
      assert_finds_nothing(*state, links[i].path);
  }
}

static void finds_nothing_by_any_trick(void **state) {
  static const mt_slice paths[] = {
      {"nowhere", 7},
      {"docs/nowhere", 12},
      {"..", 2},
      {"../secret.txt", 13},
      {"../root/a.txt", 13},
      {"docs/../a.txt", 13},
      {"docs/../../secret.txt", 21},
      {"docs/..", 7},
      {".", 1},
      {"./a.txt", 7},
      {"docs/.", 6},
      {"/a.txt", 6},
      {"/", 1},
      {"/etc/passwd", 11},
      {"//etc/passwd", 12},
      {"docs//guide.txt", 15},
      {"docs//", 6},
      {"a.txt/", 6},
      {"a.txt/index.html", 16},
      {".hidden", 7},
      {".git/config", 11},
      {".git", 4},
      {"docs/.hidden", 12},
      {"..\\secret.txt", 13},
      {"back\\slash.txt", 14},
      {"a.txt\0", 6},
      {"a.txt\0.html", 11},
      {"\0", 1},
      {"out.txt", 7},
      {"outfolder", 9},
      {"outfolder/index.html", 20},
      {"absolute", 8},
      {"loop", 4},
      {"broken", 6},
      {"pipe.txt", 8},
      {"bare", 4},
      {"bare/", 5},
      {"odd", 3},
      {"A.TXT\xFF", 6},
  };
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    mt__file file;
    mt_status status = open_path(*state, paths[i], &file);
    if (status != MT_ERROR_NOT_FOUND) print_error("path %zu: %s\n", i, paths[i].data);
    assert_int_equal(status, MT_ERROR_NOT_FOUND);
  }
}

static void finds_nothing_by_paths_that_are_too_long(void **state) {
  static char path[8192];
  mt__file file;
  memset(path, 'a', sizeof path);
  for (size_t size = 4080; size <= 4100; size++)
    assert_int_equal(open_path(*state, (mt_slice){path, size}, &file), MT_ERROR_NOT_FOUND);
  for (size_t at = 4; at < sizeof path; at += 5) path[at] = '/';
  for (size_t size = 4080; size <= 4100; size++)
    assert_int_equal(open_path(*state, (mt_slice){path, size}, &file), MT_ERROR_NOT_FOUND);
  memset(path, '/', sizeof path);
  assert_int_equal(open_path(*state, (mt_slice){path, sizeof path}, &file), MT_ERROR_NOT_FOUND);
}

static void set_time(const fixture *self, const char *name, time_t seconds, long nanoseconds) {
  struct timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  assert_int_equal(utimensat(AT_FDCWD, path_of(self, name), times, 0), 0);
}

static mt__file look_at(const fixture *self, const char *path) {
  mt__file file;
  assert_int_equal(open_path(self, mt_slice_from(path), &file), MT_OK);
  close(file.descriptor);
  return file;
}

static void assert_same_tag(const mt__file *a, const mt__file *b, bool is_same) {
  mt_slice one = {a->etag, a->etag_size}, other = {b->etag, b->etag_size};
  assert_int_equal(mt__slice_equal(one, other), is_same);
}

static void tells_time_and_a_tag_that_changes_with_size_and_nanoseconds(void **state) {
  const fixture *self = *state;
  set_time(self, "root/a.txt", 1700000000, 123456789);
  mt__file first = look_at(self, "a.txt");
  mt__file again = look_at(self, "a.txt");
  assert_int_equal(first.modified_seconds, 1700000000);
  assert_int_equal(first.etag[0], '"');
  assert_int_equal(first.etag[first.etag_size - 1], '"');
  assert_same_tag(&first, &again, true);
  set_time(self, "root/a.txt", 1700000000, 123456790);
  mt__file later = look_at(self, "a.txt");
  assert_same_tag(&first, &later, false);
  write_file(self, "root/a.txt", "alphabet");
  set_time(self, "root/a.txt", 1700000000, 123456789);
  mt__file longer = look_at(self, "a.txt");
  assert_same_tag(&first, &longer, false);
}

/** The lowest free descriptor: the same before and after when nothing leaked. */
static int next_descriptor(void) {
  int descriptor = open("/", O_RDONLY);
  assert_true(descriptor >= 0);
  close(descriptor);
  return descriptor;
}

static void leaks_no_descriptors(void **state) {
  static const char *const paths[] = {"bare", "odd", "odd/", "pipe.txt", "docs", "", "nowhere"};
  int before = next_descriptor();
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    mt__file file;
    if (open_path(*state, mt_slice_from(paths[i]), &file) == MT_OK) close(file.descriptor);
    assert_int_equal(next_descriptor(), before);
  }
}

static void tells_a_lack_of_descriptors_from_a_lack_of_files(void **state) {
  struct rlimit old, none;
  mt__file file;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
  none = (struct rlimit){(rlim_t)next_descriptor(), old.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  mt_status status = open_path(*state, MT_SLICE("a.txt"), &file);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
  assert_int_equal(status, MT_ERROR_SYSTEM);
}

static void refuses_roots_that_are_no_folders(void **state) {
  const fixture *self = *state;
  static char long_name[5000];
  memset(long_name, 'a', sizeof long_name);
  mt_slice no_folder = mt_slice_from(path_of(self, "secret.txt"));
  const mt_slice roots[] = {
      no_folder, MT_SLICE("/no/such/folder"), {"", 0}, {"/tmp\0/x", 7}, {long_name, 5000}};
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
    mt__files *files;
    mt_error error = {.struct_size = sizeof error};
    mt_status status = mt__files_create(&mt__allocator_system, roots[i], &files, &error);
    assert_int_equal(status, MT_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "folder"));
  }
}

static void create_and_destroy(const mt_allocator *allocator, void *context) {
  const fixture *self = context;
  mt__files *files;
  mt_status status = mt__files_create(allocator, mt_slice_from(self->root), &files, NULL);
  if (status == MT_OK) {
    mt__files_destroy(files);
  } else {
    assert_int_equal(status, MT_ERROR_NO_MEMORY);
  }
}

static void survives_every_failing_allocation(void **state) {
  int before = next_descriptor();
  assert_true(failing_allocator_walk(create_and_destroy, *state) > 0);
  assert_int_equal(next_descriptor(), before);
}

static void destroys_nothing_given_null(void **state) {
  (void)state;
  mt__files_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(serves_regular_files, set_up, tear_down),
      cmocka_unit_test_setup_teardown(serves_the_index_of_folders, set_up, tear_down),
      cmocka_unit_test_setup_teardown(follows_links_that_stay_inside_or_none, set_up, tear_down),
      cmocka_unit_test_setup_teardown(finds_nothing_by_any_trick, set_up, tear_down),
      cmocka_unit_test_setup_teardown(finds_nothing_by_paths_that_are_too_long, set_up, tear_down),
      cmocka_unit_test_setup_teardown(tells_time_and_a_tag_that_changes_with_size_and_nanoseconds,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(leaks_no_descriptors, set_up, tear_down),
      cmocka_unit_test_setup_teardown(tells_a_lack_of_descriptors_from_a_lack_of_files, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(refuses_roots_that_are_no_folders, set_up, tear_down),
      cmocka_unit_test_setup_teardown(survives_every_failing_allocation, set_up, tear_down),
      cmocka_unit_test(destroys_nothing_given_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
