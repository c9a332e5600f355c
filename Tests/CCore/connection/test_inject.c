/* A connection without a socket. */
#include "support/check.h"
#include "support/host.h"

/** What the server answered. */
typedef struct answer {
  pthread_mutex_t mutex;
  size_t size;
  char octets[65536];
  atomic_int ends;
} answer;

static void take_output(mt_slice bytes, bool is_end, void *user_data) {
  answer *self = user_data;
  pthread_mutex_lock(&self->mutex);
  if (bytes.size < sizeof self->octets - self->size) {
    if (bytes.size) memcpy(self->octets + self->size, bytes.data, bytes.size);
    self->size += bytes.size;
  }
  pthread_mutex_unlock(&self->mutex);
  if (is_end) atomic_fetch_add(&self->ends, 1);
}

static answer *new_answer(void) {
  answer *self = calloc(1, sizeof *self);
  assert_non_null(self);
  pthread_mutex_init(&self->mutex, NULL);
  return self;
}

static void free_answer(answer *self) {
  assert_int_equal(atomic_load(&self->ends), 1);
  pthread_mutex_destroy(&self->mutex);
  free(self);
}

static answer *inject(host *self, const char *input) {
  answer *got = new_answer();
  assert_int_equal(mt_server_inject(self->server, mt_slice_from(input), take_output, got), MT_OK);
  return got;
}

static void start_usual(host *self) {
  host_route(self, "GET /{name}", host_parameter);
  host_route(self, "POST /echo", host_echo);
  host_route_worker(self, "GET /worker/{name}", host_parameter);
  host_route(self, "GET /held/{name}", host_hold);
  host_start_silently(self);
}

static void expect_in_order(const answer *got, const char *const *bodies, int count) {
  const char *at = got->octets;
  for (int i = 0; i < count; i++) {
    at = strstr(at, bodies[i]);
    if (!at) print_error("%s\nlacks %s\n", got->octets, bodies[i]);
    assert_non_null(at);
  }
}

static void takes_the_whole_way_of_a_request(void **state) {
  host *self = *state;
  start_usual(self);
  answer *got = inject(self, "GET /one HTTP/1.1\r\nHost: a\r\n\r\n"
                             "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntwo"
                             "GET /worker/three HTTP/1.1\r\nHost: a\r\n\r\n"
                             "GET /held/x HTTP/1.1\r\nHost: a\r\n\r\n"
                             "GET /five HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(host_answer(host_take(self), "four"), MT_OK);
  host_await_number(&got->ends, 1);
  expect_in_order(got, (const char *const[]){"one", "two", "three", "four", "five"}, 5);
  free_answer(got);
  HOST_AWAIT(self, connections_open, 0);
}

static void ends_also_when_nothing_is_answered(void **state) {
  static const char *const inputs[] = {
      "", "GET", "GET / HTTP/1.1\r\n",
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"};
  host *self = *state;
  start_usual(self);
  for (int i = 0; i < 4; i++) {
    answer *got = inject(self, inputs[i]);
    host_await_number(&got->ends, 1);
    assert_int_equal(got->size, 0);
    free_answer(got);
  }
}

static void refuses_what_it_cannot_serve(void **state) {
  host *self = *state;
  answer *got = new_answer();
  assert_int_equal(mt_server_inject(host_server(self), MT_SLICE("x"), take_output, got),
                   MT_ERROR_INVALID_STATE);
  start_usual(self);
  assert_int_equal(mt_server_inject(self->server, MT_SLICE("x"), NULL, got),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_inject(NULL, MT_SLICE("x"), take_output, got),
                   MT_ERROR_INVALID_ARGUMENT);
  mt_server_stop(self->server);
  assert_int_equal(mt_server_inject(self->server, MT_SLICE("x"), take_output, got),
                   MT_ERROR_INVALID_STATE);
  assert_int_equal(atomic_load(&got->ends), 0);
  atomic_store(&got->ends, 1);
  free_answer(got);
}

static void a_stop_ends_what_was_injected(void **state) {
  host *self = *state;
  for (int round = 0; round < 20; round++) {
    start_usual(self);
    answer *held = inject(self, "GET /held/x HTTP/1.1\r\nHost: a\r\n\r\n");
    mt_exchange *exchange = host_take(self);
    answer *late[5];
    for (int i = 0; i < 5; i++) late[i] = inject(self, "GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
    host_destroy(self);
    assert_int_equal(host_answer(exchange, "lost"), MT_ERROR_CLOSED);
    free_answer(held);
    for (int i = 0; i < 5; i++) free_answer(late[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(takes_the_whole_way_of_a_request),
      HOST_TEST(ends_also_when_nothing_is_answered),
      HOST_TEST(refuses_what_it_cannot_serve),
      HOST_TEST(a_stop_ends_what_was_injected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
