/* exit, called wherever the library calls the host: the process ends at once, and as it was told
 * to. Each in a process of its own. */
#include "support/check.h"
#include "support/host.h"

#include <sys/wait.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

enum { STATUS = 7, SECONDS = 20 };

/* --- where --- */

static void exit_handling(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
  exit(STATUS);
}

static void say_nothing(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

static void exit_logging(mt_log_level level, mt_slice message, void *user_data) {
  (void)level, (void)message, (void)user_data;
  exit(STATUS);
}

static void exit_destroying(void *user_data) {
  (void)user_data;
  exit(STATUS);
}

static void lend(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, MT_SLICE("lent"), exit_destroying, NULL);
}

static void exit_cancelled(mt_exchange *exchange, void *user_data) {
  (void)exchange, (void)user_data;
  exit(STATUS);
}

/* --- how one comes there; whoever returns waits for it --- */

static void ask(host *self, const char *request) {
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, request);
  for (;;) pause();
}

static void in_an_inline_handler(host *self) {
  host_route(self, "GET /", exit_handling);
  ask(self, GET("/"));
}

static void in_a_worker(host *self) {
  host_route_worker(self, "GET /", exit_handling);
  ask(self, GET("/"));
}

static void in_a_log_line(host *self) {
  self->config.log = exit_logging;
  host_route_worker(self, "GET /", say_nothing);
  ask(self, GET("/"));
}

static void in_a_destructor(host *self) {
  host_route(self, "GET /", lend);
  ask(self, GET("/"));
}

static void in_a_cancellation(host *self) {
  host_route(self, "GET /", host_hold);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, GET("/"));
  mt_exchange_on_cancel(host_take(self), exit_cancelled, NULL, NULL);
  client_reset(&peer);
  for (;;) pause();
}

static void in_the_loop_of_the_host(host *self) {
  host_route(self, "GET /", exit_handling);
  mt_server_listen_tcp(self->server, MT_SLICE("127.0.0.1"), 0, NULL);
  mt_server_start_polled(self->server, NULL);
  client peer = host_connect(self);
  client_send(&peer, GET("/"));
  for (;;) mt_server_poll(self->server);
}

/** While all of its threads have something to do. */
static void behind_the_servers_back(host *self) {
  host_route(self, "GET /later", host_hold);
  host_route_worker(self, "GET /", host_hold);
  host_start(self);
  client peers[8];
  for (int i = 0; i < 8; i++) {
    peers[i] = host_connect(self);
    client_send(&peers[i], i % 2 ? GET("/") : GET("/later"));
  }
  for (int i = 0; i < 8; i++)
    mt_exchange_stream_start(host_take(self), MT_LENGTH_UNKNOWN, NULL, NULL, NULL);
  exit(STATUS);
}

/* --- in a process of its own --- */

/** Its memory is reachable from here, as a host's is. */
static void *owned;

static pid_t begin(void (*place)(host *self)) {
  pid_t child = fork();
  if (child != 0) return child;
  alarm(SECONDS);
  if (host_set_up(&owned) == 0) place(owned);
  _exit(1);
}

static void check_exited(pid_t child) {
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), STATUS);
}

static void ends_the_process_wherever_it_is_called(void **state) {
  (void)state;
  static void (*const places[])(host *) = {
      in_an_inline_handler,    in_a_worker,       in_a_log_line,
      in_a_destructor,         in_a_cancellation, in_the_loop_of_the_host,
      behind_the_servers_back,
  };
  enum { PLACES = sizeof places / sizeof places[0] };
  pid_t children[PLACES];
  for (int i = 0; i < PLACES; i++) children[i] = begin(places[i]);
  for (int i = 0; i < PLACES; i++) check_exited(children[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ends_the_process_wherever_it_is_called)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
