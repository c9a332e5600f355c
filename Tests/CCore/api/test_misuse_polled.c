/* A server in a loop of the host's, and a host that is careless with it: many threads in one loop,
 * a descriptor that is watched too long or closed, a process that forks. */
#include "support/check.h"
#include "support/host.h"
#include "support/soak.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#define GET        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_WORKER "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n"

enum { POLLERS = 3, REQUESTS = 50, TURN_MS = 5 };

static void start_polled(host *self) {
  host_route(self, "GET /", host_hello);
  host_route_worker(self, "GET /worker", host_hello);
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
  assert_int_equal(mt_server_start_polled(self->server, NULL), MT_OK);
}

static bool is_readable(int descriptor, int wait_ms) {
  struct pollfd watched = {.fd = descriptor, .events = POLLIN};
  return poll(&watched, 1, wait_ms) == 1;
}

/* --- threads that poll --- */

static atomic_bool may_end;
static atomic_int turns, refusals, faults;

/** Until the server has ended, or the test has. */
static void *poll_on(void *user_data) {
  mt_server *server = user_data;
  mt_status status = MT_OK;
  while (!atomic_load(&may_end) && status != MT_ERROR_CLOSED) {
    is_readable(mt_server_poll_descriptor(server), TURN_MS);
    int timeout_ms = mt_server_poll_timeout_ms(server);
    if (timeout_ms < -1 || timeout_ms > 1000) atomic_fetch_add(&faults, 1);
    status = mt_server_poll(server);
    if (status == MT_OK)
      atomic_fetch_add(&turns, 1);
    else if (status == MT_ERROR_WRONG_THREAD)
      atomic_fetch_add(&refusals, 1);
    else if (status != MT_ERROR_CLOSED)
      atomic_fetch_add(&faults, 1);
  }
  return NULL;
}

static void start_pollers(host *self, pthread_t *pollers, int count) {
  atomic_store(&may_end, false);
  for (int i = 0; i < count; i++)
    assert_int_equal(pthread_create(&pollers[i], NULL, poll_on, self->server), 0);
}

static void join_pollers(pthread_t *pollers, int count) {
  for (int i = 0; i < count; i++) pthread_join(pollers[i], NULL);
  assert_int_equal(atomic_load(&faults), 0);
}

static void let_them_go(host *self) {
  (void)self;
  atomic_store(&may_end, true);
}

static void stop(host *self) {
  assert_int_equal(mt_server_stop(self->server), MT_OK);
}

static void drain(host *self) {
  assert_int_equal(mt_server_drain(self->server, 1), MT_OK);
}

/** Each turn is one thread's; the others are refused, and nothing is lost. */
static void many_threads_may_try_to_turn_one_loop(void **state) {
  static void (*const ends[])(host *) = {let_them_go, stop, drain};
  host *self = *state;
  for (int round = soak_count(12, 300); round > 0; round--) {
    self->config.reactors = round % 2 ? 1 : 2;
    start_polled(self);
    pthread_t pollers[POLLERS];
    start_pollers(self, pollers, POLLERS);
    for (int i = 0; i < REQUESTS; i++) host_expect(self, i % 2 ? GET : GET_WORKER, 200, "hello");
    ends[round % 3](self);
    join_pollers(pollers, POLLERS);
    host_destroy(self);
  }
  assert_true(atomic_load(&turns) > 0);
}

static void *stop_it(void *server) {
  return (void *)(uintptr_t)mt_server_stop(server);
}

static void *wait_a_moment(void *server) {
  return (void *)(uintptr_t)mt_server_wait(server, 10 * TURN_MS);
}

/** Asks on a thread that does not poll. */
static void *ask_elsewhere(host *self, void *(*call)(void *)) {
  pthread_t other;
  void *result;
  assert_int_equal(pthread_create(&other, NULL, call, self->server), 0);
  pthread_join(other, &result);
  return result;
}

static void who_does_not_poll_waits_in_vain_while_nobody_does(void **state) {
  host *self = *state;
  start_polled(self);
  assert_int_equal((uintptr_t)ask_elsewhere(self, wait_a_moment), MT_ERROR_TIMEOUT);
  pthread_t poller;
  start_pollers(self, &poller, 1);
  assert_int_equal((uintptr_t)ask_elsewhere(self, stop_it), MT_OK);
  join_pollers(&poller, 1);
  assert_int_equal((uintptr_t)ask_elsewhere(self, wait_a_moment), MT_OK);
  assert_int_equal(mt_server_poll(self->server), MT_ERROR_CLOSED);
}

/* --- the descriptor --- */

/** As poll says; what epoll and kqueue watch they forget when it is closed. */
static void whoever_still_watches_it_is_told_that_it_is_closed(void **state) {
  host *self = *state;
  start_polled(self);
  struct pollfd watched = {.fd = mt_server_poll_descriptor(self->server), .events = POLLIN};
  host_destroy(self);
  assert_int_equal(poll(&watched, 1, 0), 1);
  assert_int_equal(watched.revents, POLLNVAL);
}

static void a_loop_that_was_closed_under_it_ends_with_an_error(void **state) {
  host *self = *state;
  start_polled(self);
  client peer = host_connect(self);
  client_send(&peer, GET);
  assert_int_equal(close(mt_server_poll_descriptor(self->server)), 0);
  assert_int_equal(mt_server_poll(self->server), MT_ERROR_SYSTEM);
  assert_int_equal(mt_server_wait(self->server, UINT32_MAX), MT_ERROR_SYSTEM);
  host_destroy(self);
  client_expect_end(&peer);
  client_close(&peer);
}

/* --- a process that forks --- */

/** In a child of the process that started it: nothing of it can be used, or ended. */
static void misuse_and_exit(mt_server *server) {
  alarm(CLIENT_PATIENCE_MS / 1000);
  const mt_status refusals_of_all[] = {
      mt_server_poll(server),
      mt_server_wait(server, 0),
      mt_server_wait(server, UINT32_MAX),
      mt_server_drain(server, 1),
      mt_server_stop(server),
      mt_server_start(server, NULL),
      mt_server_run(server, NULL),
      mt_server_start_polled(server, NULL),
  };
  mt_server_destroy(server);
  for (size_t i = 0; i < sizeof refusals_of_all / sizeof refusals_of_all[0]; i++)
    if (refusals_of_all[i] != MT_ERROR_INVALID_STATE) _exit((int)i + 1);
  _exit(0);
}

static void check_ended_well(pid_t child) {
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static void fork_and_misuse(host *self) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) misuse_and_exit(self->server);
  check_ended_well(child);
}

static void check_serves(host *self, client *peer) {
  client_send(peer, GET);
  client_expect(peer, 200, "hello");
  host_expect(self, GET, 200, "hello");
  host_expect(self, GET_WORKER, 200, "hello");
}

static void a_child_cannot_end_what_its_parent_polls(void **state) {
  host *self = *state;
  start_polled(self);
  client peer = host_connect(self);
  assert_int_equal(mt_server_poll(self->server), MT_OK);
  fork_and_misuse(self);
  pthread_t poller;
  start_pollers(self, &poller, 1);
  check_serves(self, &peer);
  client_close(&peer);
  drain(self);
  join_pollers(&poller, 1);
}

static void a_child_cannot_end_what_its_parent_runs(void **state) {
  host *self = *state;
  self->config.reactors = 2;
  host_route(self, "GET /", host_hello);
  host_route_worker(self, "GET /worker", host_hello);
  host_start(self);
  client peer = host_connect(self);
  for (int i = 0; i < 4; i++) {
    check_serves(self, &peer);
    fork_and_misuse(self);
  }
  check_serves(self, &peer);
  client_close(&peer);
  stop(self);
  fork_and_misuse(self);
}

static void take_output(mt_slice bytes, bool is_end, void *user_data) {
  (void)bytes, (void)is_end, (void)user_data;
}

/** All that is left of these exchanges in a child is memory. */
static void answer_and_exit(mt_server *server, mt_exchange *whole, mt_exchange *streamed) {
  alarm(CLIENT_PATIENCE_MS / 1000);
  host_answer(whole, "from the child");
  mt_exchange_stream_start(streamed, MT_LENGTH_UNKNOWN, NULL, NULL, NULL);
  mt_exchange_stream_write(streamed, MT_SLICE("from the child"));
  mt_exchange_stream_end(streamed);
  mt_exchange_release(streamed);
  mt_server_inject(server, MT_SLICE(GET), take_output, NULL);
  mt_server_destroy(server);
  _exit(0);
}

static void a_child_cannot_answer_in_its_parents_place(void **state) {
  host *self = *state;
  host_route(self, "GET /later", host_hold);
  host_route(self, "GET /", host_hello);
  host_route_worker(self, "GET /worker", host_hello);
  host_start(self);
  client peers[2] = {host_connect(self), host_connect(self)};
  mt_exchange *exchanges[2];
  for (int i = 0; i < 2; i++) {
    client_send(&peers[i], "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    exchanges[i] = host_take(self);
  }
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) answer_and_exit(self->server, exchanges[0], exchanges[1]);
  check_ended_well(child);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(host_answer(exchanges[i], "from the parent"), MT_OK);
    client_expect(&peers[i], 200, "from the parent");
    check_serves(self, &peers[i]);
    client_close(&peers[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(many_threads_may_try_to_turn_one_loop),
      HOST_TEST(who_does_not_poll_waits_in_vain_while_nobody_does),
      HOST_TEST(whoever_still_watches_it_is_told_that_it_is_closed),
      HOST_TEST(a_loop_that_was_closed_under_it_ends_with_an_error),
      HOST_TEST(a_child_cannot_end_what_its_parent_polls),
      HOST_TEST(a_child_cannot_end_what_its_parent_runs),
      HOST_TEST(a_child_cannot_answer_in_its_parents_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
