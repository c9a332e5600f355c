/* mt_server_files as a client sees it: RFC 9110 §8.8, §13. */
#define _GNU_SOURCE /* mkdtemp */

#include "support/check.h"
#include "support/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char root[] = "/tmp/martlet-test-XXXXXX";
static const char *const names[] = {"page.html",  "large.bin", "empty.txt",
                                    "future.txt", ".hidden",   "secret"};

enum { LARGE = 3000000 };

static char *path_of(const char *name) {
  static char path[128];
  bool is_outside = strcmp(name, "secret") == 0;
  snprintf(path, sizeof path, is_outside ? "%s-%s" : "%s/%s", root, name);
  return path;
}

static void write_file(const char *name, const void *data, size_t size) {
  FILE *file = fopen(path_of(name), "w");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, size, file), size);
  fclose(file);
}

static int make_files(void **state) {
  (void)state;
  if (!mkdtemp(root)) return -1;
  char *large = malloc(LARGE);
  assert_non_null(large);
  for (size_t i = 0; i < LARGE; i++) large[i] = (char)(i % 253);
  write_file("page.html", "<p>page", 7);
  write_file("large.bin", large, LARGE);
  write_file("empty.txt", "", 0);
  write_file("future.txt", "later", 5);
  write_file(".hidden", "hidden", 6);
  write_file("secret", "secret", 6);
  free(large);
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) unlink(path_of(names[i]));
  return rmdir(root);
}

static void start_serving(host *self) {
  mt_error error = {.struct_size = sizeof error};
  if (mt_server_files(host_server(self), MT_SLICE("/static/"), mt_slice_from(root), &error) !=
      MT_OK)
    fail_msg("%s", error.message);
  host_start(self);
}

static reply get(client *peer, const char *method, const char *path, const char *fields) {
  char request[512];
  snprintf(request, sizeof request, "%s /static/%s HTTP/1.1\r\nHost: a\r\n%s\r\n", method, path,
           fields);
  client_send(peer, request);
  return strcmp(method, "HEAD") == 0 ? client_receive_head(peer) : client_receive(peer);
}

static void serves_files_with_what_describes_them(void **state) {
  host *self = *state;
  start_serving(self);
  client peer = host_connect(self);
  reply answer = get(&peer, "GET", "page.html", "");
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.body, "<p>page");
  assert_true(reply_has_field(&answer, "ETag"));
  assert_true(reply_has_field(&answer, "Last-Modified"));
  assert_non_null(strstr(answer.head, "\r\nContent-Type: text/html"));
  reply_free(&answer);
  answer = get(&peer, "HEAD", "page.html", "");
  assert_true(reply_has(&answer, "Content-Length: 7"));
  reply_free(&answer);
  answer = get(&peer, "GET", "empty.txt", "");
  assert_int_equal(answer.body_size, 0);
  assert_true(reply_has(&answer, "Content-Length: 0"));
  reply_free(&answer);
  answer = get(&peer, "POST", "page.html", "");
  assert_int_equal(answer.status, 405);
  reply_free(&answer);
  client_close(&peer);
}

static void serves_large_files_behind_one_another(void **state) {
  host *self = *state;
  start_serving(self);
  client peer = host_connect(self);
  client_send(&peer, "GET /static/large.bin HTTP/1.1\r\nHost: a\r\n\r\n"
                     "GET /static/page.html HTTP/1.1\r\nHost: a\r\n\r\n"
                     "GET /static/large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 3; i++) {
    reply answer = client_receive(&peer);
    assert_int_equal(answer.body_size, i == 1 ? 7 : LARGE);
    for (size_t k = 0; i != 1 && k < LARGE; k += 997)
      assert_int_equal((unsigned char)answer.body[k], k % 253);
    reply_free(&answer);
  }
  client_close(&peer);
}

static void field_of(const reply *answer, const char *name, char *out, size_t capacity) {
  const char *line = strstr(answer->head, name);
  assert_non_null(line);
  snprintf(out, capacity, "%.*s", (int)strcspn(line, "\r"), line);
}

static void sends_nothing_that_has_not_changed(void **state) {
  host *self = *state;
  start_serving(self);
  client peer = host_connect(self);
  char tag[128], date[128], fields[512];
  reply answer = get(&peer, "GET", "page.html", "");
  field_of(&answer, "ETag: ", tag, sizeof tag);
  field_of(&answer, "Last-Modified: ", date, sizeof date);
  reply_free(&answer);
  const struct {
    const char *format, *value;
    int status;
  } cases[] = {
      {"If-None-Match: %s\r\n", tag + 6, 304},
      {"If-None-Match: \"x\", %s\r\n", tag + 6, 304},
      {"If-None-Match: *%.0s\r\n", "", 304},
      {"If-None-Match: \"other\"%.0s\r\n", "", 200},
      {"If-Modified-Since: %s\r\n", date + 15, 304},
      {"If-Modified-Since: %s\r\n", "Sun, 06 Nov 1994 08:49:37 GMT", 200},
      {"If-Modified-Since: %s\r\n", "no date", 200},
      {"If-None-Match: \"other\"\r\nIf-Modified-Since: %s\r\n", date + 15, 200},
      {"If-Match: %s\r\n", tag + 6, 200},
      {"If-Unmodified-Since: %s\r\n", date + 15, 200},
      {"If-Match: %s\r\nIf-None-Match: *\r\n", tag + 6, 304},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(fields, sizeof fields, cases[i].format, cases[i].value);
#pragma GCC diagnostic pop
    answer = get(&peer, "GET", "page.html", fields);
    assert_int_equal(answer.status, cases[i].status);
    char again[128];
    field_of(&answer, "ETag: ", again, sizeof again);
    assert_string_equal(again, tag);
    reply_free(&answer);
  }
  client_close(&peer);
}

static void says_of_an_unchanged_file_what_it_is_known_by_and_no_more(void **state) {
  host *self = *state;
  start_serving(self);
  client peer = host_connect(self);
  reply answer = get(&peer, "GET", "page.html", "If-None-Match: *\r\n");
  assert_int_equal(answer.status, 304);
  assert_true(reply_has_field(&answer, "ETag"));
  assert_false(reply_has_field(&answer, "Last-Modified"));
  assert_false(reply_has_field(&answer, "Content-Type"));
  reply_free(&answer);
  client_close(&peer);
}

static void keeps_a_file_from_who_insists_on_another(void **state) {
  static const char *const fields[] = {
      "If-Match: \"other\"\r\n",
      "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
      "If-None-Match: *\r\nIf-Match: W/\"other\"\r\n",
  };
  host *self = *state;
  start_serving(self);
  client peer = host_connect(self);
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    reply answer = get(&peer, "GET", "page.html", fields[i]);
    assert_int_equal(answer.status, 412);
    assert_null(strstr(answer.body, "<p>page"));
    reply_free(&answer);
    answer = get(&peer, "HEAD", "page.html", fields[i]);
    assert_int_equal(answer.status, 412);
    reply_free(&answer);
  }
  client_close(&peer);
}

/* RFC 9110 §8.8.2.1 */
static void nothing_was_modified_after_it_was_sent(void **state) {
  host *self = *state;
  struct timespec tomorrow = {.tv_sec = time(NULL) + 86400};
  const struct timespec times[2] = {tomorrow, tomorrow};
  assert_int_equal(utimensat(AT_FDCWD, path_of("future.txt"), times, 0), 0);
  start_serving(self);
  client peer = host_connect(self);
  char modified[128], sent[128];
  reply answer = get(&peer, "GET", "future.txt", "");
  field_of(&answer, "Last-Modified: ", modified, sizeof modified);
  field_of(&answer, "Date: ", sent, sizeof sent);
  assert_string_equal(modified + 15, sent + 6);
  reply_free(&answer);
  client_close(&peer);
}

static void leads_nobody_out_of_the_folder(void **state) {
  static const struct {
    const char *path;
    int status;
  } tricks[] = {
      {"../martlet-secret", 400},
      {"%2e%2e/secret", 400},
      {"..%2fsecret", 400},
      {"%2e%2e%2fsecret", 400},
      {"./page.html", 400},
      {"a/../page.html", 400},
      {"page.html%00", 400},
      {"..%5csecret", 404},
      {".hidden", 404},
      {"%2ehidden", 404},
      {"//page.html", 404},
      {"page.html/", 404},
      {"%252e%252e/x", 404},
      {"", 404},
      {"none", 404},
  };
  host *self = *state;
  start_serving(self);
  client peer = host_connect(self);
  for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++) {
    reply answer = get(&peer, "GET", tricks[i].path, "");
    assert_int_equal(answer.status, tricks[i].status);
    assert_null(strstr(answer.body, "secret"));
    reply_free(&answer);
  }
  client_close(&peer);
}

static void refuses_folders_that_are_none(void **state) {
  host *self = *state;
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(mt_server_files(host_server(self), MT_SLICE("/x"), MT_SLICE("/no/such"), &error),
                   MT_ERROR_NOT_FOUND);
  assert_non_null(strstr(error.message, "/no/such"));
  assert_int_equal(mt_server_files(self->server, MT_SLICE("x"), mt_slice_from(root), &error),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_files(self->server, MT_SLICE("/x"), mt_slice_from(root), &error),
                   MT_OK);
  assert_int_equal(mt_server_files(self->server, MT_SLICE("/x/"), mt_slice_from(root), &error),
                   MT_ERROR_CONFLICT);
  assert_int_equal(mt_server_files(NULL, MT_SLICE("/x"), mt_slice_from(root), &error),
                   MT_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(serves_files_with_what_describes_them),
      HOST_TEST(serves_large_files_behind_one_another),
      HOST_TEST(sends_nothing_that_has_not_changed),
      HOST_TEST(says_of_an_unchanged_file_what_it_is_known_by_and_no_more),
      HOST_TEST(keeps_a_file_from_who_insists_on_another),
      HOST_TEST(nothing_was_modified_after_it_was_sent),
      HOST_TEST(leads_nobody_out_of_the_folder),
      HOST_TEST(refuses_folders_that_are_none),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
