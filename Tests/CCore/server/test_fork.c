/* A process that divides: before the start both halves may serve, afterwards the child has no part
 * in what its parent runs. */
#include "support/check.h"
#include "support/folder.h"
#include "support/host.h"
#include "support/soak.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define GET       "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LATER "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
#define END       "GET /end HTTP/1.1\r\nHost: a\r\n\r\n"

/* --- two halves --- */

static bool is_child;

static void say_who(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_copy(response, is_child ? MT_SLICE("child") : MT_SLICE("parent"));
}

static void end_it(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  host *self = user_data;
  mt_response_body_copy(response, MT_SLICE("ends"));
  mt_server_drain(self->server, CLIENT_PATIENCE_MS);
}

static void prepare(host *self) {
  self->config.reactors = 2;
  host_route(self, "GET /", say_who);
  host_route(self, "GET /end", end_it);
}

static void listen_tcp(host *self) {
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
}

static void listen_unix(host *self) {
  assert_int_equal(
      mt_server_listen_unix(host_server(self), mt_slice_from(folder_socket()), 0, NULL), MT_OK);
}

/** Serves in a child until it is told to end. The child's verdict is its exit status: cmocka's
 * assertions would return into the parent's test. */
static pid_t serve_in_child(host *self) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child) return child;
  is_child = true;
  bool is_good = mt_server_start(self->server, NULL) == MT_OK &&
                 mt_server_wait(self->server, CLIENT_PATIENCE_MS) == MT_OK;
  mt_server_destroy(self->server);
  _exit(is_good && atomic_load(&self->memory.live_blocks) == 0 ? 0 : 1);
}

static void check_ended_well(pid_t child) {
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static void expect(client peer, const char *request, const char *body) {
  client_send(&peer, request);
  client_expect(&peer, 200, body);
  client_close(&peer);
}

static void the_child_serves_what_its_parent_prepared(void **state) {
  host *self = *state;
  prepare(self);
  listen_tcp(self);
  uint16_t port = mt_server_port(self->server, 0);
  pid_t child = serve_in_child(self);
  expect(client_connect(port), GET, "child");
  host_destroy(self); /* the parent's half */
  for (int i = 0; i < 10; i++) expect(client_connect(port), GET, "child");
  expect(client_connect(port), END, "ends");
  check_ended_well(child);
  client late;
  assert_false(client_try_connect(&late, port));
}

/** Which half accepts a connection is the kernel's choice. */
static void both_halves_may_serve(void **state) {
  host *self = *state;
  prepare(self);
  listen_tcp(self);
  uint16_t port = mt_server_port(self->server, 0);
  pid_t child = serve_in_child(self);
  host_start_silently(self);
  for (int i = 0; i < 20; i++) expect(client_connect(port), GET, NULL);
  assert_int_equal(mt_server_drain(self->server, CLIENT_PATIENCE_MS), MT_OK);
  assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
  host_destroy(self);
  for (int i = 0; i < 20; i++) expect(client_connect(port), GET, "child");
  expect(client_connect(port), END, "ends");
  check_ended_well(child);
}

static void a_socket_file_stays_as_long_as_the_child_listens(void **state) {
  host *self = *state;
  prepare(self);
  listen_unix(self);
  pid_t child = serve_in_child(self);
  host_destroy(self);
  expect(client_connect_unix(folder_socket()), GET, "child");
  expect(client_connect_unix(folder_socket()), END, "ends");
  check_ended_well(child);
  assert_int_equal(access(folder_socket(), F_OK), -1);
}

static void a_socket_file_stays_as_long_as_the_parent_listens(void **state) {
  host *self = *state;
  prepare(self);
  listen_unix(self);
  pid_t child = serve_in_child(self);
  expect(client_connect_unix(folder_socket()), END, "ends");
  check_ended_well(child);
  host_start_silently(self);
  expect(client_connect_unix(folder_socket()), GET, "parent");
  assert_int_equal(mt_server_stop(self->server), MT_OK);
  assert_int_equal(access(folder_socket(), F_OK), -1);
}

/* --- a child of a server that runs --- */

static void serve_something(host *self, client peers[2]) {
  host_route(self, "GET /later", host_hold);
  prepare(self);
  host_start(self);
  peers[0] = host_connect(self);
  peers[1] = host_connect(self);
  client_send(&peers[0], GET);
  client_expect(&peers[0], 200, "parent");
  client_send(&peers[1], GET_LATER);
}

static void a_child_that_ends_disturbs_nothing(void **state) {
  host *self = *state;
  client peers[2];
  serve_something(self, peers);
  mt_exchange *exchange = host_take(self);
  pid_t child = fork();
  if (!child) _exit(0);
  check_ended_well(child);
  client_send(&peers[0], GET);
  client_expect(&peers[0], 200, "parent");
  assert_int_equal(host_answer(exchange, "later"), MT_OK);
  client_expect(&peers[1], 200, "later");
  for (int i = 0; i < 2; i++) client_close(&peers[i]);
}

/** Notes which descriptors are open. */
static void note_descriptors(bool open[256]) {
  for (int i = 0; i < 256; i++) open[i] = fcntl(i, F_GETFD) >= 0;
}

/** Starts a program that lasts; returns once it has taken the child's place, which closes the pipe.
 */
static pid_t start_program(void) {
  int ends[2];
  char octet;
  assert_int_equal(pipe(ends), 0);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  pid_t child = fork();
  if (!child) {
    execl("/bin/sleep", "sleep", "60", (char *)NULL);
    _exit(1);
  }
  close(ends[1]);
  assert_int_equal(read(ends[0], &octet, 1), 0);
  close(ends[0]);
  return child;
}

static void another_program_inherits_nothing(void **state) {
  host *self = *state;
  bool before[256];
  note_descriptors(before);
  client peers[2];
  serve_something(self, peers);
  mt_exchange *exchange = host_take(self);
  for (int i = 0; i < 256; i++) {
    bool is_ours = !before[i] && i != peers[0].socket && i != peers[1].socket;
    int flags = fcntl(i, F_GETFD);
    if (is_ours && flags >= 0) assert_true(flags & FD_CLOEXEC);
  }
  fcntl(peers[0].socket, F_SETFD, FD_CLOEXEC);
  fcntl(peers[1].socket, F_SETFD, FD_CLOEXEC);
  pid_t child = start_program();
  uint16_t port = mt_server_port(self->server, 0);
  host_destroy(self);
  for (int i = 0; i < 2; i++) {
    client_expect_end(&peers[i]);
    client_close(&peers[i]);
  }
  client late;
  assert_false(client_try_connect(&late, port));
  assert_int_equal(host_answer(exchange, "late"), MT_ERROR_CLOSED);
  kill(child, SIGKILL);
  assert_int_equal(waitpid(child, NULL, 0), child);
}

/** In a child: a server from its first call to its last, with threads of its own. */
static void serve_and_exit(void) {
  void *state;
  if (host_set_up(&state) != 0) _exit(2);
  host *own = state;
  host_route(own, "GET /", host_hello);
  host_start(own);
  host_expect(own, GET, 200, "hello");
  _exit(host_tear_down(&state) == 0 ? 0 : 3);
}

static void a_child_may_have_a_server_of_its_own(void **state) {
#if WATCHED_BY_TSAN
  (void)state;
  print_message("ThreadSanitizer starts no threads in the child of a process that had some\n");
  skip();
#else
  host *self = *state;
  client peers[2];
  serve_something(self, peers);
  mt_exchange *exchange = host_take(self);
  pid_t child = fork();
  if (!child) serve_and_exit();
  check_ended_well(child);
  assert_int_equal(host_answer(exchange, "later"), MT_OK);
  client_expect(&peers[1], 200, "later");
  for (int i = 0; i < 2; i++) client_close(&peers[i]);
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(the_child_serves_what_its_parent_prepared),
      HOST_TEST(both_halves_may_serve),
      HOST_TEST(a_socket_file_stays_as_long_as_the_child_listens),
      HOST_TEST(a_socket_file_stays_as_long_as_the_parent_listens),
      HOST_TEST(a_child_that_ends_disturbs_nothing),
      HOST_TEST(another_program_inherits_nothing),
      HOST_TEST(a_child_may_have_a_server_of_its_own),
  };
  return cmocka_run_group_tests(tests, folder_set_up, folder_tear_down);
}
