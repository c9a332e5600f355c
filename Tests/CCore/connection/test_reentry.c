/* What the host may do from inside the library's calls, and what a peer may do meanwhile. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/check.h"
#include "support/host.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static void let_go_and_fill(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_exchange *exchange;
  assert_int_equal(mt_request_defer(request, &exchange), MT_OK);
  mt_exchange_release(exchange);
  usleep(20000);
  for (int i = 0; i < 200; i++)
    assert_int_equal(mt_response_field_add(response, MT_SLICE("X-Field"), MT_SLICE("value")),
                     MT_OK);
}

static void a_handler_may_fill_what_it_let_go(void **state) {
  host *self = *state;
  host_route_worker(self, "GET /", let_go_and_fill);
  host_start(self);
  host_expect(self, GET("/"), 500, NULL);
  host_await_log(self, "without an answer");
}

static char large[200000];

static void answer_next(void *user_data) {
  host *self = user_data;
  assert_int_equal(host_answer(host_take(self), "second"), MT_OK);
}

static void lend_large(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  mt_response_body_borrow(response, (mt_slice){large, sizeof large}, answer_next, user_data);
}

static void an_answer_made_ready_by_the_end_of_another_is_sent(void **state) {
  host *self = *state;
  host_route(self, "GET /large", lend_large);
  host_route(self, "GET /held", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET("/large") GET("/held"));
  client_expect(&peer, 200, NULL);
  client_expect(&peer, 200, "second");
  client_close(&peer);
}

static size_t count_descriptors(void) {
  size_t count = 0;
  DIR *folder = opendir("/dev/fd");
  assert_non_null(folder);
  while (readdir(folder)) count++;
  closedir(folder);
  return count;
}

static void a_peer_that_does_not_read_holds_few_files(void **state) {
  enum { MANY = 3000, FEW = 100 };
  host *self = *state;
  char folder[] = "/tmp/martlet-files-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char name[64];
  snprintf(name, sizeof name, "%s/a.txt", folder);
  FILE *file = fopen(name, "w");
  assert_non_null(file);
  assert_int_equal(fputs("a", file) < 0, 0);
  fclose(file);
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(
      mt_server_files(host_server(self), MT_SLICE("/f"), mt_slice_from(folder), &error), MT_OK);
  host_start(self);
  client peer = host_connect(self);
  size_t before = count_descriptors();
  char *requests = malloc(MANY * 64);
  size_t size = 0;
  for (int i = 0; i < MANY; i++)
    size += (size_t)snprintf(requests + size, 64, "%s", GET("/f/a.txt"));
  client_send_some(&peer, requests, size);
  free(requests);
  for (int i = 0; i < 20; i++) {
    assert_in_range(count_descriptors(), 0, before + FEW);
    usleep(10000);
  }
  client_close(&peer);
  unlink(name);
  rmdir(folder);
}

static mt_flow pause_at_once(mt_body_event event, mt_slice bytes, mt_status status,
                             void *user_data) {
  (void)event, (void)bytes, (void)status, (void)user_data;
  return MT_FLOW_PAUSE;
}

static void pause_and_hold(mt_request *request, mt_response *response, void *user_data) {
  host_hold(request, response, user_data);
  assert_int_equal(mt_request_body_stream(request, pause_at_once, NULL, NULL), MT_OK);
}

static void an_answer_ends_a_pause_that_was_never_lifted(void **state) {
  host *self = *state;
  host_route_stream(self, "POST /", pause_and_hold);
  host_route(self, "GET /", host_hello);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" GET("/"));
  assert_int_equal(host_answer(host_take(self), "early"), MT_OK);
  client_expect(&peer, 200, "early");
  client_expect(&peer, 200, "hello");
  client_close(&peer);
}

static void a_reset_is_noticed_behind_the_last_request(void **state) {
  host *self = *state;
  host_route(self, "GET /", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  mt_exchange *exchange = host_take(self);
  assert_int_equal(
      mt_exchange_on_cancel(exchange, host_count_cancelled, self, host_count_destroyed), MT_OK);
  client_reset(&peer);
  host_await_number(&self->cancelled, 1);
  assert_true(mt_exchange_is_cancelled(exchange));
  mt_exchange_release(exchange);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_handler_may_fill_what_it_let_go),
      HOST_TEST(an_answer_made_ready_by_the_end_of_another_is_sent),
      HOST_TEST(a_peer_that_does_not_read_holds_few_files),
      HOST_TEST(an_answer_ends_a_pause_that_was_never_lifted),
      HOST_TEST(a_reset_is_noticed_behind_the_last_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
