/* A C program with the server inside it, one route for each thing that could cost an allocation;
 * and one that does, to show that it would be seen. It says its port and serves until SIGTERM. */
#include "../Embedding/serving.h"

#include <stdlib.h>

static void answer_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), NULL, NULL);
}

static void answer_parameter(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice id = {0};
  mt_request_parameter_get(request, MT_SLICE("id"), &id);
  mt_response_body_copy(response, id);
}

static void answer_query(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_response_body_copy(response, mt_request_query(request));
}

static void answer_fields(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice host = {0};
  mt_request_field_get(request, MT_SLICE("host"), &host);
  mt_response_status_set(response, 201);
  mt_response_field_add(response, MT_SLICE("X-Host"), host);
  mt_response_field_set(response, MT_SLICE("Cache-Control"), MT_SLICE("no-store"));
  mt_response_body_copy(response, host);
}

static void answer_body(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_response_body_copy(response, mt_request_body(request));
}

static void answer_later(mt_request *request, mt_response *response, void *user_data) {
  (void)response;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  answer_hello(mt_exchange_request(exchange), mt_exchange_response(exchange), user_data);
  mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
}

/* Kept where a compiler cannot see that nobody uses it. */
static void *volatile planted;

/* Each way to allocate once: five allocations, four blocks to free. */
static void answer_wastefully(mt_request *request, mt_response *response, void *user_data) {
  void *aligned = NULL, *small = malloc(16), *grown = realloc(small, 32);
  planted = grown;
  free(grown ? grown : small);
  planted = calloc(2, 16);
  free(planted);
  planted = aligned_alloc(64, 64);
  free(planted);
  if (posix_memalign(&aligned, 64, 64) == 0) planted = aligned;
  free(aligned);
  answer_hello(request, response, user_data);
}

int main(void) {
  mt_route_options on_worker;
  mt_route_options_init(&on_worker, sizeof on_worker);
  on_worker.dispatch = MT_DISPATCH_WORKER;
  const route_line routes[] = {
      {MT_METHOD_GET, "/hello", answer_hello, NULL},
      {MT_METHOD_GET, "/users/{id}", answer_parameter, NULL},
      {MT_METHOD_GET, "/query", answer_query, NULL},
      {MT_METHOD_GET, "/fields", answer_fields, NULL},
      {MT_METHOD_POST, "/body", answer_body, NULL},
      {MT_METHOD_GET, "/later", answer_later, NULL},
      {MT_METHOD_GET, "/worker", answer_hello, &on_worker},
      {MT_METHOD_GET, "/wasteful", answer_wastefully, NULL},
  };
  return serve(routes, sizeof routes / sizeof routes[0], 1, "http://127.0.0.1:");
}
