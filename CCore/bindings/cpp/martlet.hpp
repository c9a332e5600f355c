/** Martlet for C++17: the C interface with owners for handles, closures for handlers, and
 * exceptions for errors. This one header is all of it; link with libmartlet.
 *
 *  - Ownership: Server and Exchange own what they stand for and can be moved. Request and Response
 *    are views that hold until the handler returns; a std::string_view got from them does too
 * (after Request::defer, those got from then on hold as long as the Exchange).
 *  - Thread: "before start" (one thread, until start, run or start_polled), "the handler's" (the
 * one that the handler runs on), "any thread". A handler is called by several threads at once, and
 *    therefore as const.
 *  - Errors: an Error is thrown by what can fail, and std::bad_alloc where memory for a closure or
 * a string is missing. An exception that leaves a closure of the host's goes to the log, and no
 *    further: behind a handler's the server answers 500. Destructors do not throw.
 *  - Constants (MT_METHOD_GET, MT_LOG_ERROR, …) and settings are those of <martlet.h>; handle()
 * gives what its functions take, for what is not wrapped here. */
#ifndef MARTLET_HPP
#define MARTLET_HPP

#include <martlet.h>

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace martlet {

/** What a call that failed throws; what() is one sentence for a person.
 *  Thread: any thread. Errors: none. Since: 0.1. */
class Error : public std::runtime_error {
public:
  /** An error of the library's. Thread: any thread. Errors: std::bad_alloc. Since: 0.1. */
  Error(mt_status status, const std::string &message, int system_errno = 0)
      : std::runtime_error(message), status_(status), system_errno_(system_errno) {}
  /** Which error it is. Thread: any thread. Errors: none. Since: 0.1. */
  mt_status status() const noexcept { return status_; }
  /** errno of the failed system call, or 0. Thread: any thread. Errors: none. Since: 0.1. */
  int system_errno() const noexcept { return system_errno_; }

private:
  mt_status status_;
  int system_errno_;
};

/** Borrowed bytes in C's words, for the fields of Config. Lifetime: as the bytes. Thread: any
 * thread. Errors: none. Since: 0.1. */
inline mt_slice slice(std::string_view bytes) noexcept {
  return {bytes.data(), bytes.size()};
}
/** Borrowed bytes in C++'s words. Lifetime: as the bytes. Thread: any thread. Errors: none.
 *  Since: 0.1. */
inline std::string_view view(mt_slice bytes) noexcept {
  return bytes.size ? std::string_view(bytes.data, bytes.size) : std::string_view();
}

/** A header or trailer field, or a route's parameter. Since: 0.1. */
struct Field {
  std::string_view name;
  std::string_view value;
};

/** Every setting of a server, at its default until it is changed: `config.workers = 2`.
 * mt_server_config says what each is. Since: 0.1. */
class Config : public mt_server_config {
public:
  /** The defaults. Thread: any thread. Errors: none. Since: 0.1. */
  Config() noexcept : mt_server_config() { mt_server_config_init(this, sizeof(mt_server_config)); }
  /** Receives what the library has to say, and what closures threw; empty: `log` does, if set.
   *  Thread: any thread, at once from several; as const. Errors: what it throws is dropped.
   *  Since: 0.1. */
  std::function<void(mt_log_level level, std::string_view message)> on_log;
};

/** Optional properties of a route; mt_route_options says what each is. Since: 0.1. */
class RouteOptions : public mt_route_options {
public:
  /** The defaults. Thread: any thread. Errors: none. Since: 0.1. */
  RouteOptions() noexcept : mt_route_options() {
    mt_route_options_init(this, sizeof(mt_route_options));
  }
};

/** For a handler that blocks: it runs on a worker. Thread: any thread. Errors: none. Since: 0.1. */
inline RouteOptions on_worker() noexcept {
  RouteOptions options;
  options.dispatch = MT_DISPATCH_WORKER;
  return options;
}
/** For a handler that runs before the body is there, and takes it by Request::body_stream: at most
 *  `max_body_bytes` of it (0: the server's limit, UINT64_MAX: none). Thread: any thread. Errors:
 *  none. Since: 0.1. */
inline RouteOptions body_streamed(std::uint64_t max_body_bytes = 0) noexcept {
  RouteOptions options;
  options.body_mode = MT_BODY_STREAM;
  options.max_body_bytes = max_body_bytes;
  return options;
}

/* What is below `detail` is no part of the interface. */
namespace detail {

inline void check(mt_status status, const char *call) {
  if (status != MT_OK) throw Error(status, std::string(call) + ": " + mt_status_name(status));
}

/** For calls that explain themselves. */
template <class Call> void check_explained(Call call) {
  mt_error error = {};
  error.struct_size = sizeof error;
  mt_status status = call(&error);
  if (status == MT_OK) return;
  throw Error(status, error.message[0] ? error.message : mt_status_name(status),
              error.system_errno);
}

/** Where log lines go. It outlives the server: who may still say something holds it too. */
class Log : public std::enable_shared_from_this<Log> {
public:
  explicit Log(const Config &config)
      : on_log_(config.on_log), log_(config.log), user_data_(config.log_user_data) {}

  /** The C library's way here. */
  static void receive(mt_log_level level, mt_slice message, void *user_data) noexcept {
    static_cast<const Log *>(user_data)->say(level, message);
  }

  void say(mt_log_level level, mt_slice message) const noexcept {
    try {
      if (on_log_)
        on_log_(level, view(message));
      else if (log_)
        log_(level, message, user_data_);
    } catch (...) { /* there is nobody left to tell */
    }
  }

  bool has_closure() const noexcept { return static_cast<bool>(on_log_); }

private:
  std::function<void(mt_log_level, std::string_view)> on_log_;
  mt_log_fn log_;
  void *user_data_;
};

inline void report(const Log &log, const char *what, mt_slice where, const char *why) noexcept {
  char line[512];
  std::snprintf(line, sizeof line, "%s%s%.*s threw: %s", what, where.size ? " of " : "",
                static_cast<int>(where.size), where.size ? where.data : "", why);
  log.say(MT_LOG_ERROR, mt_slice_from(line));
}

/** Whether `call` returned. What it threw instead is in the log. */
template <class Call>
bool returned(const Log &log, const char *what, mt_slice where, Call &&call) noexcept {
  try {
    call();
    return true;
  } catch (const std::exception &thrown) {
    report(log, what, where, thrown.what());
  } catch (...) {
    report(log, what, where, "something that is no std::exception");
  }
  return false;
}

template <class Type> void destroy(void *user_data) noexcept {
  delete static_cast<Type *>(user_data);
}

/** A closure that the library keeps until it calls destroy. */
template <class Closure> struct Kept {
  Closure call;
  std::shared_ptr<const Log> log;
};

template <class Closure> auto keep(Closure &&closure, std::shared_ptr<const Log> log) {
  using Type = Kept<std::decay_t<Closure>>;
  return std::unique_ptr<Type>(new Type{std::forward<Closure>(closure), std::move(log)});
}

} // namespace detail

/** What a handler fills. Nothing is sent before the handler returns (deferred: before the Exchange
 * is completed, or its stream started). Lifetime: until the handler returns. Since: 0.1. */
class Response {
public:
  /** A view of C's. Lifetime and thread: as its. Errors: none. Since: 0.1. */
  explicit Response(mt_response *handle) noexcept : handle_(handle) {}
  Response(const Response &) = delete;
  Response &operator=(const Response &) = delete;

  /** Sets the status code, 200 … 599; 200 otherwise. Thread: the handler's. Errors:
   *  MT_ERROR_INVALID_ARGUMENT, MT_ERROR_INVALID_STATE (sent). Since: 0.1. */
  void status(int http_status) {
    detail::check(mt_response_status_set(handle_, http_status), "mt_response_status_set");
  }
  /** The status code as set. Thread: the handler's. Errors: none. Since: 0.1. */
  int status() const noexcept { return mt_response_status_get(handle_); }

  /** Adds a field; the bytes are copied. Thread: the handler's. Errors: MT_ERROR_INVALID_ARGUMENT
   * (no token, a control octet, a field that belongs to the server), MT_ERROR_INVALID_STATE (sent),
   *  MT_ERROR_NO_MEMORY, MT_ERROR_LIMIT (64 KiB of fields). Since: 0.1. */
  void field_add(std::string_view name, std::string_view value) {
    detail::check(mt_response_field_add(handle_, slice(name), slice(value)),
                  "mt_response_field_add");
  }
  /** Replaces all fields of that name by one. Thread and errors: as field_add. Since: 0.1. */
  void field_set(std::string_view name, std::string_view value) {
    detail::check(mt_response_field_set(handle_, slice(name), slice(value)),
                  "mt_response_field_set");
  }
  /** Removes all fields of that name. Thread and errors: as field_add. Since: 0.1. */
  void field_remove(std::string_view name) {
    detail::check(mt_response_field_remove(handle_, slice(name)), "mt_response_field_remove");
  }
  /** The first field of that name. Lifetime: until the next change. Thread: the handler's. Errors:
   *  none. Since: 0.1. */
  std::optional<std::string_view> field(std::string_view name) const noexcept {
    mt_slice value;
    if (!mt_response_field_get(handle_, slice(name), &value)) return std::nullopt;
    return view(value);
  }

  /** Sets the body to a copy of `bytes`. Thread: the handler's. Errors: MT_ERROR_INVALID_STATE
   * (sent), MT_ERROR_NO_MEMORY. Since: 0.1. */
  void body_copy(std::string_view bytes) {
    detail::check(mt_response_body_copy(handle_, slice(bytes)), "mt_response_body_copy");
  }
  /** Sets the body to `bytes`, which the response takes over: a long string moved in is not copied.
   *  Thread and errors: as body_copy. Since: 0.1. */
  void body(std::string bytes) {
    if (bytes.size() <= worth_keeping_bytes) return body_copy(bytes);
    auto kept = std::make_unique<std::string>(std::move(bytes));
    mt_slice borrowed = slice(*kept);
    borrow(borrowed, detail::destroy<std::string>, kept.release());
  }
  /** Sets the body to `bytes`, which stay untouched for as long as the program runs. Thread and
   * errors: as body_copy. Since: 0.1. */
  void body_borrow(std::string_view bytes) { borrow(slice(bytes), nullptr, nullptr); }
  /** Sets the body to `bytes`, which stay untouched as long as `owner` (a std::shared_ptr, say)
   * lives: until they are sent or dropped. Thread and errors: as body_copy; `owner` is destroyed on
   * any thread. Since: 0.1. */
  template <class Owner> void body_borrow(std::string_view bytes, Owner owner) {
    borrow(slice(bytes), detail::destroy<Owner>, new Owner(std::move(owner)));
  }
  /** Sets the body to `length` bytes of the regular file `descriptor` from `offset`, sent by the
   * kernel where it can. Ownership: the descriptor's, also on failure. Thread: the handler's.
   * Errors: as body_copy; MT_ERROR_INVALID_ARGUMENT. Since: 0.1. */
  void body_file(int descriptor, std::uint64_t offset, std::uint64_t length) {
    detail::check(mt_response_body_file(handle_, descriptor, offset, length),
                  "mt_response_body_file");
  }
  /** Replaces whatever it holds by the server's own answer to an error, 400 … 599. Thread: the
   * handler's. Errors: MT_ERROR_INVALID_ARGUMENT (range), MT_ERROR_INVALID_STATE (sent). Since:
   * 0.1. */
  void fail(int http_status) {
    detail::check(mt_response_fail(handle_, http_status), "mt_response_fail");
  }

  /** For the functions of <martlet.h>. Thread: the handler's. Errors: none. Since: 0.1. */
  mt_response *handle() const noexcept { return handle_; }

private:
  /* Shorter ones are cheaper copied than kept. */
  static constexpr std::size_t worth_keeping_bytes = 1024;

  void borrow(mt_slice bytes, mt_destroy_fn done, void *user_data) {
    detail::check(mt_response_body_borrow(handle_, bytes, done, user_data),
                  "mt_response_body_borrow");
  }

  mt_response *handle_;
};

class Exchange;

/** What a handler may ask. Lifetime: until the handler returns. Since: 0.1. */
class Request {
public:
  Request(const Request &) = delete;
  Request &operator=(const Request &) = delete;

  /** The method. Thread: the handler's. Errors: none. Since: 0.1. */
  mt_method method() const noexcept { return mt_request_method(handle_); }
  /** The method's token. Thread: the handler's. Errors: none. Since: 0.1. */
  std::string_view method_name() const noexcept { return view(mt_request_method_name(handle_)); }
  /** The target as it came. Thread: the handler's. Errors: none. Since: 0.1. */
  std::string_view target() const noexcept { return view(mt_request_target(handle_)); }
  /** The target's path, not decoded. Thread: the handler's. Errors: none. Since: 0.1. */
  std::string_view path() const noexcept { return view(mt_request_path(handle_)); }
  /** What follows the "?", not decoded. Thread: the handler's. Errors: none. Since: 0.1. */
  std::string_view query() const noexcept { return view(mt_request_query(handle_)); }
  /** The authority, or Host's value. Thread: the handler's. Errors: none. Since: 0.1. */
  std::string_view authority() const noexcept { return view(mt_request_authority(handle_)); }
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. Thread: the handler's. Errors: none. Since: 0.1. */
  int minor_version() const noexcept { return mt_request_minor_version(handle_); }

  /** The first field of that name (any case). Thread: the handler's. Errors: none. Since: 0.1. */
  std::optional<std::string_view> field(std::string_view name) const noexcept {
    mt_slice value;
    if (!mt_request_field_get(handle_, slice(name), &value)) return std::nullopt;
    return view(value);
  }
  /** How many fields there are. Thread: the handler's. Errors: none. Since: 0.1. */
  std::size_t field_count() const noexcept { return mt_request_field_count(handle_); }
  /** The field at `index`, in their order; empty past the end. Thread: the handler's. Errors: none.
   *  Since: 0.1. */
  Field field_at(std::size_t index) const noexcept {
    return named(mt_request_field_at(handle_, index));
  }

  /** The pattern of the route; empty in a fallback. Thread: the handler's. Errors: none. Since:
   * 0.1. */
  std::string_view route() const noexcept { return view(mt_request_route(handle_)); }
  /** The pattern's parameter of that name, percent-decoded. Thread: the handler's. Errors:
   *  MT_ERROR_NOT_FOUND (the pattern has none). Since: 0.1. */
  std::string_view parameter(std::string_view name) const {
    mt_slice value;
    if (!mt_request_parameter_get(handle_, slice(name), &value))
      throw Error(MT_ERROR_NOT_FOUND, "the route has no parameter " + std::string(name));
    return view(value);
  }
  /** How many parameters the pattern has. Thread: the handler's. Errors: none. Since: 0.1. */
  std::size_t parameter_count() const noexcept { return mt_request_parameter_count(handle_); }
  /** The parameter at `index`, in the pattern's order; empty past the end. Thread: the handler's.
   *  Errors: none. Since: 0.1. */
  Field parameter_at(std::size_t index) const noexcept {
    return named(mt_request_parameter_at(handle_, index));
  }

  /** The whole body; empty on a body_streamed route. Thread: the handler's. Errors: none. Since:
   * 0.1. */
  std::string_view body() const noexcept { return view(mt_request_body(handle_)); }
  /** The announced length in bytes; none when chunked. Thread: the handler's. Errors: none.
   *  Since: 0.1. */
  std::optional<std::uint64_t> content_length() const noexcept {
    std::uint64_t length = mt_request_content_length(handle_);
    return length == UINT64_MAX ? std::nullopt : std::optional<std::uint64_t>(length);
  }
  /** How many trailer fields came. Thread: the handler's, or the body closure's. Errors: none.
   *  Since: 0.1. */
  std::size_t trailer_count() const noexcept { return mt_request_trailer_count(handle_); }
  /** The trailer field at `index`; empty past the end. Thread: as trailer_count. Errors: none.
   *  Since: 0.1. */
  Field trailer_at(std::size_t index) const noexcept {
    return named(mt_request_trailer_at(handle_, index));
  }
  /** The peer's address: "127.0.0.1:4711", "[::1]:4711", "unix". Thread: the handler's. Errors:
   *  std::bad_alloc. Since: 0.1. */
  std::string peer() const {
    char text[64];
    return std::string(text, mt_request_peer(handle_, text, sizeof text));
  }

  /** Asks for the body of a body_streamed route: `on_body(mt_body_event event, std::string_view
   * bytes, mt_status status)` is called with each piece, then once with MT_BODY_END or, `status`
   * saying why, MT_BODY_FAILED. It returns nothing, or what it wants next: MT_FLOW_CONTINUE, or
   *  MT_FLOW_PAUSE until Exchange::body_resume. Behind an exception it is destroyed at once, and
   * the rest of the body is dropped. Ownership: `on_body` is kept until its last call. Lifetime:
   * `bytes` until it returns. Thread: the handler's, not on a worker; `on_body`: the same reactor.
   * Errors: MT_ERROR_INVALID_STATE. Since: 0.1. */
  template <class OnBody> void body_stream(OnBody &&on_body);

  /** Lets the answer come later: the Exchange completes it. Thread: the handler's. Errors:
   *  MT_ERROR_INVALID_STATE (deferred already), MT_ERROR_NO_MEMORY. Since: 0.1. */
  Exchange defer();

  /** For the functions of <martlet.h>. Thread: the handler's. Errors: none. Since: 0.1. */
  mt_request *handle() const noexcept { return handle_; }

private:
  friend class Exchange;
  friend class Server;

  Request(mt_request *handle, const detail::Log *log) noexcept : handle_(handle), log_(log) {}
  static Field named(mt_field field) noexcept { return {view(field.name), view(field.value)}; }

  mt_request *handle_;
  const detail::Log *log_; /* NULL when of an exchange that was moved from */
};

/** What became of a piece of a stream. Since: 0.1. */
enum class Written {
  /** Taken. */
  ok,
  /** Taken; no more before on_drained is called. */
  wait,
  /** Dropped: the peer is gone or the server stopped. */
  closed,
};

/** A request and its answer, kept beyond the handler. Destroyed before it is completed, the answer
 * is 500; a stream that was started is cut. Since: 0.1. */
class Exchange {
public:
  /** A further holder of the same exchange. Thread: any thread. Errors: std::bad_alloc. Since: 0.1.
   */
  Exchange share() const {
    mt_exchange_acquire(handle());
    return Exchange(handle(), handle_.get_deleter().log);
  }

  /** The request. Lifetime: as this Exchange. Thread: one at a time. Errors: none. Since: 0.1. */
  Request request() const noexcept {
    return Request(mt_exchange_request(handle()), handle_.get_deleter().log.get());
  }
  /** The response, to fill before completion or stream_start. Lifetime and thread: as request.
   *  Errors: none. Since: 0.1. */
  Response response() const noexcept { return Response(mt_exchange_response(handle())); }

  /** Sends the response. False when the peer is gone or the server stopped. Thread: any thread.
   * Errors: MT_ERROR_INVALID_STATE (completed or streaming already). Since: 0.1. */
  bool complete() { return is_open(mt_exchange_complete(handle()), "mt_exchange_complete"); }
  /** Whether an answer is of no use any more. Thread: any thread. Errors: none. Since: 0.1. */
  bool is_cancelled() const noexcept { return mt_exchange_is_cancelled(handle()); }
  /** Calls `on_cancel()` once when the peer is gone before the answer is complete. One that sends
   * no more is not gone: it is answered, and what is written shows whether it is there. Ownership:
   * the closure is kept until it can no longer be called. Thread: one at a time, before completion;
   * `on_cancel`: the reactor's. Errors: MT_ERROR_INVALID_STATE (set twice, completed). Since: 0.1.
   */
  template <class OnCancel> void on_cancel(OnCancel &&on_cancel) {
    auto kept = detail::keep(std::forward<OnCancel>(on_cancel), handle_.get_deleter().log);
    using Kept = typename decltype(kept)::element_type;
    detail::check(
        mt_exchange_on_cancel(handle(), notify<Kept>, kept.release(), detail::destroy<Kept>),
        "mt_exchange_on_cancel");
  }

  /** Sends the head and opens the body: exactly `length` bytes, or MT_LENGTH_UNKNOWN.
   * `on_drained()` is called when writing may go on after Written::wait, or when the peer is gone
   * meanwhile. False when it is gone already. Ownership: `on_drained` is kept until it can no
   * longer be called. Thread: any thread; `on_drained`: the reactor's. Errors:
   * MT_ERROR_INVALID_STATE, MT_ERROR_NO_MEMORY. Since: 0.1. */
  template <class OnDrained> bool stream_start(std::uint64_t length, OnDrained &&on_drained) {
    auto kept = detail::keep(std::forward<OnDrained>(on_drained), handle_.get_deleter().log);
    using Kept = typename decltype(kept)::element_type;
    return is_open(mt_exchange_stream_start(handle(), length, notify<Kept>, kept.release(),
                                            detail::destroy<Kept>),
                   "mt_exchange_stream_start");
  }
  /** The same, for who asks by himself whether he may go on. Since: 0.1. */
  bool stream_start(std::uint64_t length = MT_LENGTH_UNKNOWN) {
    return is_open(mt_exchange_stream_start(handle(), length, nullptr, nullptr, nullptr),
                   "mt_exchange_stream_start");
  }
  /** Appends a copy of `bytes`. Thread: any thread, one at a time. Errors: MT_ERROR_INVALID_STATE
   * (not started, ended), MT_ERROR_LIMIT (more than announced), MT_ERROR_NO_MEMORY. Since: 0.1. */
  Written stream_write(std::string_view bytes) {
    mt_status status = mt_exchange_stream_write(handle(), slice(bytes));
    if (status == MT_BACKPRESSURE) return Written::wait;
    return is_open(status, "mt_exchange_stream_write") ? Written::ok : Written::closed;
  }
  /** Ends the body. False when the peer is gone. Thread: any thread. Errors:
   * MT_ERROR_INVALID_STATE, MT_ERROR_NO_MEMORY. Since: 0.1. */
  bool stream_end() { return is_open(mt_exchange_stream_end(handle()), "mt_exchange_stream_end"); }

  /** Lets a paused request body flow again. False when the peer is gone. Thread: any thread.
   * Errors: MT_ERROR_INVALID_STATE (no body asked for). Since: 0.1. */
  bool body_resume() {
    return is_open(mt_exchange_body_resume(handle()), "mt_exchange_body_resume");
  }

  /** For the functions of <martlet.h>; NULL when moved from. Thread: any thread. Errors: none.
   *  Since: 0.1. */
  mt_exchange *handle() const noexcept { return handle_.get(); }

private:
  friend class Request;

  /* The log outlives what may still be said when the reference goes. */
  struct Release {
    std::shared_ptr<const detail::Log> log;
    void operator()(mt_exchange *exchange) const noexcept { mt_exchange_release(exchange); }
  };

  Exchange(mt_exchange *handle, std::shared_ptr<const detail::Log> log) noexcept
      : handle_(handle, Release{std::move(log)}) {}

  static bool is_open(mt_status status, const char *call) {
    if (status == MT_ERROR_CLOSED) return false;
    detail::check(status, call);
    return true;
  }

  template <class Kept> static void notify(mt_exchange *, void *user_data) noexcept {
    auto &kept = *static_cast<Kept *>(user_data);
    detail::returned(*kept.log, "a closure of an exchange", {}, [&] { kept.call(); });
  }

  std::unique_ptr<mt_exchange, Release> handle_;
};

/** A response's body, for a thread that writes and may wait: a worker, or one of the host's. On a
 *  reactor it would wait for itself. Since: 0.1. */
class Writer {
public:
  /** Sends the head and opens the body: exactly `length` bytes, or MT_LENGTH_UNKNOWN. Thread: any
   *  thread. Errors: as Exchange::stream_start. Since: 0.1. */
  explicit Writer(Exchange exchange, std::uint64_t length = MT_LENGTH_UNKNOWN)
      : exchange_(std::move(exchange)), gate_(std::make_shared<Gate>()) {
    exchange_.stream_start(length, [gate = gate_] { gate->open(); });
  }
  /** Appends a copy of `bytes`, and waits until there is room for more. False when the peer is
   * gone. Thread: one at a time, no reactor's. Errors: as Exchange::stream_write. Since: 0.1. */
  bool write(std::string_view bytes) {
    Written written = exchange_.stream_write(bytes);
    if (written == Written::wait) gate_->pass();
    return written != Written::closed;
  }
  /** Ends the body, without which it is cut. False when the peer is gone. Thread: any thread.
   * Errors: as Exchange::stream_end. Since: 0.1. */
  bool end() { return exchange_.stream_end(); }

private:
  /* Opened once for each time that somebody has to wait at it. */
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_open = false;

    void open() {
      std::lock_guard<std::mutex> lock(mutex);
      is_open = true;
      changed.notify_one();
    }
    void pass() {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [this] { return is_open; });
      is_open = false;
    }
  };

  Exchange exchange_;
  std::shared_ptr<Gate> gate_;
};

inline Exchange Request::defer() {
  mt_exchange *exchange = nullptr;
  detail::check(mt_request_defer(handle_, &exchange), "mt_request_defer");
  return Exchange(exchange, log_->shared_from_this());
}

namespace detail {

/** Gone before the library lets go of it when it has thrown, and with it what it held. */
template <class OnBody> struct BodyConsumer {
  std::optional<OnBody> call;
  std::shared_ptr<const Log> log;

  mt_flow take(mt_body_event event, std::string_view bytes, mt_status status) {
    if constexpr (std::is_void_v<decltype((*call)(event, bytes, status))>)
      (*call)(event, bytes, status);
    else
      return (*call)(event, bytes, status);
    return MT_FLOW_CONTINUE;
  }

  static mt_flow take_piece(mt_body_event event, mt_slice bytes, mt_status status,
                            void *user_data) noexcept {
    auto &self = *static_cast<BodyConsumer *>(user_data);
    mt_flow flow = MT_FLOW_CONTINUE;
    if (!self.call) return flow;
    bool is_well = returned(*self.log, "a closure for a body", {},
                            [&] { flow = self.take(event, view(bytes), status); });
    if (!is_well) self.call.reset();
    return flow;
  }
};

} // namespace detail

template <class OnBody> void Request::body_stream(OnBody &&on_body) {
  using Consumer = detail::BodyConsumer<std::decay_t<OnBody>>;
  std::unique_ptr<Consumer> kept(
      new Consumer{std::forward<OnBody>(on_body), log_ ? log_->shared_from_this() : nullptr});
  detail::check(mt_request_body_stream(handle_, Consumer::take_piece, kept.release(),
                                       detail::destroy<Consumer>),
                "mt_request_body_stream");
}

/** A server: its listeners, routes, reactors and workers. Destroying it stops it first; on none of
 * its own threads. Since: 0.1. */
class Server {
public:
  /** A server that owns no thread and no socket yet. Ownership: `config` is copied. Thread: any
   * thread. Errors: MT_ERROR_INVALID_ARGUMENT (field, value and range in the message),
   * MT_ERROR_NO_MEMORY. Since: 0.1. */
  explicit Server(const Config &config = Config()) : Server(config, make_log(config)) {}

  /** Answers `method` on `pattern` ("/users/{id}", "/files/{path...}") by `handler(Request &,
   * Response
   *  &)`. A GET route answers HEAD too. An exception out of it is logged, and the answer is 500.
   *  Ownership: `handler` is kept as long as a request may need it. Thread: before start;
   * `handler`: a reactor's, or a worker's if `options` say so, several at once. Errors:
   *  MT_ERROR_INVALID_ARGUMENT (pattern, options), MT_ERROR_CONFLICT (both patterns named),
   *  MT_ERROR_INVALID_STATE (started), MT_ERROR_NO_MEMORY. Since: 0.1. */
  template <class Handler>
  void route(mt_method method, std::string_view pattern, Handler &&handler,
             const RouteOptions &options = RouteOptions()) {
    auto kept = keep_handler(std::forward<Handler>(handler));
    using Kept = typename decltype(kept)::element_type;
    detail::check_explained([&](mt_error *error) {
      return mt_server_route(handle(), method, slice(pattern), answer<Kept>, kept.release(),
                             detail::destroy<Kept>, &options, error);
    });
  }
  /** route for GET. Since: 0.1. */
  template <class Handler>
  void get(std::string_view pattern, Handler &&handler,
           const RouteOptions &options = RouteOptions()) {
    route(MT_METHOD_GET, pattern, std::forward<Handler>(handler), options);
  }
  /** route for POST. Since: 0.1. */
  template <class Handler>
  void post(std::string_view pattern, Handler &&handler,
            const RouteOptions &options = RouteOptions()) {
    route(MT_METHOD_POST, pattern, std::forward<Handler>(handler), options);
  }
  /** route for PUT. Since: 0.1. */
  template <class Handler>
  void put(std::string_view pattern, Handler &&handler,
           const RouteOptions &options = RouteOptions()) {
    route(MT_METHOD_PUT, pattern, std::forward<Handler>(handler), options);
  }
  /** route for PATCH. Since: 0.1. */
  template <class Handler>
  void patch(std::string_view pattern, Handler &&handler,
             const RouteOptions &options = RouteOptions()) {
    route(MT_METHOD_PATCH, pattern, std::forward<Handler>(handler), options);
  }
  /** route for DELETE, a word that C++ has taken. Since: 0.1. */
  template <class Handler>
  void del(std::string_view pattern, Handler &&handler,
           const RouteOptions &options = RouteOptions()) {
    route(MT_METHOD_DELETE, pattern, std::forward<Handler>(handler), options);
  }

  /** GET and HEAD of the files below the folder `root` under `prefix`. Thread: before start.
   * Errors: as route; MT_ERROR_NOT_FOUND (no readable folder). Since: 0.1. */
  void files(std::string_view prefix, std::string_view root) {
    detail::check_explained([&](mt_error *error) {
      return mt_server_files(handle(), slice(prefix), slice(root), error);
    });
  }
  /** Answers what no pattern matches by `handler(Request &, Response &)`, with 404 unless it sets
   *  another status. Ownership, thread, errors: as route. Since: 0.1. */
  template <class Handler> void fallback(Handler &&handler) {
    auto kept = keep_handler(std::forward<Handler>(handler));
    using Kept = typename decltype(kept)::element_type;
    detail::check_explained([&](mt_error *error) {
      return mt_server_fallback(handle(), answer<Kept>, kept.release(), detail::destroy<Kept>,
                                error);
    });
  }
  /** Fills the error answers that the server itself makes by `handler(const Request *, Response &,
   * int http_status)`; the request is NULL when it could not be parsed. Ownership, thread, errors:
   * as route. Since: 0.1. */
  template <class Handler> void error_handler(Handler &&handler) {
    auto kept = detail::keep(std::forward<Handler>(handler), log());
    using Kept = typename decltype(kept)::element_type;
    detail::check_explained([&](mt_error *error) {
      return mt_server_error_handler(handle(), answer_error<Kept>, kept.release(),
                                     detail::destroy<Kept>, error);
    });
  }

  /** Listens on a TCP address; an empty `host` is every address, `port` 0 one that the system
   * chooses. Thread: before start. Errors: MT_ERROR_ADDRESS_IN_USE, MT_ERROR_ADDRESS_UNAVAILABLE,
   *  MT_ERROR_PERMISSION, MT_ERROR_SYSTEM, MT_ERROR_INVALID_STATE, MT_ERROR_NO_MEMORY. Since: 0.1.
   */
  void listen_tcp(std::string_view host, std::uint16_t port) {
    detail::check_explained(
        [&](mt_error *error) { return mt_server_listen_tcp(handle(), slice(host), port, error); });
  }
  /** Listens on a unix socket with permission bits `mode` (0: 0777 less the umask). Thread: before
   *  start. Errors: as listen_tcp; MT_ERROR_INVALID_ARGUMENT (path empty or too long). Since: 0.1.
   */
  void listen_unix(std::string_view path, std::uint32_t mode = 0) {
    detail::check_explained(
        [&](mt_error *error) { return mt_server_listen_unix(handle(), slice(path), mode, error); });
  }
  /** Listens on a socket that listens already. Ownership: the descriptor's, also on failure.
   * Thread: before start. Errors: MT_ERROR_INVALID_ARGUMENT, MT_ERROR_INVALID_STATE. Since: 0.1. */
  void listen_descriptor(int descriptor) {
    detail::check_explained(
        [&](mt_error *error) { return mt_server_listen_descriptor(handle(), descriptor, error); });
  }
  /** How many listeners there are. Thread: any thread. Errors: none. Since: 0.1. */
  std::size_t listener_count() const noexcept { return mt_server_listener_count(handle()); }
  /** The real port of a listener, in the order of the listen calls; 0 when it has none. Thread: any
   *  thread. Errors: none. Since: 0.1. */
  std::uint16_t port(std::size_t index = 0) const noexcept {
    return mt_server_port(handle(), index);
  }
  /** A listener's address: "127.0.0.1:8080", "[::]:8080", "unix:/run/x". Thread: any thread.
   * Errors: std::bad_alloc. Since: 0.1. */
  std::string address(std::size_t index = 0) const {
    char text[160] = "";
    mt_server_address(handle(), index, text, sizeof text);
    return text;
  }

  /** Starts reactors and workers, and accepts. Thread: any thread. Errors: MT_ERROR_SYSTEM,
   *  MT_ERROR_NO_MEMORY, MT_ERROR_INVALID_STATE (stopped). Since: 0.1. */
  void start() {
    detail::check_explained([&](mt_error *error) { return mt_server_start(handle(), error); });
  }
  /** Starts if need be, with the first reactor on the caller's thread, and returns when the server
   * has stopped. Thread: none of the server's. Errors: as start; MT_ERROR_WRONG_THREAD. Since: 0.1.
   */
  void run() {
    detail::check_explained([&](mt_error *error) { return mt_server_run(handle(), error); });
  }
  /** Starts without a thread for the first reactor: the caller turns it by poll, inside a loop of
   * its own. Thread: any thread. Errors: as start; MT_ERROR_INVALID_STATE (runs on threads). Since:
   * 0.1. */
  void start_polled() {
    detail::check_explained(
        [&](mt_error *error) { return mt_server_start_polled(handle(), error); });
  }
  /** Readable while poll has something to do; -1 when not polled. Ownership: the server's. Thread:
   * any thread. Errors: none. Since: 0.1. */
  int poll_descriptor() const noexcept { return mt_server_poll_descriptor(handle()); }
  /** In how many milliseconds poll has to be called though the descriptor stays silent; -1: at no
   * time. Thread: the polling one. Errors: none. Since: 0.1. */
  int poll_timeout_ms() const noexcept { return mt_server_poll_timeout_ms(handle()); }
  /** Serves what is ready, without waiting. False when the server has ended: no longer watch the
   *  descriptor. Thread: one at a time, none of the server's. Errors: MT_ERROR_INVALID_STATE (not
   *  polled), MT_ERROR_WRONG_THREAD (inside a callback, or while another polls), MT_ERROR_SYSTEM.
   *  Since: 0.1. */
  bool poll() {
    mt_status status = mt_server_poll(handle());
    if (status == MT_ERROR_CLOSED) return false;
    detail::check(status, "mt_server_poll");
    return true;
  }

  /** Begins a graceful end and returns at once; after `deadline_ms` (0: shutdown_timeout_ms) what
   * is left is cut. Thread: any thread, handlers' too. Errors: none. Since: 0.1. */
  void drain(std::uint32_t deadline_ms = 0) {
    detail::check(mt_server_drain(handle(), deadline_ms), "mt_server_drain");
  }
  /** Waits until the server has stopped; false when `timeout_ms` (UINT32_MAX: forever) passed
   * first. Thread: none of the server's. Errors: MT_ERROR_WRONG_THREAD, MT_ERROR_INVALID_STATE
   * (never started). Since: 0.1. */
  bool wait(std::uint32_t timeout_ms = UINT32_MAX) {
    mt_status status = mt_server_wait(handle(), timeout_ms);
    if (status == MT_ERROR_TIMEOUT) return false;
    detail::check(status, "mt_server_wait");
    return true;
  }
  /** Cuts what is open and returns when every thread has ended. Thread: none of the server's.
   * Errors: MT_ERROR_WRONG_THREAD (the stop is begun all the same). Since: 0.1. */
  void stop() { detail::check(mt_server_stop(handle()), "mt_server_stop"); }
  /** The counters. Thread: any thread. Errors: none. Since: 0.1. */
  mt_stats stats() const {
    mt_stats read = {};
    read.struct_size = sizeof read;
    detail::check(mt_server_stats(handle(), &read), "mt_server_stats");
    return read;
  }

  /** For the functions of <martlet.h>; NULL when moved from. Thread: any thread. Errors: none.
   *  Since: 0.1. */
  mt_server *handle() const noexcept { return handle_.get(); }

private:
  using SharedLog = std::shared_ptr<const detail::Log>;

  /* The log outlives what may still be said when the server goes. */
  struct Destroy {
    SharedLog log;
    void operator()(mt_server *server) const noexcept { mt_server_destroy(server); }
  };

  Server(const Config &config, SharedLog log) : handle_(nullptr, Destroy{std::move(log)}) {
    mt_server_config settings = config;
    if (config.on_log) {
      settings.log = detail::Log::receive;
      settings.log_user_data = const_cast<detail::Log *>(handle_.get_deleter().log.get());
    }
    mt_server *made = nullptr;
    detail::check_explained(
        [&](mt_error *error) { return mt_server_create(&settings, &made, error); });
    handle_.reset(made);
  }

  static SharedLog make_log(const Config &config) {
    return std::make_shared<const detail::Log>(config);
  }
  const SharedLog &log() const noexcept { return handle_.get_deleter().log; }

  template <class Handler> auto keep_handler(Handler &&handler) {
    static_assert(std::is_invocable_v<const std::decay_t<Handler> &, Request &, Response &>,
                  "a handler is called as handler(request, response), and as const, for several "
                  "threads may call it at once");
    return detail::keep(std::forward<Handler>(handler), log());
  }

  template <class Kept>
  static void answer(mt_request *request, mt_response *response, void *user_data) noexcept {
    const Kept &kept = *static_cast<const Kept *>(user_data);
    bool is_well = detail::returned(*kept.log, "the handler", mt_request_route(request), [&] {
      Request asked(request, kept.log.get());
      Response answer(response);
      kept.call(asked, answer);
    });
    if (!is_well) give_up(request, response);
  }

  /* An exchange that nobody completes is answered by the server's own 500, whatever its response
   * holds by now. One that the handler deferred itself went with the exception, or is in other
   * hands. */
  static void give_up(mt_request *request, mt_response *response) noexcept {
    mt_exchange *exchange = nullptr;
    mt_status status = mt_request_defer(request, &exchange);
    if (status == MT_OK) mt_exchange_release(exchange);
    if (status == MT_ERROR_NO_MEMORY) mt_response_status_set(response, 500);
  }

  template <class Kept>
  static void answer_error(const mt_request *request, mt_response *response, int http_status,
                           void *user_data) noexcept {
    const Kept &kept = *static_cast<const Kept *>(user_data);
    detail::returned(*kept.log, "the error handler", {}, [&] {
      const Request asked(const_cast<mt_request *>(request), kept.log.get());
      Response answer(response);
      kept.call(request ? &asked : nullptr, answer, http_status);
    });
  }

  std::unique_ptr<mt_server, Destroy> handle_;
};

} // namespace martlet

#endif
