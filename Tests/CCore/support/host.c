#define _GNU_SOURCE /* memmem */

#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <time.h>

#include <cmocka.h>

/* --- time --- */

uint64_t host_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void host_sleep_ms(int duration_ms) {
  nanosleep(&(struct timespec){duration_ms / 1000, duration_ms % 1000 * 1000000L}, NULL);
}

/** Sleeps a little; fails the test when `*since` is too long ago. */
static void wait_on(uint64_t since, const char *what) {
  host_sleep_ms(2);
  if (host_now_ms() - since < CLIENT_PATIENCE_MS) return;
  print_error("waited in vain for %s\n", what);
  fail();
}

/* --- the log --- */

static void write_log(mt_log_level level, mt_slice message, void *user_data) {
  host *self = user_data;
  pthread_mutex_lock(&self->mutex);
  size_t room = HOST_LOG_CAPACITY - self->log_size;
  int size = snprintf(self->log + self->log_size, room, "%d %.*s\n", (int)level, (int)message.size,
                      message.data);
  if (size > 0 && (size_t)size < room) self->log_size += (size_t)size;
  pthread_mutex_unlock(&self->mutex);
}

int host_count_log(host *self, const char *text) {
  int count = 0;
  pthread_mutex_lock(&self->mutex);
  for (const char *at = self->log; (at = strstr(at, text)) != NULL; at++) count++;
  pthread_mutex_unlock(&self->mutex);
  return count;
}

bool host_has_log(host *self, const char *text) {
  return host_count_log(self, text) > 0;
}

void host_await_log(host *self, const char *text) {
  uint64_t since = host_now_ms();
  while (!host_has_log(self, text)) wait_on(since, text);
}

/* --- life --- */

int host_set_up(void **state) {
  host *self = calloc(1, sizeof *self);
  if (!self) return -1;
  failing_allocator_init(&self->memory, 0);
  pthread_mutex_init(&self->mutex, NULL);
  pthread_cond_init(&self->changed, NULL);
  mt_server_config_init(&self->config, sizeof self->config);
  self->config.reactors = 1;
  self->config.workers = 2;
  self->config.allocator = &self->memory.allocator;
  self->config.log = write_log;
  self->config.log_user_data = self;
  self->config.handler_warning_ms = 0;
  if (getenv("HOST_LOG")) self->config.log_level = MT_LOG_DEBUG;
  *state = self;
  return 0;
}

void host_destroy(host *self) {
  mt_server_destroy(self->server);
  self->server = NULL;
}

int host_tear_down(void **state) {
  host *self = *state;
  host_destroy(self);
  if (getenv("HOST_LOG")) print_message("%s", self->log);
  size_t leaked = atomic_load(&self->memory.live_blocks);
  if (leaked) print_error("%zu blocks leaked\n", leaked);
  pthread_cond_destroy(&self->changed);
  pthread_mutex_destroy(&self->mutex);
  free(self);
  return leaked ? -1 : 0;
}

mt_server *host_server(host *self) {
  if (self->server) return self->server;
  mt_error error = {.struct_size = sizeof error};
  if (mt_server_create(&self->config, &self->server, &error) != MT_OK) {
    print_error("%s\n", error.message);
    fail();
  }
  return self->server;
}

static void add_route(host *self, const char *text, mt_handler_fn handler,
                      const mt_route_options *options) {
  static const char *const methods[] = {NULL,     "GET",     "HEAD",    "POST",  "PUT",
                                        "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  const char *space = strchr(text, ' ');
  mt_method method = MT_METHOD_UNKNOWN;
  for (int i = MT_METHOD_GET; i <= MT_METHOD_PATCH; i++)
    if (strncmp(text, methods[i], (size_t)(space - text)) == 0) method = (mt_method)i;
  mt_error error = {.struct_size = sizeof error};
  if (mt_server_route(host_server(self), method, mt_slice_from(space + 1), handler, self, NULL,
                      options, &error) != MT_OK) {
    print_error("%s\n", error.message);
    fail();
  }
}

void host_route(host *self, const char *method_and_pattern, mt_handler_fn handler) {
  add_route(self, method_and_pattern, handler, NULL);
}

void host_route_worker(host *self, const char *method_and_pattern, mt_handler_fn handler) {
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.dispatch = MT_DISPATCH_WORKER;
  add_route(self, method_and_pattern, handler, &options);
}

void host_route_stream(host *self, const char *method_and_pattern, mt_handler_fn handler) {
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.body_mode = MT_BODY_STREAM;
  add_route(self, method_and_pattern, handler, &options);
}

void host_start_silently(host *self) {
  mt_error error = {.struct_size = sizeof error};
  if (mt_server_start(host_server(self), &error) == MT_OK) return;
  print_error("%s\n", error.message);
  fail();
}

void host_start(host *self) {
  mt_error error = {.struct_size = sizeof error};
  if (mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, &error) != MT_OK) {
    print_error("%s\n", error.message);
    fail();
  }
  host_start_silently(self);
}

client host_connect(host *self) {
  return client_connect(mt_server_port(self->server, 0));
}

void host_expect(host *self, const char *request, int status, const char *body) {
  client peer = host_connect(self);
  client_send(&peer, request);
  client_expect(&peer, status, body);
  client_close(&peer);
}

/* --- counters --- */

mt_stats host_stats(host *self) {
  mt_stats stats = {.struct_size = sizeof stats};
  assert_int_equal(mt_server_stats(self->server, &stats), MT_OK);
  return stats;
}

void host_await(host *self, size_t counter, uint64_t value) {
  uint64_t since = host_now_ms();
  uint64_t found;
  for (;;) {
    mt_stats stats = host_stats(self);
    memcpy(&found, (const char *)&stats + counter, sizeof found);
    if (found == value) return;
    char what[64];
    snprintf(what, sizeof what, "%llu in a counter, there is %llu", (unsigned long long)value,
             (unsigned long long)found);
    wait_on(since, what);
  }
}

void host_await_number(const atomic_int *number, int value) {
  uint64_t since = host_now_ms();
  char what[64];
  while (atomic_load(number) != value) {
    snprintf(what, sizeof what, "%d, there is %d", value, atomic_load(number));
    wait_on(since, what);
  }
}

/* --- handlers --- */

void host_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, MT_SLICE("hello"), NULL, NULL);
}

void host_echo(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_response_body_copy(response, mt_request_body(request));
}

void host_parameter(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_response_body_copy(response, mt_request_parameter_at(request, 0).value);
}

void host_hold(mt_request *request, mt_response *response, void *user_data) {
  host *self = user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) {
    mt_response_status_set(response, 503);
    return;
  }
  pthread_mutex_lock(&self->mutex);
  self->held[self->held_last++ % HOST_HELD_MAX] = exchange;
  pthread_cond_broadcast(&self->changed);
  pthread_mutex_unlock(&self->mutex);
}

mt_exchange *host_take(host *self) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += CLIENT_PATIENCE_MS / 1000;
  int failure = 0;
  mt_exchange *exchange = NULL;
  pthread_mutex_lock(&self->mutex);
  while (self->held_first == self->held_last && !failure)
    failure = pthread_cond_timedwait(&self->changed, &self->mutex, &until);
  if (!failure) exchange = self->held[self->held_first++ % HOST_HELD_MAX];
  pthread_mutex_unlock(&self->mutex);
  return exchange;
}

mt_status host_answer(mt_exchange *exchange, const char *body) {
  mt_response_body_copy(mt_exchange_response(exchange), mt_slice_from(body));
  mt_status status = mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
  return status;
}

void host_count_destroyed(void *user_data) {
  host *self = user_data;
  atomic_fetch_add(&self->destroyed, 1);
}

void host_count_cancelled(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  host *self = user_data;
  atomic_fetch_add(&self->cancelled, 1);
}
