/* The whole life of a server, by itself: made, given a route and an address, started, ended by a
 * signal, freed. The other examples leave this to serve.c. */
#include <martlet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static void answer_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), NULL, NULL);
}

static mt_status start(mt_server *server, mt_error *error) {
  mt_status status = mt_server_route(server, MT_METHOD_GET, MT_SLICE("/hello"), answer_hello, NULL,
                                     NULL, NULL, error);
  if (status == MT_OK) status = mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 0, error);
  if (status == MT_OK) status = mt_server_start(server, error);
  return status;
}

/* The library leaves signals to the host. Blocked before the server's threads exist, they are so in
 * each of them, and wait here. */
static void await_signal(const sigset_t *signals) {
  int received;
  sigwait(signals, &received);
}

int main(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);

  mt_error error = {.struct_size = sizeof error};
  mt_server *server = NULL;
  mt_status status = mt_server_create(NULL, &server, &error);
  if (status == MT_OK) status = start(server, &error);
  if (status == MT_OK) {
    printf("%u\n", mt_server_port(server, 0));
    fflush(stdout);
    await_signal(&signals);
    mt_server_drain(server, 0);
    mt_server_wait(server, UINT32_MAX);
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  mt_server_destroy(server);
  return status == MT_OK ? 0 : 1;
}
