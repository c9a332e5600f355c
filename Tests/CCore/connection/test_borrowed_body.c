/* Whoever lends a body hears exactly once that it is no longer needed. */
#define _GNU_SOURCE /* memfd_create */

#include "support/check.h"
#include "support/host.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define GET  "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define HEAD "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { SMALL = 100, LARGE = 20000, HUGE_SIZE = 16 * 1024 * 1024 };

static char *lent;
static atomic_size_t lent_size;

static int lend_memory(void **state) {
  (void)state;
  lent = malloc(HUGE_SIZE);
  if (lent) memset(lent, 'x', HUGE_SIZE);
  return lent ? 0 : -1;
}

static int take_memory_back(void **state) {
  (void)state;
  free(lent);
  return 0;
}

static void lend_to(mt_response *response, host *self) {
  mt_slice bytes = {lent, atomic_load(&lent_size)};
  mt_response_body_borrow(response, bytes, host_count_destroyed, self);
}

static void lend(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  lend_to(response, user_data);
}

static void lend_twice(mt_request *request, mt_response *response, void *user_data) {
  lend(request, response, user_data);
  lend(request, response, user_data);
}

static void lend_and_copy(mt_request *request, mt_response *response, void *user_data) {
  lend(request, response, user_data);
  mt_response_body_copy(response, MT_SLICE("copy"));
}

static void lend_without_content(mt_request *request, mt_response *response, void *user_data) {
  lend(request, response, user_data);
  mt_response_status_set(response, 204);
}

static void lend_and_forget(mt_request *request, mt_response *response, void *user_data) {
  (void)response;
  mt_exchange *exchange;
  mt_request_defer(request, &exchange);
  lend_to(mt_exchange_response(exchange), user_data);
  mt_exchange_release(exchange);
}

static void start_lending(host *self, mt_handler_fn handler, size_t size) {
  atomic_store(&lent_size, size);
  host_route(self, "GET /", handler);
  host_start(self);
}

static void check_each_size(host *self, mt_handler_fn handler, const char *request, int status,
                            int times) {
  static const size_t sizes[] = {0, SMALL, LARGE};
  start_lending(self, handler, 0);
  client peer = host_connect(self);
  for (int i = 0; i < 3; i++) {
    atomic_store(&lent_size, sizes[i]);
    client_send(&peer, request);
    bool is_head = request[0] == 'H';
    reply answer = is_head ? client_receive_head(&peer) : client_receive(&peer);
    assert_int_equal(answer.status, status);
    if (handler == lend && !is_head) assert_int_equal(answer.body_size, sizes[i]);
    reply_free(&answer);
    host_await_number(&self->destroyed, times * (i + 1));
  }
  client_close(&peer);
  host_destroy(self);
  assert_int_equal(atomic_load(&self->destroyed), times * 3);
}

static void after_it_was_sent(void **state) {
  check_each_size(*state, lend, GET, 200, 1);
}

static void when_head_needs_none(void **state) {
  check_each_size(*state, lend, HEAD, 200, 1);
}

static void when_the_status_has_none(void **state) {
  check_each_size(*state, lend_without_content, GET, 204, 1);
}

static void when_another_replaces_it(void **state) {
  check_each_size(*state, lend_twice, GET, 200, 2);
}

static void when_a_copy_replaces_it(void **state) {
  check_each_size(*state, lend_and_copy, GET, 200, 1);
}

static void when_an_error_replaces_it(void **state) {
  check_each_size(*state, lend_and_forget, GET, 500, 1);
}

static void when_the_call_fails(void **state) {
  host *self = *state;
  start_lending(self, host_hold, SMALL);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  mt_response *response = mt_exchange_response(exchange);
  mt_slice bytes = {lent, SMALL}, none = {NULL, 1};
  assert_int_equal(mt_response_body_borrow(NULL, bytes, host_count_destroyed, self),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_body_borrow(response, none, host_count_destroyed, self),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(atomic_load(&self->destroyed), 2);
  mt_exchange_acquire(exchange);
  assert_int_equal(host_answer(exchange, "done"), MT_OK);
  assert_int_equal(mt_response_body_borrow(response, bytes, host_count_destroyed, self),
                   MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&self->destroyed), 3);
  mt_exchange_release(exchange);
  client_expect(&peer, 200, "done");
  client_close(&peer);
}

static void when_the_client_leaves_before_its_turn(void **state) {
  host *self = *state;
  host_route(self, "GET /later", host_hold);
  start_lending(self, lend, LARGE);
  client peer = host_connect(self);
  client_send(&peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n" GET GET);
  HOST_AWAIT(self, requests_total, 3);
  assert_int_equal(atomic_load(&self->destroyed), 0);
  client_reset(&peer);
  host_await_number(&self->destroyed, 2);
  assert_int_equal(host_answer(host_take(self), "lost"), MT_ERROR_CLOSED);
}

static void when_the_client_leaves_in_the_middle(void **state) {
  host *self = *state;
  start_lending(self, lend, HUGE_SIZE);
  client peer = host_connect(self);
  client_send(&peer, GET);
  reply head = client_receive_head(&peer);
  reply_free(&head);
  assert_int_equal(atomic_load(&self->destroyed), 0);
  client_reset(&peer);
  host_await_number(&self->destroyed, 1);
}

static void when_the_server_stops_in_the_middle(void **state) {
  host *self = *state;
  start_lending(self, lend, HUGE_SIZE);
  client peer = host_connect(self);
  client_send(&peer, GET);
  reply head = client_receive_head(&peer);
  reply_free(&head);
  host_destroy(self);
  assert_int_equal(atomic_load(&self->destroyed), 1);
  client_close(&peer);
}

static void when_the_client_is_gone_at_completion(void **state) {
  host *self = *state;
  start_lending(self, host_hold, SMALL);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  client_reset(&peer);
  HOST_AWAIT(self, connections_open, 0);
  lend_to(mt_exchange_response(exchange), self);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
  host_await_number(&self->destroyed, 1);
  mt_exchange_release(exchange);
}

static void when_the_server_is_gone_at_completion(void **state) {
  host *self = *state;
  start_lending(self, host_hold, SMALL);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  host_destroy(self);
  lend_to(mt_exchange_response(exchange), self);
  assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
  mt_exchange_release(exchange);
  assert_int_equal(atomic_load(&self->destroyed), 1);
  client_close(&peer);
}

/* --- files --- */

static int make_file(size_t size) {
  int file = memfd_create("body", 0);
  assert_true(file >= 0);
  assert_int_equal(pwrite(file, lent, size, 0), size);
  return file;
}

static atomic_int file_in_use;

static void answer_file(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  int file = dup(atomic_load(&file_in_use));
  mt_response_body_file(response, file, 10, atomic_load(&lent_size));
}

static void sends_a_part_of_a_file(void **state) {
  static const size_t sizes[] = {0, 1, SMALL, LARGE, HUGE_SIZE - 10};
  host *self = *state;
  int file = make_file(HUGE_SIZE);
  atomic_store(&file_in_use, file);
  start_lending(self, answer_file, 0);
  client peer = host_connect(self);
  for (int i = 0; i < 5; i++) {
    atomic_store(&lent_size, sizes[i]);
    client_send(&peer, GET);
    reply answer = client_receive(&peer);
    assert_int_equal(answer.body_size, sizes[i]);
    if (sizes[i]) assert_memory_equal(answer.body, lent, sizes[i]);
    reply_free(&answer);
  }
  client_close(&peer);
  close(file);
}

static void cuts_the_connection_when_a_file_is_shorter(void **state) {
  host *self = *state;
  int file = make_file(SMALL);
  atomic_store(&file_in_use, file);
  start_lending(self, answer_file, LARGE);
  client peer = host_connect(self);
  client_send(&peer, GET);
  reply answer = client_receive(&peer);
  assert_true(answer.is_cut);
  assert_int_equal(answer.body_size, SMALL - 10);
  reply_free(&answer);
  client_close(&peer);
  close(file);
}

static void closes_files_that_it_does_not_send(void **state) {
  host *self = *state;
  start_lending(self, host_hold, 0);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  mt_response *response = mt_exchange_response(exchange);
  int refused = make_file(1), replaced = make_file(1), late = make_file(1);
  assert_int_equal(mt_response_body_file(response, refused, UINT64_MAX, 1),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_response_body_file(response, replaced, 0, 1), MT_OK);
  assert_int_equal(mt_response_body_file(response, -1, 0, 1), MT_ERROR_INVALID_ARGUMENT);
  mt_exchange_acquire(exchange);
  assert_int_equal(host_answer(exchange, "done"), MT_OK);
  assert_int_equal(mt_response_body_file(response, late, 0, 1), MT_ERROR_INVALID_STATE);
  assert_int_equal(close(refused), -1);
  assert_int_equal(close(replaced), -1);
  assert_int_equal(close(late), -1);
  mt_exchange_release(exchange);
  client_expect(&peer, 200, "done");
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(after_it_was_sent),
      HOST_TEST(when_head_needs_none),
      HOST_TEST(when_the_status_has_none),
      HOST_TEST(when_another_replaces_it),
      HOST_TEST(when_a_copy_replaces_it),
      HOST_TEST(when_an_error_replaces_it),
      HOST_TEST(when_the_call_fails),
      HOST_TEST(when_the_client_leaves_before_its_turn),
      HOST_TEST(when_the_client_leaves_in_the_middle),
      HOST_TEST(when_the_server_stops_in_the_middle),
      HOST_TEST(when_the_client_is_gone_at_completion),
      HOST_TEST(when_the_server_is_gone_at_completion),
      HOST_TEST(sends_a_part_of_a_file),
      HOST_TEST(cuts_the_connection_when_a_file_is_shorter),
      HOST_TEST(closes_files_that_it_does_not_send),
  };
  return cmocka_run_group_tests(tests, lend_memory, take_memory_back);
}
