/* A host that makes the server's threads itself. */
#include "support/check.h"
#include "support/host.h"

#include <errno.h>
#include <stdio.h>

#define GET        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_WORKER "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n"

enum { REACTORS = 2, WORKERS = 3, WATCHDOGS = 1, THREADS = REACTORS + WORKERS + WATCHDOGS };

typedef struct hosts_thread {
  struct maker *maker;
  char name[24];
  void (*run)(void *argument);
  void *argument;
  pthread_t thread;
} hosts_thread;

typedef struct maker {
  hosts_thread threads[THREADS + 1];
  int count;
  int refused; /* which spawn fails; -1: none */
  atomic_int returned;
} maker;

static void *run_hosts_thread(void *user_data) {
  hosts_thread *self = user_data;
  self->run(self->argument);
  atomic_fetch_add(&self->maker->returned, 1);
  return NULL;
}

static int spawn(const char *name, void (*run)(void *argument), void *argument, void *user_data) {
  maker *self = user_data;
  if (self->count == self->refused) return EAGAIN;
  assert_true(self->count <= THREADS);
  hosts_thread *made = &self->threads[self->count++];
  *made = (hosts_thread){.maker = self, .run = run, .argument = argument};
  snprintf(made->name, sizeof made->name, "%s", name);
  return pthread_create(&made->thread, NULL, run_hosts_thread, made);
}

static void join_all(maker *self) {
  for (int i = 0; i < self->count; i++) pthread_join(self->threads[i].thread, NULL);
}

static bool is_there(const maker *self, const char *name) {
  int found = 0;
  for (int i = 0; i < self->count; i++) found += strcmp(self->threads[i].name, name) == 0;
  return found == 1;
}

static bool is_one_of(const maker *self, pthread_t thread) {
  bool is_found = false;
  for (int i = 0; i < self->count; i++) is_found |= pthread_equal(self->threads[i].thread, thread);
  return is_found;
}

static pthread_t handled_on;

static void note_thread(mt_request *request, mt_response *response, void *user_data) {
  handled_on = pthread_self();
  host_hello(request, response, user_data);
}

static void configure(host *self, maker *threads) {
  *threads = (maker){.refused = -1};
  self->config.reactors = REACTORS;
  self->config.workers = WORKERS;
  self->config.handler_warning_ms = 1000;
  self->config.spawn_thread = spawn;
  self->config.spawn_thread_user_data = threads;
  host_route(self, "GET /", note_thread);
  host_route_worker(self, "GET /worker", note_thread);
}

static void every_thread_is_asked_of_the_host(void **state) {
  host *self = *state;
  maker threads;
  configure(self, &threads);
  host_start(self);
  assert_int_equal(threads.count, THREADS);
  const char *names[] = {"mt-reactor-0", "mt-reactor-1", "mt-worker-0",
                         "mt-worker-1",  "mt-worker-2",  "mt-watchdog"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_true(is_there(&threads, names[i]));
  host_expect(self, GET, 200, "hello");
  assert_true(is_one_of(&threads, handled_on));
  host_expect(self, GET_WORKER, 200, "hello");
  assert_true(is_one_of(&threads, handled_on));
  host_destroy(self);
  join_all(&threads);
  assert_int_equal(atomic_load(&threads.returned), THREADS);
}

static void what_the_caller_runs_or_polls_asks_for_one_less(void **state) {
  host *self = *state;
  maker threads;
  configure(self, &threads);
  assert_int_equal(mt_server_start_polled(host_server(self), NULL), MT_OK);
  assert_int_equal(threads.count, THREADS - 1);
  assert_false(is_there(&threads, "mt-reactor-0"));
  host_destroy(self);
  join_all(&threads);
}

static void a_host_that_refuses_one_ends_the_start(void **state) {
  host *self = *state;
  for (int refused = 0; refused < THREADS; refused++) {
    maker threads;
    configure(self, &threads);
    threads.refused = refused;
    mt_error error = {.struct_size = sizeof error};
    assert_int_equal(mt_server_start(self->server, &error), MT_ERROR_SYSTEM);
    assert_int_not_equal(strlen(error.message), 0);
    host_destroy(self);
    join_all(&threads);
    assert_int_equal(atomic_load(&threads.returned), refused);
  }
}

/** The first version of the struct ended where these fields begin; what lies behind it is not
 * looked at. */
static void an_older_host_has_threads_of_the_librarys(void **state) {
  host *self = *state;
  maker threads;
  configure(self, &threads);
  host_destroy(self);
  self->config.struct_size = offsetof(mt_server_config, spawn_thread);
  host_route(self, "GET /", host_hello);
  host_start(self);
  assert_int_equal(threads.count, 0);
  host_expect(self, GET, 200, "hello");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(every_thread_is_asked_of_the_host),
      HOST_TEST(what_the_caller_runs_or_polls_asks_for_one_less),
      HOST_TEST(a_host_that_refuses_one_ends_the_start),
      HOST_TEST(an_older_host_has_threads_of_the_librarys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
