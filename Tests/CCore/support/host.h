/** A server in this process, with what a test wants to know of it: its log, its counters, and that
 * it gave all memory back. */
#ifndef MT_TESTS_HOST_H
#define MT_TESTS_HOST_H

#include <martlet.h>
#include <pthread.h>
#include <stdatomic.h>

#include "client.h"
#include "failing_allocator.h"

enum { HOST_LOG_CAPACITY = 65536, HOST_HELD_MAX = 1024 };

typedef struct host {
  mt_server_config config; /* change it before the first route: one reactor, two workers */
  mt_server *server;
  failing_allocator memory;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  size_t log_size;
  char log[HOST_LOG_CAPACITY]; /* one line each, with its level's number in front */
  mt_exchange *held[HOST_HELD_MAX];
  size_t held_first, held_last;
  atomic_int destroyed; /* counted by host_count_destroyed */
  atomic_int cancelled; /* counted by host_count_cancelled */
} host;

/** For cmocka: `*state` is a host, not started. */
int host_set_up(void **state);
/** Destroys the server and asserts that nothing leaked. */
int host_tear_down(void **state);
#define HOST_TEST(test) cmocka_unit_test_setup_teardown(test, host_set_up, host_tear_down)

/** The server, made when first asked for. */
mt_server *host_server(host *self);
/** Registers `handler` for "GET /path", with the host as its user data. */
void host_route(host *self, const char *method_and_pattern, mt_handler_fn handler);
void host_route_worker(host *self, const char *method_and_pattern, mt_handler_fn handler);
void host_route_stream(host *self, const char *method_and_pattern, mt_handler_fn handler);
/** Listens on a free port of 127.0.0.1 and starts. */
void host_start(host *self);
/** As host_start, without a listener. */
void host_start_silently(host *self);
client host_connect(host *self);
/** Connects, sends, and closes after one answer: its status and body are asserted. */
void host_expect(host *self, const char *request, int status, const char *body);
/** Destroys the server before the test's end. */
void host_destroy(host *self);

/** Whether the log holds `text`. */
bool host_has_log(host *self, const char *text);
/** How many times. */
int host_count_log(host *self, const char *text);
/** Waits until it does. */
void host_await_log(host *self, const char *text);
mt_stats host_stats(host *self);
/** Waits until the counter (an offset within mt_stats) has that value. */
void host_await(host *self, size_t counter, uint64_t value);
#define HOST_AWAIT(self, counter, value) host_await((self), offsetof(mt_stats, counter), (value))
/** Waits until `*number` has that value. */
void host_await_number(const atomic_int *number, int value);

/** Handler: "hello". */
void host_hello(mt_request *request, mt_response *response, void *user_data);
/** Handler: the request's body. */
void host_echo(mt_request *request, mt_response *response, void *user_data);
/** Handler: the first parameter's value. */
void host_parameter(mt_request *request, mt_response *response, void *user_data);
/** Handler: defers, and holds the exchange for host_take. User data: the host. */
void host_hold(mt_request *request, mt_response *response, void *user_data);
/** The oldest exchange held; waits for one. The caller completes and releases it. */
mt_exchange *host_take(host *self);
/** Fills, completes and releases; the completion's status. */
mt_status host_answer(mt_exchange *exchange, const char *body);

/** Destructor, user data: the host. */
void host_count_destroyed(void *user_data);
/** Cancel callback, user data: the host. */
void host_count_cancelled(mt_exchange *exchange, void *user_data);
/** Milliseconds of a clock. */
uint64_t host_now_ms(void);
void host_sleep_ms(int duration_ms);

#endif
