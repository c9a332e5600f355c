/* Martlet's C core as a contestant, with handlers in C: martlet PORT [REACTORS]. */
#include <martlet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS = 20, PIECE_BYTES = 65536, HOUR_MS = 3600 * 1000 };

static const char pattern[] = "/p/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}"
                              "/{k}/{l}/{m}/{n}/{o}/{p}/{q}/{r}/{s}/{t}";

static void send_number(mt_response *response, uint64_t number) {
  char text[24];
  int length = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  mt_response_body_copy(response, (mt_slice){text, (size_t)length});
}

static void answer_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("text/plain; charset=utf-8"));
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), NULL, NULL);
}

static void answer_async(mt_request *request, mt_response *response, void *user_data) {
  (void)response;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  answer_hello(mt_exchange_request(exchange), mt_exchange_response(exchange), user_data);
  mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
}

/* By name, as the Swift controller does. */
static void answer_parameters(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  uint64_t bytes = 0;
  for (int i = 0; i < PARAMETERS; i++) {
    const char name = (char)('a' + i);
    mt_slice value;
    if (mt_request_parameter_get(request, (mt_slice){&name, 1}, &value)) bytes += value.size;
  }
  send_number(response, bytes);
}

static void answer_echo_size(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  send_number(response, mt_request_body(request).size);
}

/* --- a body counted while it arrives --- */

typedef struct upload {
  mt_exchange *exchange;
  uint64_t bytes;
} upload;

static mt_flow count_piece(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)status;
  upload *counted = user_data;
  counted->bytes += bytes.size;
  if (event == MT_BODY_END) {
    send_number(mt_exchange_response(counted->exchange), counted->bytes);
    mt_exchange_complete(counted->exchange);
  }
  return MT_FLOW_CONTINUE;
}

static void end_upload(void *user_data) {
  upload *counted = user_data;
  mt_exchange_release(counted->exchange);
  free(counted);
}

static void answer_upload(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  upload *counted = calloc(1, sizeof *counted);
  if (!counted) return;
  if (mt_request_defer(request, &counted->exchange) != MT_OK) {
    free(counted);
    return;
  }
  mt_request_body_stream(request, count_piece, counted, end_upload);
}

/* --- a body made while it is sent --- */

typedef struct download {
  uint64_t left;
} download;

static void go_on_sending(mt_exchange *exchange, void *user_data) {
  static const char piece[PIECE_BYTES] = {0};
  download *sent = user_data;
  while (sent->left > 0) {
    size_t size = sent->left < PIECE_BYTES ? (size_t)sent->left : PIECE_BYTES;
    mt_status status = mt_exchange_stream_write(exchange, (mt_slice){piece, size});
    if (status != MT_OK && status != MT_BACKPRESSURE) return;
    sent->left -= size;
    if (status == MT_BACKPRESSURE && sent->left > 0) return;
  }
  mt_exchange_stream_end(exchange);
  mt_exchange_release(exchange);
}

static void answer_download(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice bytes;
  mt_exchange *exchange;
  download *sent = calloc(1, sizeof *sent);
  if (!sent || !mt_request_parameter_get(request, MT_SLICE("bytes"), &bytes)) {
    free(sent);
    return;
  }
  for (size_t i = 0; i < bytes.size; i++)
    sent->left = sent->left * 10 + (uint64_t)(bytes.data[i] - '0');
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("application/octet-stream"));
  if (mt_request_defer(request, &exchange) != MT_OK) {
    free(sent);
    return;
  }
  if (mt_exchange_stream_start(exchange, sent->left, go_on_sending, sent, free) == MT_OK)
    go_on_sending(exchange, sent);
}

/* --- life --- */

static mt_status add_routes(mt_server *server, mt_error *error) {
  mt_route_options large, on_worker, streamed;
  mt_route_options_init(&large, sizeof large);
  mt_route_options_init(&on_worker, sizeof on_worker);
  mt_route_options_init(&streamed, sizeof streamed);
  large.max_body_bytes = 16 << 20;
  on_worker.dispatch = MT_DISPATCH_WORKER;
  streamed.body_mode = MT_BODY_STREAM;
  streamed.max_body_bytes = UINT64_MAX;
  const struct {
    mt_method method;
    const char *pattern;
    mt_handler_fn handler;
    const mt_route_options *options;
  } routes[] = {
      {MT_METHOD_GET, "/hello", answer_hello, NULL},
      {MT_METHOD_GET, "/worker", answer_hello, &on_worker},
      {MT_METHOD_GET, "/async", answer_async, NULL},
      {MT_METHOD_GET, pattern, answer_parameters, NULL},
      {MT_METHOD_POST, "/echo-size", answer_echo_size, &large},
      {MT_METHOD_POST, "/upload", answer_upload, &streamed},
      {MT_METHOD_GET, "/download/{bytes}", answer_download, NULL},
  };
  mt_status status = MT_OK;
  for (size_t i = 0; i < sizeof routes / sizeof routes[0] && status == MT_OK; i++) {
    mt_slice route = {routes[i].pattern, strlen(routes[i].pattern)};
    status = mt_server_route(server, routes[i].method, route, routes[i].handler, NULL, NULL,
                             routes[i].options, error);
  }
  return status;
}

int main(int count, char **arguments) {
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.reactors = count > 2 ? (uint32_t)atoi(arguments[2]) : 1;
  config.workers = 4;
  config.idle_timeout_ms = HOUR_MS;
  uint16_t port = count > 1 ? (uint16_t)atoi(arguments[1]) : 8080;
  mt_error error = {.struct_size = sizeof error};
  mt_server *server = NULL;
  mt_status status = mt_server_create(&config, &server, &error);
  if (status == MT_OK) status = add_routes(server, &error);
  if (status == MT_OK) status = mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), port, &error);
  if (status == MT_OK) status = mt_server_run(server, &error);
  if (status != MT_OK) fprintf(stderr, "%s\n", error.message);
  mt_server_destroy(server);
  return status == MT_OK ? 0 : 1;
}
