/* What is injected ends once, whatever becomes of it. */
#include "support/check.h"
#include "support/host.h"

enum { OUTPUT_MAX = 4096, BEHIND = 200000 };

typedef struct output {
  size_t size;
  char octets[OUTPUT_MAX];
  atomic_int ends;
} output;

static void take_output(mt_slice bytes, bool is_end, void *user_data) {
  output *self = user_data;
  assert_in_range(bytes.size, 0, OUTPUT_MAX - 1 - self->size);
  if (bytes.size) memcpy(self->octets + self->size, bytes.data, bytes.size);
  self->size += bytes.size;
  if (is_end) atomic_fetch_add(&self->ends, 1);
}

static void start_usual(host *self) {
  host_route(self, "GET /", host_hello);
  host_route(self, "POST /", host_echo);
  host_start_silently(self);
}

static void a_refused_request_is_answered_and_ends(void **state) {
  host *self = *state;
  start_usual(self);
  char *input = malloc(BEHIND);
  assert_non_null(input);
  memset(input, 'x', BEHIND);
  memcpy(input, "GET /\r\n\r\n", 9);
  const size_t sizes[] = {9, 100, BEHIND}; /* alone, and with more behind it */
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    output got = {0};
    assert_int_equal(mt_server_inject(self->server, (mt_slice){input, sizes[i]}, take_output, &got),
                     MT_OK);
    host_await_number(&got.ends, 1);
    assert_memory_equal(got.octets, "HTTP/1.1 400 ", 13);
    HOST_AWAIT(self, connections_open, 0);
  }
  free(input);
}

/** Injects while one allocation fails; false when the request needed fewer. */
static bool inject_with_failure(host *self, size_t nth) {
  output got = {0};
  mt_slice input = MT_SLICE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntwo");
  self->memory.fail_count = 1;
  self->memory.fail_at = atomic_load(&self->memory.calls) + nth;
  mt_status status = mt_server_inject(self->server, input, take_output, &got);
  if (status == MT_OK) host_await_number(&got.ends, 1);
  HOST_AWAIT(self, connections_open, 0);
  bool has_failed = atomic_load(&self->memory.calls) >= self->memory.fail_at;
  self->memory.fail_at = 0;
  if (status != MT_OK) {
    assert_int_equal(status, MT_ERROR_NO_MEMORY);
    assert_int_equal(atomic_load(&got.ends), 0);
    assert_int_equal(got.size, 0);
  }
  return has_failed;
}

static void without_memory_it_is_refused_or_ends_once(void **state) {
  host *self = *state;
  start_usual(self);
  size_t failures = 0;
  while (inject_with_failure(self, failures + 1)) failures++;
  assert_in_range(failures, 3, 100); /* its place, its octets, its connection: at least those */
  output got = {0};
  assert_int_equal(mt_server_inject(self->server, MT_SLICE("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                                    take_output, &got),
                   MT_OK);
  host_await_number(&got.ends, 1);
  assert_memory_equal(got.octets, "HTTP/1.1 200 ", 13);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_refused_request_is_answered_and_ends),
      HOST_TEST(without_memory_it_is_refused_or_ends_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
