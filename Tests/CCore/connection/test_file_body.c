/* Bodies that are files: on every transport, and when the file is not what it was. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/slice.h"
#include "support/check.h"
#include "support/host.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

/* Below and above where a file is read at once rather than sent from where it is. */
enum { SMALL = 5000, LARGE = 300000, OUTPUT_MAX = 2 * LARGE };

static char content[LARGE + 1];

static int fill_content(void **state) {
  (void)state;
  for (int i = 0; i < LARGE; i++) content[i] = (char)('a' + i % 26);
  return 0;
}

static int make_file(size_t size) {
  char path[] = "/tmp/martlet-file-XXXXXX";
  int file = mkstemp(path);
  assert_true(file >= 0);
  unlink(path);
  assert_int_equal(write(file, content, size), size);
  return file;
}

static size_t size_asked_for(mt_request *request) {
  return mt__slice_equal(mt_request_path(request), MT_SLICE("/small")) ? SMALL : LARGE;
}

/** All but the last octet of what is announced is there. */
static void send_shrunk(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  size_t size = size_asked_for(request);
  assert_int_equal(mt_response_body_file(response, make_file(size - 1), 0, size), MT_OK);
}

static void expect_cut(host *self, const char *request) {
  client peer = host_connect(self);
  client_send(&peer, request);
  size_t size;
  char *octets = client_read_all(&peer, &size);
  assert_in_range(size, 0,
                  LARGE + 200); /* the head and what was there, nothing of what is behind */
  assert_null(strstr(octets, "hello"));
  free(octets);
  client_close(&peer);
}

static void a_file_that_has_shrunk_ends_the_connection(void **state) {
  host *self = *state;
  host_route(self, "GET /small", send_shrunk);
  host_route(self, "GET /large", send_shrunk);
  host_route(self, "GET /hello", host_hello);
  host_start(self);
  expect_cut(self, GET("/small") GET("/hello"));
  expect_cut(self, GET("/large") GET("/hello"));
  host_expect(self, GET("/hello"), 200, "hello");
}

/** Copies what is injected back out. */
typedef struct output {
  size_t size;
  atomic_int ends;
  char octets[OUTPUT_MAX];
} output;

static void take_output(mt_slice bytes, bool is_end, void *user_data) {
  output *self = user_data;
  assert_in_range(bytes.size, 0, OUTPUT_MAX - self->size);
  if (bytes.size) memcpy(self->octets + self->size, bytes.data, bytes.size);
  self->size += bytes.size;
  if (is_end) atomic_store(&self->ends, 1);
}

static void send_whole(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  size_t size = size_asked_for(request);
  assert_int_equal(mt_response_body_file(response, make_file(size), 0, size), MT_OK);
}

static void an_injected_request_is_answered_with_a_file(void **state) {
  host *self = *state;
  host_route(self, "GET /small", send_whole);
  host_route(self, "GET /large", send_whole);
  host_start_silently(self);
  output *got = calloc(1, sizeof *got);
  assert_non_null(got);
  mt_slice request = MT_SLICE("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
                              "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(mt_server_inject(self->server, request, take_output, got), MT_OK);
  host_await_number(&got->ends, 1);
  const char *large = strstr(got->octets, "\r\n\r\n");
  assert_non_null(large);
  assert_memory_equal(large + 4, content, LARGE);
  assert_true(got->size > SMALL + LARGE);
  assert_memory_equal(got->octets + got->size - SMALL, content, SMALL);
  free(got);
}

static void a_file_that_shrinks_ends_what_was_injected(void **state) {
  host *self = *state;
  host_route(self, "GET /large", send_shrunk);
  host_route(self, "GET /hello", host_hello);
  host_start_silently(self);
  output *got = calloc(1, sizeof *got);
  assert_non_null(got);
  mt_slice request = MT_SLICE("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
                              "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(mt_server_inject(self->server, request, take_output, got), MT_OK);
  host_await_number(&got->ends, 1);
  assert_null(strstr(got->octets, "hello"));
  free(got);
}

#ifdef __linux__

static char *low_content; /* at an address that is an offset which no system call minds */

/** A file that the kernel reads but does not send: this program's own memory. */
static void send_own_memory(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  int file = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  assert_true(file >= 0);
  size_t size = size_asked_for(request);
  assert_int_equal(mt_response_body_file(response, file, (uintptr_t)low_content, size), MT_OK);
}

static void a_file_that_the_kernel_does_not_send_is_copied(void **state) {
  host *self = *state;
  low_content =
      mmap((void *)0x20000000, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_in_range((uintptr_t)low_content, 1, INT32_MAX - LARGE);
  memcpy(low_content, content, LARGE);
  host_route(self, "GET /small", send_own_memory);
  host_route(self, "GET /large", send_own_memory);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET("/large") GET("/small") GET("/large"));
  const size_t sizes[] = {LARGE, SMALL, LARGE};
  for (int i = 0; i < 3; i++) {
    reply answer = client_receive(&peer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body_size, sizes[i]);
    assert_memory_equal(answer.body, content, sizes[i]);
    reply_free(&answer);
  }
  client_close(&peer);
  munmap(low_content, LARGE);
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_file_that_has_shrunk_ends_the_connection),
      HOST_TEST(an_injected_request_is_answered_with_a_file),
      HOST_TEST(a_file_that_shrinks_ends_what_was_injected),
#ifdef __linux__
      HOST_TEST(a_file_that_the_kernel_does_not_send_is_copied),
#endif
  };
  return cmocka_run_group_tests(tests, fill_content, NULL);
}
