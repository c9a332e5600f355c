/* A server that gets fewer threads than it needs. */
#define _GNU_SOURCE /* pthread_setattr_default_np */

#include "support/check.h"
#include "support/host.h"
#include "support/watched.h"

#if defined(__GLIBC__) && !WATCHED_BY_SANITIZER

#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/footprint.h"

/* Stacks so large that room for one more or less is all that matters. */
#define STACK_BYTES ((size_t)256 << 20)

enum { REACTORS = 3, WORKERS = 2, WATCHDOGS = 1, THREADS = REACTORS + WORKERS + WATCHDOGS };

static size_t used_bytes(void) {
  size_t pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%zu", &pages), 1);
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t set_stack_size(size_t size) {
  pthread_attr_t attributes;
  size_t before;
  assert_int_equal(pthread_getattr_default_np(&attributes), 0);
  assert_int_equal(pthread_attr_getstacksize(&attributes, &before), 0);
  assert_int_equal(pthread_attr_setstacksize(&attributes, size), 0);
  assert_int_equal(pthread_setattr_default_np(&attributes), 0);
  pthread_attr_destroy(&attributes);
  return before;
}

typedef mt_status (*start_fn)(mt_server *server, mt_error *error);

/** Starts the server where there is room for that many threads. */
static mt_status start_with_room_for(host *self, start_fn start, size_t threads, mt_error *error) {
  struct rlimit before, tight;
  mt_server *server = host_server(self);
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  size_t stack_before = set_stack_size(STACK_BYTES);
  tight = before;
  tight.rlim_cur = used_bytes() + threads * STACK_BYTES + STACK_BYTES / 2;
  assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
  mt_status status = start(server, error);
  assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
  set_stack_size(stack_before);
  return status;
}

static void configure(host *self) {
  self->config.reactors = REACTORS;
  self->config.workers = WORKERS;
  self->config.handler_warning_ms = 1000;
  host_route(self, "GET /", host_hello);
}

static void expect_failure(host *self, start_fn start, size_t threads) {
  mt_error error = {.struct_size = sizeof error};
  footprint before = footprint_take();
  configure(self);
  assert_int_equal(start_with_room_for(self, start, threads, &error), MT_ERROR_SYSTEM);
  assert_int_not_equal(strlen(error.message), 0);
  assert_int_equal(mt_server_start(self->server, NULL), MT_ERROR_INVALID_STATE);
  host_destroy(self);
  footprint after = footprint_take();
  assert_int_equal(after.threads, before.threads);
  assert_int_equal(after.descriptors, before.descriptors);
}

static void a_start_without_enough_threads_fails_and_leaves_none(void **state) {
  host *self = *state;
  if (watched_by_valgrind()) skip(); /* it needs the room itself */
  mallopt(M_ARENA_MAX, 1);           /* a thread's own would need room too */
  for (size_t threads = 0; threads < THREADS; threads++)
    expect_failure(self, mt_server_start, threads);
  /* Here the caller's thread is one of them. */
  for (size_t threads = 0; threads < THREADS - 1; threads++)
    expect_failure(self, mt_server_run, threads);
  configure(self);
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(start_with_room_for(self, mt_server_start, THREADS, &error), MT_OK);
}

#else

static void a_start_without_enough_threads_fails_and_leaves_none(void **state) {
  (void)state;
  skip(); /* a sanitizer's shadow leaves no room to be measured; stacks are set with glibc */
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_start_without_enough_threads_fails_and_leaves_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
