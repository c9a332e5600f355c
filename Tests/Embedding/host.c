/* A C program with the server inside it: each way to answer once. It says its port, serves until
 * SIGTERM or SIGINT, and ends as a host should, with nothing left to free. */
#include "serving.h"

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

int main(void) {
  mt_route_options on_worker, streamed;
  mt_route_options_init(&on_worker, sizeof on_worker);
  mt_route_options_init(&streamed, sizeof streamed);
  on_worker.dispatch = MT_DISPATCH_WORKER;
  streamed.body_mode = MT_BODY_STREAM;
  const route_line routes[] = {
      {MT_METHOD_GET, "/hello", answer_hello, NULL},
      {MT_METHOD_GET, "/slow", answer_slow, &on_worker},
      {MT_METHOD_POST, "/echo", answer_echo, &streamed},
  };
  return serve(routes, sizeof routes / sizeof routes[0], 2, "");
}
