#include "serve.h"

#include "crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static void block(sigset_t *signals) {
  sigemptyset(signals);
  sigaddset(signals, SIGTERM);
  sigaddset(signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static mt_status create(mt_server **server, mt_error *error) {
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.reactors = 2;
  config.workers = 2;
  return mt_server_create(&config, server, error);
}

static void serve_until(const sigset_t *signals, mt_server *server) {
  printf("%u\n", mt_server_port(server, 0));
  fflush(stdout);
  int received;
  sigwait(signals, &received);
  mt_server_drain(server, 0);
  mt_server_wait(server, UINT32_MAX);
}

int serve(add_routes_fn add_routes, void *user_data) {
  sigset_t signals;
  block(&signals);
  mt_error error = {.struct_size = sizeof error};
  mt_server *server = NULL;
  mt_status status = create(&server, &error);
  if (status == MT_OK) status = add_routes(server, user_data, &error);
  if (status == MT_OK) status = mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 0, &error);
  if (status == MT_OK) status = mt_server_start(server, &error);
  if (status == MT_OK)
    serve_until(&signals, server);
  else
    fprintf(stderr, "%s\n", error.message);
  mt_server_destroy(server);
  crew_wait();
  return status == MT_OK ? 0 : 1;
}
