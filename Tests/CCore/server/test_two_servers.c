/* Two servers in one process know nothing of each other. */
#include "support/check.h"
#include "support/host.h"
#include "support/loader.h"

#include <stdio.h>

#define GET        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LATER  "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_SILENT "GET /silent HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_END    "GET /end HTTP/1.1\r\nHost: a\r\n\r\n"

enum { LOADERS = 3 };

typedef struct pair {
  host *one, *other;
} pair;

static int set_up(void **state) {
  pair *self = malloc(sizeof *self);
  void *one, *other;
  if (!self || host_set_up(&one) != 0 || host_set_up(&other) != 0) return -1;
  *self = (pair){one, other};
  *state = self;
  return 0;
}

static int tear_down(void **state) {
  pair *self = *state;
  void *one = self->one, *other = self->other;
  free(self);
  int first = host_tear_down(&one), second = host_tear_down(&other);
  return first ? first : second;
}

static void say_nothing(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

static void start(host *self) {
  host_route(self, "GET /", host_hello);
  host_route(self, "GET /later", host_hold);
  host_route(self, "GET /silent", say_nothing);
  host_start(self);
}

static uint16_t port_of(const host *self) {
  return mt_server_port(self->server, 0);
}

/** Waits until the loaders have got on. */
static void await_progress(loader *loaders) {
  for (int i = 0; i < LOADERS; i++) {
    int before = atomic_load(&loaders[i].answered);
    uint64_t since = host_now_ms();
    while (atomic_load(&loaders[i].answered) < before + 10) {
      assert_true(host_now_ms() - since < CLIENT_PATIENCE_MS);
      host_sleep_ms(1);
    }
  }
}

static void end(host *self) {
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
}

static void one_ends_while_the_other_serves(void **state) {
  pair *self = *state;
  self->one->config.reactors = 2;
  self->other->config.workers = 0;
  start(self->one);
  start(self->other);
  loader ones[LOADERS], others[LOADERS];
  loaders_start(ones, LOADERS, port_of(self->one));
  loaders_start(others, LOADERS, port_of(self->other));
  await_progress(ones);
  await_progress(others);
  end(self->one);
  loaders_finish(ones, LOADERS);
  host_destroy(self->one);
  assert_int_equal(atomic_load(&self->one->memory.live_blocks), 0);
  await_progress(others);
  end(self->other);
  loaders_finish(others, LOADERS);
}

static void each_has_its_own_settings_counters_and_log(void **state) {
  pair *self = *state;
  self->one->config.server_name = MT_SLICE("one");
  self->one->config.max_request_line_bytes = 64;
  self->other->config.server_name = MT_SLICE("other");
  start(self->one);
  start(self->other);
  char longer[128];
  snprintf(longer, sizeof longer, "GET /%080d HTTP/1.1\r\nHost: a\r\n\r\n", 0);
  host_expect(self->one, longer, 414, NULL);
  host_expect(self->other, longer, 404, NULL);
  host_expect(self->other, GET_SILENT, 500, NULL);
  assert_true(host_has_log(self->other, "the handler of /silent"));
  assert_false(host_has_log(self->one, "the handler of /silent"));
  assert_int_equal(host_stats(self->one).requests_rejected, 1);
  assert_int_equal(host_stats(self->one).requests_total, 0);
  assert_int_equal(host_stats(self->other).requests_rejected, 0);
  assert_int_equal(host_stats(self->other).requests_total, 2);
}

/** Not by accident of SO_REUSEPORT either, which reactors of one server use among themselves. */
static void a_port_is_one_servers(void **state) {
  pair *self = *state;
  self->one->config.reactors = self->other->config.reactors = 3;
  mt_error error = {.struct_size = sizeof error};
  mt_slice address = MT_SLICE("127.0.0.1");
  assert_int_equal(mt_server_listen_tcp(host_server(self->one), address, 0, NULL), MT_OK);
  uint16_t port = port_of(self->one);
  for (int is_running = 0; is_running < 2; is_running++) {
    assert_int_equal(mt_server_listen_tcp(host_server(self->other), address, port, &error),
                     MT_ERROR_ADDRESS_IN_USE);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "127.0.0.1 port %u", (unsigned)port);
    assert_non_null(strstr(error.message, wanted));
    host_start_silently(self->one);
  }
  assert_int_equal(mt_server_stop(self->one->server), MT_OK);
  assert_int_equal(mt_server_listen_tcp(host_server(self->other), address, port, &error), MT_OK);
}

/** Handler of one, which answers for the other on its own thread. */
static void answer_for_the_other(mt_request *request, mt_response *response, void *user_data) {
  host *other = user_data;
  (void)request;
  bool is_done = host_answer(host_take(other), "from its neighbour") == MT_OK;
  mt_response_body_copy(response, is_done ? MT_SLICE("did") : MT_SLICE("could not"));
}

static void end_the_other(mt_request *request, mt_response *response, void *user_data) {
  host *other = user_data;
  (void)request;
  bool is_done = mt_server_stop(other->server) == MT_OK;
  mt_response_body_copy(response, is_done ? MT_SLICE("did") : MT_SLICE("could not"));
}

static void route_to(host *self, const char *path, mt_handler_fn handler, host *other) {
  assert_int_equal(mt_server_route(host_server(self), MT_METHOD_GET, mt_slice_from(path), handler,
                                   other, NULL, NULL, NULL),
                   MT_OK);
}

static void one_may_answer_for_the_other_and_end_it(void **state) {
  pair *self = *state;
  route_to(self->one, "/answer", answer_for_the_other, self->other);
  route_to(self->one, "/end", end_the_other, self->other);
  start(self->one);
  start(self->other);
  client peer = host_connect(self->other);
  client_send(&peer, GET_LATER);
  host_expect(self->one, "GET /answer HTTP/1.1\r\nHost: a\r\n\r\n", 200, "did");
  client_expect(&peer, 200, "from its neighbour");
  host_expect(self->one, GET_END, 200, "did");
  client_expect_end(&peer);
  client_close(&peer);
  host_expect(self->one, GET, 200, "hello");
}

#define PAIR_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      PAIR_TEST(one_ends_while_the_other_serves),
      PAIR_TEST(each_has_its_own_settings_counters_and_log),
      PAIR_TEST(a_port_is_one_servers),
      PAIR_TEST(one_may_answer_for_the_other_and_end_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
