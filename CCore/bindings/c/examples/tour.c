/* Every way to answer in one program: what the other examples show one by one, and the small ones
 * that need no example. The argument is a file to send; without one the program sends itself. */
#include "tour.h"

#include "serve.h"

#include <stdio.h>

static void say_type(mt_response *response, mt_slice type) {
  mt_response_field_set(response, MT_SLICE("Content-Type"), type);
}

static void answer_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  say_type(response, MT_SLICE("text/plain"));
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), NULL, NULL);
}

static void answer_user(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice id = mt_request_parameter_at(request, 0).value;
  char text[256];
  int size = snprintf(text, sizeof text, "user %.*s", (int)id.size, id.data);
  if ((size_t)size >= sizeof text) {
    mt_response_status_set(response, 404);
    return;
  }
  say_type(response, MT_SLICE("text/plain"));
  mt_response_body_copy(response, (mt_slice){text, (size_t)size});
}

static void answer_echo(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice type;
  if (mt_request_field_get(request, MT_SLICE("Content-Type"), &type)) say_type(response, type);
  mt_response_body_copy(response, mt_request_body(request));
}

static void fail(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_status_set(response, 500);
}

/* Answered for by the server: 500, and a line in the log. */
static void forget(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

static mt_status add_small(mt_server *server, void *user_data, mt_error *error) {
  (void)user_data;
  const struct {
    mt_method method;
    mt_slice pattern;
    mt_handler_fn handler;
  } routes[] = {
      {MT_METHOD_GET, MT_SLICE("/hello"), answer_hello},
      {MT_METHOD_GET, MT_SLICE("/users/{id}"), answer_user},
      {MT_METHOD_POST, MT_SLICE("/echo"), answer_echo},
      {MT_METHOD_GET, MT_SLICE("/fail"), fail},
      {MT_METHOD_GET, MT_SLICE("/forget"), forget},
  };
  mt_status status = MT_OK;
  for (size_t i = 0; i < sizeof routes / sizeof routes[0] && status == MT_OK; i++)
    status = mt_server_route(server, routes[i].method, routes[i].pattern, routes[i].handler, NULL,
                             NULL, NULL, error);
  return status;
}

static mt_status add_tour(mt_server *server, void *user_data, mt_error *error) {
  static const add_routes_fn parts[] = {add_small, add_json,   add_stream, add_upload,
                                        add_file,  add_worker, add_later};
  mt_status status = MT_OK;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == MT_OK; i++)
    status = parts[i](server, user_data, error);
  return status;
}

int main(int count, char **arguments) {
  return serve(add_tour, arguments[count > 1 ? 1 : 0]);
}
