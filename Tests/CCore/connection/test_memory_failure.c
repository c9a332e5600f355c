/* Every allocation fails once: a request may be lost, the server may not. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>
#include <unistd.h>

#define REQUEST(line) line " HTTP/1.1\r\nHost: a\r\n"
#define CLOSE         "Connection: close\r\n\r\n"

static char large[30000];

static mt_flow consume(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)bytes, (void)status;
  if (event == MT_BODY_DATA) return MT_FLOW_CONTINUE;
  mt_exchange *exchange = user_data;
  if (event == MT_BODY_END) mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
  return MT_FLOW_CONTINUE;
}

static void take_stream(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK)
    mt_response_status_set(response, 503);
  else
    mt_request_body_stream(request, consume, exchange, NULL);
}

static void answer_with_fields(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  for (int i = 0; i < 100; i++)
    if (mt_response_field_add(response, MT_SLICE("X-Field"), MT_SLICE("some value")) != MT_OK)
      break;
  mt_response_body_copy(response, (mt_slice){large, sizeof large});
}

/** Answers what is held: as a whole, or piece by piece. */
static void *complete_held(void *user_data) {
  host *self = user_data;
  for (mt_exchange *exchange; (exchange = host_take(self)) != NULL;) {
    mt_slice path = mt_request_path(mt_exchange_request(exchange));
    bool streams = path.size == strlen("/stream");
    if (!streams) {
      host_answer(exchange, "later");
      continue;
    }
    mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, NULL, self, host_count_destroyed);
    mt_status status = MT_OK;
    for (int i = 0; i < 3 && (status == MT_OK || status == MT_BACKPRESSURE); i++)
      status = mt_exchange_stream_write(exchange, (mt_slice){large, sizeof large});
    if (status == MT_OK || status == MT_BACKPRESSURE) mt_exchange_stream_end(exchange);
    mt_exchange_release(exchange);
  }
  return NULL;
}

static void end_completing(host *self, pthread_t thread) {
  pthread_mutex_lock(&self->mutex);
  self->held[self->held_last++ % HOST_HELD_MAX] = NULL;
  pthread_cond_broadcast(&self->changed);
  pthread_mutex_unlock(&self->mutex);
  pthread_join(thread, NULL);
}

static bool add_route(host *self, mt_method method, const char *pattern, mt_handler_fn handler,
                      mt_dispatch dispatch, mt_body_mode mode) {
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.dispatch = dispatch;
  options.body_mode = mode;
  return mt_server_route(self->server, method, mt_slice_from(pattern), handler, self, NULL,
                         &options, NULL) == MT_OK;
}

static bool start(host *self) {
  return mt_server_create(&self->config, &self->server, NULL) == MT_OK &&
         add_route(self, MT_METHOD_GET, "/name/{name}", host_parameter, MT_DISPATCH_INLINE,
                   MT_BODY_WHOLE) &&
         add_route(self, MT_METHOD_GET, "/", host_hello, MT_DISPATCH_INLINE, MT_BODY_WHOLE) &&
         add_route(self, MT_METHOD_GET, "/fields", answer_with_fields, MT_DISPATCH_INLINE,
                   MT_BODY_WHOLE) &&
         add_route(self, MT_METHOD_POST, "/echo", host_echo, MT_DISPATCH_INLINE, MT_BODY_WHOLE) &&
         add_route(self, MT_METHOD_POST, "/worker", host_echo, MT_DISPATCH_WORKER, MT_BODY_WHOLE) &&
         add_route(self, MT_METHOD_GET, "/later", host_hold, MT_DISPATCH_INLINE, MT_BODY_WHOLE) &&
         add_route(self, MT_METHOD_GET, "/stream", host_hold, MT_DISPATCH_INLINE, MT_BODY_WHOLE) &&
         add_route(self, MT_METHOD_POST, "/take", take_stream, MT_DISPATCH_INLINE,
                   MT_BODY_STREAM) &&
         mt_server_listen_tcp(self->server, MT_SLICE("127.0.0.1"), 0, NULL) == MT_OK &&
         mt_server_start(self->server, NULL) == MT_OK;
}

/** Sends in two parts, and takes whatever comes: an answer, or the end. */
static int try_request(host *self, const char *first, const char *second) {
  client peer = host_connect(self);
  uint64_t received = host_stats(self).bytes_received;
  client_send(&peer, first);
  if (second) {
    uint64_t since = host_now_ms();
    while (host_stats(self).bytes_received < received + strlen(first) &&
           !client_is_readable(&peer, 1) && host_now_ms() - since < CLIENT_PATIENCE_MS) {
    }
    client_send_what_is_taken(&peer, second);
  }
  size_t size;
  int status = 0;
  char *answer = client_read_all(&peer, &size);
  if (size) assert_int_equal(sscanf(answer, "HTTP/1.1 %d ", &status), 1);
  free(answer);
  client_close(&peer);
  return status;
}

/** Heads and bodies that no exchange has room for in itself. */
static void try_wide(host *self) {
  enum { WIDE = 5000 };
  static char filler[WIDE + 1], request[3 * WIDE];
  memset(filler, 'x', WIDE);
  static const char *const lines[] = {REQUEST("GET /"), REQUEST("GET /later"),
                                      REQUEST("POST /worker"), REQUEST("POST /take")};
  for (int i = 0; i < 4; i++) {
    snprintf(request, sizeof request, "%sX: %s\r\nContent-Length: %d\r\n" CLOSE "%s", lines[i],
             filler, i < 2 ? 0 : WIDE, i < 2 ? "" : filler);
    try_request(self, request, NULL);
  }
  snprintf(request, sizeof request, "GET /name/%%41%s HTTP/1.1\r\nHost: a\r\n" CLOSE, filler);
  try_request(self, request, NULL);
  snprintf(request, sizeof request, REQUEST("GET /") "X: %s", filler);
  try_request(self, request, "\r\n" CLOSE);
}

static void try_all(host *self) {
  static char many[4096];
  many[0] = 0;
  for (int i = 0; i < 20; i++)
    strcat(many, i % 2 ? REQUEST("GET /later") "\r\n" : REQUEST("GET /") "\r\n");
  strcat(many, REQUEST("GET /") CLOSE);
  try_request(self, REQUEST("GET /") CLOSE, NULL);
  try_request(self, REQUEST("GET /fields") CLOSE, NULL);
  try_request(self, REQUEST("POST /echo") "Transfer-Encoding: chunked\r\n" CLOSE "3\r\nabc\r\n",
              "2\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
  try_request(self, REQUEST("POST /worker") "Content-Length: 5\r\n" CLOSE "ab", "cde");
  try_request(self, REQUEST("POST /worker") "Content-Length: 5\r\n" CLOSE "abcde", NULL);
  try_request(self, REQUEST("GET /later") CLOSE, NULL);
  try_request(self, REQUEST("GET /stream") CLOSE, NULL);
  try_request(self, REQUEST("GET /later") "\r\n" REQUEST("GET /stream") CLOSE, NULL);
  try_request(self, REQUEST("POST /take") "Content-Length: 5\r\n" CLOSE "ab", "cde");
  try_request(self, many, NULL);
  try_wide(self);
}

static void serve_all(const mt_allocator *allocator, void *context) {
  (void)context;
  void *state;
  assert_int_equal(host_set_up(&state), 0);
  host *self = state;
  self->config.allocator = allocator;
  self->config.max_connections_per_peer = 100;
  if (start(self)) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, complete_held, self), 0);
    try_all(self);
    /* Whatever failed, failed once: a second time all is well. */
    assert_int_equal(try_request(self, REQUEST("GET /") CLOSE, NULL), 200);
    HOST_AWAIT(self, connections_open, 0);
    HOST_AWAIT(self, requests_active, 0);
    mt_server_drain(self->server, CLIENT_PATIENCE_MS);
    assert_int_equal(mt_server_wait(self->server, CLIENT_PATIENCE_MS), MT_OK);
    end_completing(self, thread);
  }
  assert_int_equal(host_tear_down(&state), 0);
}

static int next_descriptor(void) {
  int descriptor = dup(0);
  close(descriptor);
  return descriptor;
}

static void survives_every_failing_allocation(void **state) {
  (void)state;
  memset(large, 'x', sizeof large);
  int before = next_descriptor();
  size_t failures = failing_allocator_walk(serve_all, NULL);
  assert_true(failures > 70);
  assert_int_equal(next_descriptor(), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(survives_every_failing_allocation)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
