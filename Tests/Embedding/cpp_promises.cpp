/* What the C++ header promises where no peer is needed: errors, owners, moves. Each check prints
 * its name when it holds; the first that does not ends the program. */
#include <martlet.hpp>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using martlet::Config;
using martlet::Error;
using martlet::Exchange;
using martlet::Request;
using martlet::Response;
using martlet::Server;

static void require_at(bool holds, const char *what, int line) {
  if (holds) return;
  std::printf("line %d does not hold: %s\n", line, what);
  std::exit(1);
}
#define REQUIRE(what) require_at((what), #what, __LINE__)

template <class Call> static Error error_of(Call call) {
  try {
    call();
  } catch (const Error &error) {
    return error;
  }
  return Error(MT_OK, "no error");
}

static std::atomic<int> alive{0};

/* A handler whose life is counted. */
class Counted {
public:
  Counted() { alive++; }
  Counted(const Counted &) { alive++; }
  Counted &operator=(const Counted &) = default;
  ~Counted() { alive--; }
  void operator()(Request &, Response &response) const { response.body_borrow("counted"); }
};

/* A peer that sends this and no more: what it is answered. */
class Peer {
public:
  Peer(Server &server, std::string_view target, const std::string &verb = "GET") {
    std::string input = verb + " " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    martlet::detail::check(mt_server_inject(server.handle(), martlet::slice(input), take, this),
                           "mt_server_inject");
  }
  std::string answer() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return is_at_end_; });
    return answer_;
  }

private:
  static void take(mt_slice bytes, bool is_end, void *user_data) {
    auto &self = *static_cast<Peer *>(user_data);
    std::lock_guard<std::mutex> lock(self.mutex_);
    self.answer_ += martlet::view(bytes);
    self.is_at_end_ = is_end;
    self.changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string answer_;
  bool is_at_end_ = false;
};

static Config small() {
  Config config;
  config.reactors = 1;
  config.workers = 1;
  return config;
}

static void a_setting_out_of_range_is_named() {
  Config config;
  config.workers = 100000;
  Error error = error_of([&] { Server server(config); });
  REQUIRE(error.status() == MT_ERROR_INVALID_ARGUMENT);
  REQUIRE(std::string(error.what()).find("workers") != std::string::npos);
}

static void a_taken_address_is_an_error_with_its_errno() {
  Server first, second;
  first.listen_tcp("127.0.0.1", 0);
  first.start();
  Error error = error_of([&] { second.listen_tcp("127.0.0.1", first.port()); });
  REQUIRE(error.status() == MT_ERROR_ADDRESS_IN_USE);
  REQUIRE(error.system_errno() == EADDRINUSE);
  REQUIRE(first.address() == "127.0.0.1:" + std::to_string(first.port()));
}

static void a_refused_route_destroys_its_handler_once() {
  Server server;
  server.get("/a/{x}", Counted());
  REQUIRE(alive == 1);
  REQUIRE(error_of([&] { server.get("/a/{y}", Counted()); }).status() == MT_ERROR_CONFLICT);
  REQUIRE(error_of([&] { server.get("no slash", Counted()); }).status() ==
          MT_ERROR_INVALID_ARGUMENT);
  REQUIRE(alive == 1);
}

static void handlers_go_with_the_server() {
  {
    Server server(small());
    server.get("/", Counted());
    server.fallback(Counted());
    server.start();
    REQUIRE(error_of([&] { server.get("/late", Counted()); }).status() == MT_ERROR_INVALID_STATE);
    REQUIRE(alive == 2);
  }
  REQUIRE(alive == 0);
}

static void a_handler_may_be_moved_only() {
  Server server(small());
  auto text = std::make_unique<std::string>("moved");
  server.get("/", [text = std::move(text)](Request &, Response &response) {
    response.body_borrow(*text);
  });
  server.start();
  REQUIRE(Peer(server, "/").answer().find("\r\n\r\nmoved") != std::string::npos);
}

static void every_verb_reaches_its_handler() {
  Server server(small());
  auto answer = [](Request &request, Response &response) {
    response.body(std::string(request.method_name()));
  };
  server.get("/", answer);
  server.post("/", answer);
  server.put("/", answer);
  server.patch("/", answer);
  server.del("/", answer);
  server.route(MT_METHOD_OPTIONS, "/", answer);
  server.start();
  for (const char *verb : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    REQUIRE(Peer(server, "/", verb).answer().find("\r\n\r\n" + std::string(verb)) !=
            std::string::npos);
}

static void a_half_made_answer_may_become_the_servers_own() {
  Server server(small());
  server.get("/", [](Request &, Response &response) {
    response.body("half");
    REQUIRE(error_of([&] { response.fail(200); }).status() == MT_ERROR_INVALID_ARGUMENT);
    response.fail(409);
  });
  server.start();
  REQUIRE(Peer(server, "/").answer().find("\r\n\r\n409 Conflict\n") != std::string::npos);
}

static void files_and_every_kind_of_listener_are_there() {
  char folder[] = "/tmp/martlet-promises-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  std::string path = std::string(folder) + "/socket";
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(descriptor >= 0 && listen(descriptor, 1) == 0);
  Server server(small());
  REQUIRE(error_of([&] { server.files("/static", path); }).status() == MT_ERROR_NOT_FOUND);
  server.files("/static", folder);
  server.listen_tcp("127.0.0.1", 0);
  server.listen_unix(path);
  server.listen_descriptor(descriptor);
  REQUIRE(error_of([&] { server.listen_unix(""); }).status() == MT_ERROR_INVALID_ARGUMENT);
  REQUIRE(error_of([&] { server.listen_descriptor(-1); }).status() == MT_ERROR_INVALID_ARGUMENT);
  REQUIRE(server.listener_count() == 3);
  REQUIRE(server.address(1) == "unix:" + path && server.port(1) == 0);
  REQUIRE(server.port(0) != 0 && server.port(2) != 0);
  server.start();
  REQUIRE(Peer(server, "/static/none").answer().find("HTTP/1.1 404 ") == 0);
  server.stop();
  REQUIRE(rmdir(folder) == 0); /* the socket's file has gone */
}

static void a_server_moves_with_its_closures() {
  Server first(small());
  first.get("/", Counted());
  Server second(std::move(first));
  REQUIRE(first.handle() == nullptr);
  REQUIRE(error_of([&] { first.start(); }).status() == MT_ERROR_INVALID_ARGUMENT);
  second.start();
  REQUIRE(Peer(second, "/").answer().find("counted") != std::string::npos);
  second = Server(small());
  REQUIRE(alive == 0);
  second.start();
}

static void an_exchange_outlives_the_server_and_is_cancelled() {
  std::optional<Exchange> held;
  {
    Server server(small());
    server.get("/", [&held, counted = Counted()](Request &request, Response &) {
      held = request.defer();
    });
    server.start();
    Peer peer(server, "/");
    while (server.stats().requests_active == 0) std::this_thread::yield();
    server.stop();
    REQUIRE(peer.answer().empty());
  }
  REQUIRE(alive == 1); /* the route is there as long as what it answered */
  REQUIRE(held->is_cancelled());
  REQUIRE(held->request().target() == "/");
  REQUIRE(!held->complete());
  held.reset();
  REQUIRE(alive == 0);
}

static void a_writer_is_told_when_the_server_has_gone() {
  std::optional<Exchange> held;
  {
    Server server(small());
    server.get("/", [&held](Request &request, Response &) { held = request.defer(); });
    server.start();
    Peer peer(server, "/");
    while (server.stats().requests_active == 0) std::this_thread::yield();
    server.stop();
  }
  martlet::Writer writer(std::move(*held));
  REQUIRE(!writer.write("to nobody"));
}

static void a_second_answer_is_an_error() {
  Server server(small());
  std::atomic<int> second{MT_OK};
  server.get("/", [&second](Request &request, Response &response) {
    response.body("first");
    Exchange exchange = request.defer();
    exchange.complete();
    second = error_of([&] { exchange.complete(); }).status();
  });
  server.start();
  REQUIRE(Peer(server, "/").answer().find("\r\n\r\nfirst") != std::string::npos);
  REQUIRE(second == MT_ERROR_INVALID_STATE);
}

static void a_shared_exchange_lives_until_its_last_holder() {
  Server server(small());
  server.get("/", [](Request &request, Response &) {
    Exchange first = request.defer();
    std::thread([second = first.share()]() mutable {
      second.response().body("second");
      second.complete();
    }).detach();
  });
  server.start();
  REQUIRE(Peer(server, "/").answer().find("\r\n\r\nsecond") != std::string::npos);
}

template <class Call> static bool is_refused(Call call) {
  return error_of(call).status() == MT_ERROR_INVALID_ARGUMENT;
}

static void what_was_moved_from_refuses_everything() {
  Server server(small());
  std::atomic<bool> is_well{false};
  server.get("/", [&is_well](Request &request, Response &) {
    Exchange gone = request.defer();
    Exchange own = std::move(gone);
    own.response().body("moved");
    bool is_silent = gone.request().target().empty() && gone.is_cancelled() && !gone.handle();
    is_well = is_silent && is_refused([&] { gone.complete(); }) &&
              is_refused([&] { gone.response().body("x"); }) &&
              is_refused([&] { gone.request().defer(); }) &&
              is_refused([&] { gone.request().body_stream([](auto, auto, auto) {}); }) &&
              is_refused([&] { gone.on_cancel([] {}); }) &&
              is_refused([&] { gone.stream_start(1, [] {}); }) &&
              is_refused([&] { gone.stream_write("x"); }) && !gone.share().handle();
    own.complete();
  });
  server.start();
  REQUIRE(Peer(server, "/").answer().find("\r\n\r\nmoved") != std::string::npos);
  REQUIRE(is_well);
  Server taken = std::move(server);
  REQUIRE(is_refused([&] { server.get("/x", Counted()); }) && alive == 0);
  REQUIRE(is_refused([&] { server.error_handler([](auto, auto &, int) {}); }));
  REQUIRE(is_refused([&] { server.listen_tcp("", 0); }) && is_refused([&] { server.drain(); }));
  REQUIRE(is_refused([&] { server.stop(); }) && is_refused([&] { server.poll(); }));
  REQUIRE(is_refused([&] { server.stats(); }) && server.address().empty() && server.port() == 0);
}

static void a_polled_server_ends_in_its_hosts_loop() {
  Server server(small());
  REQUIRE(error_of([&] { server.poll(); }).status() == MT_ERROR_INVALID_STATE);
  REQUIRE(server.poll_descriptor() == -1);
  std::thread::id handled;
  server.get("/", [&](Request &, Response &response) {
    handled = std::this_thread::get_id();
    response.status(204);
    server.drain();
  });
  server.start_polled();
  Peer peer(server, "/");
  while (server.poll()) {
    pollfd watched = {server.poll_descriptor(), POLLIN, 0};
    poll(&watched, 1, server.poll_timeout_ms());
  }
  REQUIRE(handled == std::this_thread::get_id());
  REQUIRE(peer.answer().find("HTTP/1.1 204 ") == 0);
}

static void run_returns_when_the_server_was_drained() {
  Server server(small());
  server.get("/", [&](Request &, Response &response) {
    response.body("last");
    server.drain();
  });
  REQUIRE(error_of([&] { server.wait(); }).status() == MT_ERROR_INVALID_STATE);
  std::thread host([&] { server.run(); });
  while (server.stats().uptime_ms == 0) std::this_thread::yield();
  REQUIRE(!server.wait(1));
  Peer peer(server, "/");
  host.join();
  REQUIRE(server.wait());
  REQUIRE(error_of([&] { server.start(); }).status() == MT_ERROR_INVALID_STATE);
}

int main() {
#define CHECK(promise) promise(), std::printf("%s\n", #promise)
  CHECK(a_setting_out_of_range_is_named);
  CHECK(a_taken_address_is_an_error_with_its_errno);
  CHECK(a_refused_route_destroys_its_handler_once);
  CHECK(handlers_go_with_the_server);
  CHECK(a_handler_may_be_moved_only);
  CHECK(every_verb_reaches_its_handler);
  CHECK(a_half_made_answer_may_become_the_servers_own);
  CHECK(files_and_every_kind_of_listener_are_there);
  CHECK(a_server_moves_with_its_closures);
  CHECK(an_exchange_outlives_the_server_and_is_cancelled);
  CHECK(a_writer_is_told_when_the_server_has_gone);
  CHECK(a_second_answer_is_an_error);
  CHECK(a_shared_exchange_lives_until_its_last_holder);
  CHECK(what_was_moved_from_refuses_everything);
  CHECK(a_polled_server_ends_in_its_hosts_loop);
  CHECK(run_returns_when_the_server_was_drained);
  std::printf("all promises hold\n");
}
