/** What C hosts of the tests have in common: a table of routes, a port that is said, and service
 * until a signal. */
#ifndef MT_TESTS_SERVING_H
#define MT_TESTS_SERVING_H

#include <martlet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct route_line {
  mt_method method;
  const char *pattern;
  mt_handler_fn handler;
  const mt_route_options *options; /* NULL: the defaults */
} route_line;

static mt_status add_routes(mt_server *server, const route_line *routes, size_t count,
                            mt_error *error) {
  mt_status status = MT_OK;
  for (size_t i = 0; i < count && status == MT_OK; i++) {
    mt_slice pattern = {routes[i].pattern, strlen(routes[i].pattern)};
    status = mt_server_route(server, routes[i].method, pattern, routes[i].handler, NULL, NULL,
                             routes[i].options, error);
  }
  return status;
}

static mt_status start(mt_server *server, const route_line *routes, size_t count, mt_error *error) {
  mt_status status = add_routes(server, routes, count, error);
  if (status == MT_OK) status = mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 0, error);
  if (status == MT_OK) status = mt_server_start(server, error);
  return status;
}

static void serve_until(const sigset_t *signals, mt_server *server, const char *prefix) {
  printf("%s%u\n", prefix, mt_server_port(server, 0));
  fflush(stdout);
  int received;
  sigwait(signals, &received);
  mt_server_drain(server, 0);
  mt_server_wait(server, UINT32_MAX);
}

/** A program's whole life: serves with two workers on a port of the system's choice, says it behind
 * `prefix`, and ends at SIGTERM or SIGINT with nothing left to free. Returns its exit status. */
static int serve(const route_line *routes, size_t count, uint32_t reactors, const char *prefix) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.reactors = reactors;
  config.workers = 2;
  mt_error error = {.struct_size = sizeof error};
  mt_server *server = NULL;
  mt_status status = mt_server_create(&config, &server, &error);
  if (status == MT_OK) status = start(server, routes, count, &error);
  if (status == MT_OK)
    serve_until(&signals, server, prefix);
  else
    fprintf(stderr, "%s\n", error.message);
  mt_server_destroy(server);
  return status == MT_OK ? 0 : 1;
}

#endif
