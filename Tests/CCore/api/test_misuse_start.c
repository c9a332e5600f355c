/* The start calls what the host gave it, on the host's thread: whoever waits there for the server
 * would wait for itself. */
#include "support/check.h"
#include "support/host.h"

#include <errno.h>

#define GET        "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_WORKER "GET /worker HTTP/1.1\r\nHost: a\r\n\r\n"

enum { REACTORS = 2, WORKERS = 2, WATCHDOGS = 1, THREADS = REACTORS + WORKERS + WATCHDOGS };

/* --- what is called there --- */

static mt_status start(mt_server *server) {
  return mt_server_start(server, NULL);
}

static mt_status start_polled(mt_server *server) {
  return mt_server_start_polled(server, NULL);
}

static mt_status run(mt_server *server) {
  return mt_server_run(server, NULL);
}

static mt_status drain(mt_server *server) {
  return mt_server_drain(server, 1);
}

static mt_status wait_a_moment(mt_server *server) {
  return mt_server_wait(server, 0);
}

static mt_status wait_for_ever(mt_server *server) {
  return mt_server_wait(server, UINT32_MAX);
}

static mt_status add_route(mt_server *server) {
  return mt_server_route(server, MT_METHOD_GET, MT_SLICE("/late"), host_hello, NULL, NULL, NULL,
                         NULL);
}

static mt_status listen_somewhere(mt_server *server) {
  return mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 0, NULL);
}

static void take_output(mt_slice bytes, bool is_end, void *user_data) {
  (void)bytes, (void)is_end, (void)user_data;
}

static mt_status inject(mt_server *server) {
  return mt_server_inject(server, MT_SLICE(GET), take_output, NULL);
}

static mt_status ask_for_counters(mt_server *server) {
  mt_stats stats = {.struct_size = sizeof stats};
  return mt_server_stats(server, &stats);
}

static mt_status destroy(mt_server *server) {
  mt_server_destroy(server);
  return MT_OK; /* it has none */
}

static const struct call {
  const char *name;
  mt_status (*make)(mt_server *server);
  mt_status expected;
} calls[] = {
    {"start", start, MT_ERROR_WRONG_THREAD},
    {"start_polled", start_polled, MT_ERROR_WRONG_THREAD},
    {"run", run, MT_ERROR_WRONG_THREAD},
    {"poll", mt_server_poll, MT_ERROR_WRONG_THREAD},
    {"drain", drain, MT_ERROR_WRONG_THREAD},
    {"wait, 0", wait_a_moment, MT_ERROR_WRONG_THREAD},
    {"wait", wait_for_ever, MT_ERROR_WRONG_THREAD},
    {"stop", mt_server_stop, MT_ERROR_WRONG_THREAD},
    {"route", add_route, MT_ERROR_INVALID_STATE},
    {"listen_tcp", listen_somewhere, MT_ERROR_INVALID_STATE},
    {"inject", inject, MT_ERROR_INVALID_STATE},
    {"stats", ask_for_counters, MT_OK},
    {"destroy", destroy, MT_OK},
};

enum { CALLS = sizeof calls / sizeof calls[0] };

/* --- a host that makes them from what it gave --- */

typedef struct hosts_thread {
  pthread_t thread;
  void (*run)(void *argument);
  void *argument;
} hosts_thread;

typedef struct careless {
  host *host;
  mt_allocator allocator;
  hosts_thread threads[THREADS];
  int thread_count, thread_limit;
  pthread_t starter;
  bool is_starting, is_visiting; /* the starter's */
  int visits, surprises;
} careless;

/** The calls themselves come by here: they log. */
static void visit(careless *self) {
  bool is_here = pthread_equal(self->starter, pthread_self()) && self->is_starting;
  if (!is_here || self->is_visiting) return;
  self->is_visiting = true;
  for (int i = 0; i < CALLS; i++) {
    mt_status status = calls[i].make(self->host->server);
    if (status == calls[i].expected) continue;
    print_error("%s: %s\n", calls[i].name, mt_status_name(status));
    self->surprises++;
  }
  self->visits++;
  self->is_visiting = false;
}

static void *run_hosts_thread(void *user_data) {
  hosts_thread *self = user_data;
  self->run(self->argument);
  return NULL;
}

static int spawn(const char *name, void (*run_it)(void *argument), void *argument,
                 void *user_data) {
  (void)name;
  careless *self = user_data;
  visit(self);
  if (self->thread_count == self->thread_limit) return EAGAIN;
  hosts_thread *made = &self->threads[self->thread_count++];
  *made = (hosts_thread){.run = run_it, .argument = argument};
  return pthread_create(&made->thread, NULL, run_hosts_thread, made);
}

static void *allocate(size_t size, void *user_data) {
  visit(user_data);
  return malloc(size);
}

static void *reallocate(void *block, size_t size, void *user_data) {
  visit(user_data);
  return realloc(block, size);
}

static void deallocate(void *block, void *user_data) {
  visit(user_data);
  free(block);
}

static void note(mt_log_level level, mt_slice message, void *user_data) {
  (void)level, (void)message;
  visit(user_data);
}

static void prepare(careless *self, host *owner) {
  *self = (careless){.host = owner, .starter = pthread_self(), .thread_limit = THREADS};
  self->allocator = (mt_allocator){allocate, reallocate, deallocate, self};
  owner->config.reactors = REACTORS;
  owner->config.workers = WORKERS;
  owner->config.handler_warning_ms = 1000;
  owner->config.allocator = &self->allocator;
  owner->config.log = note;
  owner->config.log_user_data = self;
  owner->config.spawn_thread = spawn;
  owner->config.spawn_thread_user_data = self;
  host_route(owner, "GET /", host_hello);
  host_route_worker(owner, "GET /worker", host_hello);
  assert_int_equal(listen_somewhere(owner->server), MT_OK);
}

static mt_status start_it(careless *self, mt_status (*how)(mt_server *)) {
  self->is_starting = true;
  mt_status status = how(self->host->server);
  self->is_starting = false;
  assert_int_equal(self->surprises, 0);
  return status;
}

static void end(careless *self) {
  host_destroy(self->host);
  for (int i = 0; i < self->thread_count; i++) pthread_join(self->threads[i].thread, NULL);
}

static void a_server_starts_whatever_is_called_meanwhile(void **state) {
  host *owner = *state;
  careless self;
  prepare(&self, owner);
  assert_int_equal(start_it(&self, start), MT_OK);
  assert_true(self.visits > THREADS); /* for memory, besides */
  host_expect(owner, GET, 200, "hello");
  host_expect(owner, GET_WORKER, 200, "hello");
  end(&self);
}

static void so_does_one_that_is_polled(void **state) {
  host *owner = *state;
  careless self;
  prepare(&self, owner);
  assert_int_equal(start_it(&self, start_polled), MT_OK);
  assert_true(self.visits >= THREADS);
  client peer = host_connect(owner);
  client_send(&peer, GET);
  while (!client_is_readable(&peer, 1)) assert_int_equal(mt_server_poll(owner->server), MT_OK);
  client_expect(&peer, 200, "hello");
  client_close(&peer);
  end(&self);
}

static void so_does_a_start_end_that_fails(void **state) {
  host *owner = *state;
  for (int limit = 0; limit < THREADS; limit++) {
    careless self;
    prepare(&self, owner);
    self.thread_limit = limit;
    assert_int_equal(start_it(&self, start), MT_ERROR_SYSTEM);
    assert_int_equal(mt_server_start(owner->server, NULL), MT_ERROR_INVALID_STATE);
    end(&self);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(a_server_starts_whatever_is_called_meanwhile),
      HOST_TEST(so_does_one_that_is_polled),
      HOST_TEST(so_does_a_start_end_that_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
