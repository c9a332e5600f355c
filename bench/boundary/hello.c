/* The handler whose cost the other languages' are compared with: hello PORT. */
#include <martlet.h>
#include <stdio.h>
#include <stdlib.h>

static void answer_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("text/plain; charset=utf-8"));
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), NULL, NULL);
}

int main(int count, char **arguments) {
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.reactors = 1;
  uint16_t port = count > 1 ? (uint16_t)atoi(arguments[1]) : 8080;
  mt_error error = {.struct_size = sizeof error};
  mt_server *server = NULL;
  mt_status status = mt_server_create(&config, &server, &error);
  if (status == MT_OK)
    status = mt_server_route(server, MT_METHOD_GET, MT_SLICE("/hello"), answer_hello, NULL, NULL,
                             NULL, &error);
  if (status == MT_OK) status = mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), port, &error);
  if (status == MT_OK) status = mt_server_run(server, &error);
  if (status != MT_OK) fprintf(stderr, "%s\n", error.message);
  mt_server_destroy(server);
  return status == MT_OK ? 0 : 1;
}
