// A C++17 program that has the C header alone.
#include <martlet.h>

#include <cstdio>

static void hello(mt_request *, mt_response *response, void *) {
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), nullptr, nullptr);
}

int main() {
  mt_error error{};
  error.struct_size = sizeof error;
  mt_server *server = nullptr;
  mt_status status = mt_server_create(nullptr, &server, &error);
  if (status == MT_OK)
    status = mt_server_route(server, MT_METHOD_GET, mt_slice_from("/hello"), hello, nullptr,
                             nullptr, nullptr, &error);
  if (status == MT_OK) status = mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 8080, &error);
  if (status == MT_OK) status = mt_server_run(server, &error);
  if (status != MT_OK) std::fprintf(stderr, "%s\n", error.message);
  mt_server_destroy(server);
  return status == MT_OK ? 0 : 1;
}
