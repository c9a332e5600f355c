/* Every way to answer in one program. The argument is a file to send; without one the program sends
 * itself. */
#include "crew.hpp"

#include <martlet.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using martlet::Exchange;
using martlet::Request;
using martlet::Response;
using martlet::Server;

static void block_a_while() {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

/* --- answers that are there when the handler returns --- */

static void answer_hello(Request &, Response &response) {
  response.field_set("Content-Type", "text/plain");
  response.body_borrow("Hello, World!");
}

static void answer_user(Request &request, Response &response) {
  response.field_set("Content-Type", "text/plain");
  response.body("user " + std::string(request.parameter("id")));
}

static void answer_json(Request &, Response &response) {
  response.field_set("Content-Type", "application/json");
  response.body_borrow(R"({"message":"Hello, World!"})");
}

static void answer_echo(Request &request, Response &response) {
  if (auto type = request.field("Content-Type")) response.field_set("Content-Type", *type);
  response.body_copy(request.body());
}

static void answer_file(const std::string &path, Response &response) {
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat state;
  if (descriptor < 0 || fstat(descriptor, &state) != 0) {
    if (descriptor >= 0) close(descriptor);
    throw std::runtime_error("cannot open " + path);
  }
  response.field_set("Content-Type", "application/octet-stream");
  response.body_file(descriptor, 0, static_cast<std::uint64_t>(state.st_size));
}

static void answer_worker(Request &, Response &response) {
  block_a_while();
  response.body_borrow("worked");
}

/* Logged, and answered for by the server. */
static void fail(Request &, Response &) {
  throw std::runtime_error("this handler fails");
}

/* --- answers that come later --- */

static void answer_upload(Request &request, Response &) {
  request.body_stream([exchange = request.defer(), received = std::uint64_t{0}](
                          mt_body_event event, std::string_view bytes, mt_status) mutable {
    received += bytes.size();
    if (event != MT_BODY_END) return;
    exchange.response().body(std::to_string(received) + " bytes");
    exchange.complete();
  });
}

static void write_lines(Exchange exchange) {
  martlet::Writer writer(std::move(exchange));
  for (int number = 0; number < 10; number++)
    if (!writer.write("line " + std::to_string(number) + "\n")) return;
  writer.end();
}

static void complete_later(Exchange exchange) {
  block_a_while();
  exchange.response().body_borrow("later");
  exchange.complete();
}

static void add_routes(Server &server, Crew &crew, const std::string &path) {
  server.get("/hello", answer_hello);
  server.get("/users/{id}", answer_user);
  server.get("/json", answer_json);
  server.post("/echo", answer_echo);
  server.get("/file", [path](Request &, Response &response) { answer_file(path, response); });
  server.get("/worker", answer_worker, martlet::on_worker());
  server.get("/fail", fail);
  server.get("/forget", [](Request &, Response &) {});
  server.post("/upload", answer_upload, martlet::body_streamed(UINT64_MAX));
  server.get("/stream", [&crew](Request &request, Response &response) {
    response.field_set("Content-Type", "text/plain");
    crew.run([exchange = request.defer()]() mutable { write_lines(std::move(exchange)); });
  });
  server.get("/later", [&crew](Request &request, Response &) {
    crew.run([exchange = request.defer()]() mutable { complete_later(std::move(exchange)); });
  });
}

static sigset_t blocked_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

static martlet::Config configured() {
  martlet::Config config;
  config.reactors = 2;
  config.workers = 2;
  config.log_level = MT_LOG_WARNING;
  config.on_log = [](mt_log_level, std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  return config;
}

int main(int count, char **arguments) try {
  const sigset_t signals = blocked_signals();
  Crew crew;
  Server server(configured());
  add_routes(server, crew, arguments[count > 1 ? 1 : 0]);
  server.listen_tcp("127.0.0.1", 0);
  server.start();
  std::printf("%u\n", unsigned{server.port()});
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  server.drain();
  server.wait();
} catch (const martlet::Error &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
