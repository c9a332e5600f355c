/* A C++ program whose handlers do what handlers should not, and what is worth a test of its own.
 * Its log goes to stderr, its port to stdout; it ends at SIGTERM. */
#include <martlet.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <pthread.h>
#include <stdexcept>
#include <thread>

using martlet::Exchange;
using martlet::Request;
using martlet::Response;
using martlet::Server;

static std::atomic<int> alive{0}, cancelled{0};

/* Held by closures and bodies: so that it is seen when they go. */
class Counted {
public:
  Counted() { alive++; }
  Counted(const Counted &) { alive++; }
  Counted &operator=(const Counted &) = default;
  ~Counted() { alive--; }
};

/* --- what throws --- */

static void throw_late(Request &, Response &response) {
  response.status(201);
  response.field_set("X-Left", "behind");
  response.body("half an answer");
  throw std::runtime_error("planted");
}

static void throw_number(Request &, Response &) {
  throw 42;
}

static void throw_deferred(Request &request, Response &) {
  Exchange exchange = request.defer();
  throw std::runtime_error("planted behind defer");
}

static void throw_streaming(Request &request, Response &) {
  Exchange exchange = request.defer();
  exchange.stream_start();
  exchange.stream_write("some");
  throw std::runtime_error("planted in a stream");
}

/* The exchange is in other hands by then: those answer. */
static void throw_handed_on(Request &request, Response &) {
  std::thread([exchange = request.defer()]() mutable {
    exchange.response().body("answered elsewhere");
    exchange.complete();
  }).detach();
  throw std::runtime_error("planted behind a thread");
}

static void throw_in_body(Request &request, Response &) {
  request.body_stream([exchange = request.defer(),
                       counted = Counted()](mt_body_event, std::string_view, mt_status) -> mt_flow {
    throw std::runtime_error("planted in a body");
  });
}

static void add_throwing(Server &server) {
  server.get("/throws/late", throw_late);
  server.get("/throws/number", throw_number);
  server.get("/throws/worker", throw_late, martlet::on_worker());
  server.get("/throws/deferred", throw_deferred);
  server.get("/throws/streaming", throw_streaming);
  server.get("/throws/handed-on", throw_handed_on);
  server.post("/throws/body", throw_in_body, martlet::body_streamed(UINT64_MAX));
  server.get("/throws/field",
             [](Request &, Response &response) { response.field_set("Date", "now"); });
  server.get("/throws/parameter", [](Request &request, Response &) { request.parameter("none"); });
  server.get("/throws/run", [&server](Request &, Response &) { server.run(); });
  server.get("/throws/log", [](Request &, Response &) { throw std::runtime_error("no log"); });
}

/* --- what is kept, and goes --- */

static void hand_over(Request &, Response &response) {
  response.body(std::string(1 << 20, 'm'));
}

static void lend(Request &, Response &response) {
  struct Owner {
    std::string text = std::string(1 << 20, 'o');
    Counted counted;
  };
  auto owner = std::make_shared<Owner>();
  response.body_borrow(owner->text, owner);
}

static void replace_body(Request &, Response &response) {
  response.body_borrow("dropped", Counted());
  response.body(std::string(100000, 'd'));
  response.body_copy("kept");
}

static void wait_for_leave(Request &request, Response &) {
  auto exchange = std::make_shared<Exchange>(request.defer());
  exchange->on_cancel([exchange, counted = Counted()]() mutable {
    cancelled += exchange->is_cancelled();
    exchange.reset();
  });
}

static void echo_as_it_comes(Request &request, Response &) {
  auto exchange = std::make_shared<Exchange>(request.defer());
  auto writer = std::make_shared<Exchange>(exchange->share());
  writer->stream_start(MT_LENGTH_UNKNOWN,
                       [exchange, counted = Counted()] { exchange->body_resume(); });
  request.body_stream([writer, counted = Counted()](mt_body_event event, std::string_view bytes,
                                                    mt_status) {
    if (event == MT_BODY_END) writer->stream_end();
    bool is_full = event == MT_BODY_DATA && writer->stream_write(bytes) == martlet::Written::wait;
    return is_full ? MT_FLOW_PAUSE : MT_FLOW_CONTINUE;
  });
}

static void add_keeping(Server &server) {
  server.get("/moved", hand_over);
  server.get("/lent", lend);
  server.get("/replaced", replace_body);
  server.get("/cancel", wait_for_leave);
  server.post("/echo", echo_as_it_comes, martlet::body_streamed(UINT64_MAX));
  server.get("/counts", [](Request &, Response &response) {
    response.body(std::to_string(alive) + " alive, " + std::to_string(cancelled) + " cancelled");
  });
}

/* --- what may be asked --- */

static void tell(Request &request, Response &response) {
  std::string text;
  auto put = [&text](std::string_view word) { text.append(word).append("\n"); };
  put(request.method_name());
  put(request.target());
  put(request.path());
  put(request.query());
  put(request.authority());
  put(std::to_string(request.minor_version()));
  put(request.route());
  for (std::size_t i = 0; i < request.parameter_count(); i++) {
    put(request.parameter_at(i).name);
    put(request.parameter(request.parameter_at(i).name));
  }
  for (std::size_t i = 0; i < request.field_count(); i++) put(request.field_at(i).value);
  put(request.field("x-one").value_or("none"));
  put(request.field("x-two").value_or("none"));
  put(std::to_string(request.content_length().value_or(4711)));
  put(request.peer().substr(0, 10));
  response.field_add("X-Told", "once");
  response.field_add("X-Told", "twice");
  response.field_add("X-Not-Told", "never");
  response.field_remove("X-Not-Told");
  put(response.field("x-told").value_or("untold"));
  response.body(text);
}

static void tell_trailer(Request &request, Response &) {
  request.body_stream(
      [exchange = request.defer()](mt_body_event event, std::string_view, mt_status) mutable {
        if (event != MT_BODY_END) return;
        martlet::Field trailer = exchange.request().trailer_at(0);
        exchange.response().body(std::string(trailer.name) + "=" + std::string(trailer.value));
        exchange.complete();
      });
}

static void answer_error(const Request *request, Response &response, int http_status) {
  if (http_status == 414) throw std::runtime_error("planted in the error handler");
  response.body("error " + std::to_string(http_status) + " for " +
                (request ? std::string(request->method_name()) : "nobody"));
}

static void add_telling(Server &server) {
  server.get("/told/{first}/{rest...}", tell);
  server.post("/trailer", tell_trailer, martlet::body_streamed());
  server.fallback([](Request &request, Response &response) {
    response.body("nothing at " + std::string(request.path()));
  });
  server.error_handler(answer_error);
}

static martlet::Config configured() {
  martlet::Config config;
  config.reactors = 2;
  config.workers = 1;
  config.max_request_line_bytes = 1000;
  config.server_name = martlet::slice("planted");
  config.on_log = [](mt_log_level, std::string_view line) {
    if (line.find("no log") != line.npos) throw std::runtime_error("planted in the log");
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  return config;
}

int main() try {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Server server(configured());
  add_throwing(server);
  add_keeping(server);
  add_telling(server);
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
