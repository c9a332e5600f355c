/* A C program with the server inside it: each way to answer once. It says its port, serves until
 * SIGTERM or SIGINT, and ends as a host should, with nothing left to free. */
#include <martlet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void answer_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), NULL, NULL);
}

static void answer_slow(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_response_body_copy(response, mt_request_target(request));
}

/* --- the body of a request, sent back as it comes --- */

static mt_flow echo_piece(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)status;
  mt_exchange *exchange = user_data;
  if (event == MT_BODY_DATA && mt_exchange_stream_write(exchange, bytes) == MT_BACKPRESSURE)
    return MT_FLOW_PAUSE;
  if (event == MT_BODY_END) mt_exchange_stream_end(exchange);
  return MT_FLOW_CONTINUE;
}

static void go_on_echoing(mt_exchange *exchange, void *user_data) {
  (void)user_data;
  mt_exchange_body_resume(exchange);
}

static void end_echo(void *user_data) {
  mt_exchange_release(user_data);
}

static void answer_echo(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  if (mt_request_body_stream(request, echo_piece, exchange, end_echo) != MT_OK) return;
  mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, go_on_echoing, NULL, NULL);
}

/* --- life --- */

static mt_status add_routes(mt_server *server, mt_error *error) {
  mt_route_options on_worker, streamed;
  mt_route_options_init(&on_worker, sizeof on_worker);
  mt_route_options_init(&streamed, sizeof streamed);
  on_worker.dispatch = MT_DISPATCH_WORKER;
  streamed.body_mode = MT_BODY_STREAM;
  const struct {
    mt_method method;
    const char *pattern;
    mt_handler_fn handler;
    const mt_route_options *options;
  } routes[] = {
      {MT_METHOD_GET, "/hello", answer_hello, NULL},
      {MT_METHOD_GET, "/slow", answer_slow, &on_worker},
      {MT_METHOD_POST, "/echo", answer_echo, &streamed},
  };
  for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
    mt_slice pattern = {routes[i].pattern, strlen(routes[i].pattern)};
    mt_status status = mt_server_route(server, routes[i].method, pattern, routes[i].handler, NULL,
                                       NULL, routes[i].options, error);
    if (status != MT_OK) return status;
  }
  return MT_OK;
}

static mt_status start(mt_server *server, mt_error *error) {
  mt_status status = add_routes(server, error);
  if (status == MT_OK) status = mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 0, error);
  if (status == MT_OK) status = mt_server_start(server, error);
  return status;
}

static void serve_until(const sigset_t *signals, mt_server *server) {
  printf("%u\n", mt_server_port(server, 0));
  fflush(stdout);
  int received;
  sigwait(signals, &received);
  mt_server_drain(server, 0);
  mt_server_wait(server, UINT32_MAX);
}

int main(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.reactors = 2;
  config.workers = 2;
  mt_error error = {.struct_size = sizeof error};
  mt_server *server = NULL;
  mt_status status = mt_server_create(&config, &server, &error);
  if (status == MT_OK) status = start(server, &error);
  if (status == MT_OK)
    serve_until(&signals, server);
  else
    fprintf(stderr, "%s\n", error.message);
  mt_server_destroy(server);
  return status == MT_OK ? 0 : 1;
}
