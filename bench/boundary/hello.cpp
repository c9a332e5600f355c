/* The C handler's answer, from C++: hello PORT. */
#include <cstdlib>
#include <iostream>
#include <martlet.hpp>

static void answer_hello(martlet::Request &, martlet::Response &response) {
  response.field_set("Content-Type", "text/plain; charset=utf-8");
  response.body_borrow("Hello, World!");
}

int main(int count, char **arguments) try {
  martlet::Config config;
  config.reactors = 1;
  martlet::Server server(config);
  server.get("/hello", answer_hello);
  server.listen_tcp("127.0.0.1",
                    static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 8080));
  server.run();
  return 0;
} catch (const std::exception &error) {
  std::cerr << error.what() << '\n';
  return 1;
}
