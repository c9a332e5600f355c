/* A thousand servers, one after the other: the process is as it was before the first. */
#include "support/check.h"
#include "support/folder.h"
#include "support/footprint.h"
#include "support/host.h"
#include "support/soak.h"

#include <stdio.h>
#include <unistd.h>

#define GET        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_WORKER "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LATER  "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"

enum {
  WARM_UP = 50,              /* until the C library has its caches and thread stacks */
  HEAP_BYTES_PER_CYCLE = 16, /* less than the least block that can be lost */
  RESIDENT_BYTES_PER_CYCLE = 2048,
};

/* --- ways to live, and to end --- */

static void prepare(host *self) {
  host_route(self, "GET /", host_hello);
  host_route(self, "GET /later", host_hold);
  host_route_worker(self, "GET /worker", host_hello);
}

static void visit(client *peer) {
  client_send(peer, GET GET_WORKER);
  client_expect(peer, 200, "hello");
  client_expect(peer, 200, "hello");
}

static void stops_while_a_client_is_connected(host *self) {
  prepare(self);
  host_start(self);
  client peer = host_connect(self);
  visit(&peer);
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  host_destroy(self);
  client_close(&peer);
}

static void drains_on_a_unix_socket(host *self) {
  prepare(self);
  assert_int_equal(
      mt_server_listen_unix(host_server(self), mt_slice_from(folder_socket()), 0, NULL), MT_OK);
  host_start_silently(self);
  client peer = client_connect_unix(folder_socket());
  visit(&peer);
  client_close(&peer);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  host_destroy(self);
}

static void *run(void *user_data) {
  host *self = user_data;
  return (void *)(uintptr_t)mt_server_run(self->server, NULL);
}

static void runs_on_a_thread_of_the_hosts(host *self) {
  prepare(self);
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
  pthread_t thread;
  void *status;
  assert_int_equal(pthread_create(&thread, NULL, run, self), 0);
  client peer = host_connect(self);
  visit(&peer);
  client_close(&peer);
  mt_server_drain(self->server, CLIENT_PATIENCE_MS);
  pthread_join(thread, &status);
  assert_int_equal((uintptr_t)status, MT_OK);
  host_destroy(self);
}

static void is_destroyed_under_an_exchange(host *self) {
  prepare(self);
  host_start(self);
  client peer = host_connect(self);
  visit(&peer);
  client_send(&peer, GET_LATER GET);
  mt_exchange *exchange = host_take(self);
  host_destroy(self);
  assert_int_equal(host_answer(exchange, "too late"), MT_ERROR_CLOSED);
  client_close(&peer);
}

static void never_starts(host *self) {
  prepare(self);
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
  assert_int_equal(mt_server_listen_unix(self->server, mt_slice_from(folder_socket()), 0, NULL),
                   MT_OK);
  host_destroy(self);
}

static void live(host *self, int cycle) {
  static void (*const ways[])(host *) = {
      stops_while_a_client_is_connected,
      drains_on_a_unix_socket,
      runs_on_a_thread_of_the_hosts,
      is_destroyed_under_an_exchange,
      never_starts,
  };
  ways[cycle % (int)(sizeof ways / sizeof ways[0])](self);
  assert_int_equal(atomic_load(&self->memory.live_blocks), 0);
}

/* --- the test --- */

static void check_as_before(const footprint *before, const footprint *after, size_t cycles) {
  assert_int_equal(after->descriptors, before->descriptors);
  assert_int_equal(after->next_descriptor, before->next_descriptor);
  assert_int_equal(after->threads, before->threads);
  if (WATCHED_BY_SANITIZER || watched_by_valgrind()) return; /* which look for leaks themselves */
  size_t heap_bound = before->heap_bytes + HEAP_BYTES_PER_CYCLE * cycles;
  size_t resident_bound = before->resident_bytes + RESIDENT_BYTES_PER_CYCLE * cycles;
  assert_in_range(after->heap_bytes, 0, heap_bound);
  assert_in_range(after->resident_bytes, 0, resident_bound);
}

static void a_thousand_servers_leave_nothing_behind(void **state) {
  host *self = *state;
  int cycles = soak_count(1000, 20000);
  self->config.reactors = 2;
  self->config.handler_warning_ms = 250;
  for (int cycle = 0; cycle < WARM_UP; cycle++) live(self, cycle);
  footprint before = footprint_take();
  for (int cycle = 0; cycle < cycles; cycle++) live(self, cycle);
  footprint after = footprint_take();
  check_as_before(&before, &after, (size_t)cycles);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_thousand_servers_leave_nothing_behind),
  };
  return cmocka_run_group_tests(tests, folder_set_up, folder_tear_down);
}
