/* From a complete head to the handler that answers it: RFC 9110 §9, §15.5.6, §15.6.2. */
#include "../base/number.h"
#include "../connection/exchange.h"
#include "../connection/response.h"
#include "../http/target.h"
#include "../http/words.h"
#include "server.h"

/* --- answers of the server's own --- */

static void write_default_body(mt_response *response, int http_status) {
  mt_slice reason = mt__status_reason(http_status);
  char text[96];
  size_t size = mt__number_format_decimal(text, (uint64_t)http_status);
  text[size++] = ' ';
  size_t shown = reason.size < sizeof text - size - 1 ? reason.size : sizeof text - size - 1;
  memcpy(text + size, reason.data, shown);
  size += shown;
  text[size++] = '\n';
  mt__response_field_add(response, MT_SLICE("Content-Type"), MT_SLICE("text/plain; charset=utf-8"));
  mt__response_body_copy(response, (mt_slice){text, size});
}

static void fill_error(mt_exchange *exchange, int http_status) {
  const mt__shared *shared = exchange->shard->shared;
  mt_response *response = &exchange->response;
  response->status = http_status;
  response->is_set = true;
  if (shared->on_error && !response->is_failing) {
    response->is_failing = true;
    const mt_request *request = exchange->reactor_only.has_head ? &exchange->request : NULL;
    shared->on_error(request, response, http_status, shared->on_error_data);
    response->is_failing = false;
  } else {
    write_default_body(response, http_status);
  }
}

static void fail(mt_exchange *exchange, int http_status) {
  mt__response_reset(&exchange->response);
  if (http_status == 503)
    mt__response_field_add(&exchange->response, MT_SLICE("Retry-After"), MT_SLICE("1"));
  fill_error(exchange, http_status);
}

static void make_ready(mt_exchange *exchange) {
  mt__exchange_advance(exchange, MT__PHASE_FILLING, MT__PHASE_COMPLETED);
  exchange->reactor_only.is_ready = true;
}

static void answer_error(mt_exchange *exchange, int http_status) {
  fail(exchange, http_status);
  make_ready(exchange);
}

static void add_allow(mt_exchange *exchange, uint32_t allowed) {
  char text[80];
  size_t size = 0;
  allowed |= 1U << MT_METHOD_OPTIONS;
  for (int method = MT_METHOD_GET; method <= MT_METHOD_PATCH; method++) {
    if (!(allowed & (1U << method))) continue;
    mt_slice name = mt__method_name((mt_method)method);
    if (size) {
      memcpy(text + size, ", ", 2);
      size += 2;
    }
    memcpy(text + size, name.data, name.size);
    size += name.size;
  }
  mt__response_field_add(&exchange->response, MT_SLICE("Allow"), (mt_slice){text, size});
}

static void answer_options(mt_exchange *exchange, uint32_t allowed) {
  exchange->response.status = 204;
  exchange->response.is_set = true;
  add_allow(exchange, allowed);
  make_ready(exchange);
}

static void answer_not_allowed(mt_exchange *exchange, uint32_t allowed) {
  mt__response_reset(&exchange->response);
  add_allow(exchange, allowed);
  fill_error(exchange, 405);
  make_ready(exchange);
}

/* --- finding the route --- */

static void take_fallback(mt_exchange *exchange) {
  const mt__shared *shared = exchange->shard->shared;
  if (!shared->fallback.handler) {
    answer_error(exchange, 404);
    return;
  }
  exchange->response.status = 404;
  exchange->request.match.route = &shared->fallback;
}

/** Nobody's browser sends dot segments (RFC 3986 §6.2.2.3), and no pattern has them: what is left
 * is a try to get out of a folder. Most paths hold no dot at all. */
static bool is_evasive(const mt__head *head, mt_slice path) {
  bool may_be = head->path_needs_decoding || memchr(path.data, '.', path.size);
  return may_be && mt__target_has_dot_segment(path);
}

static void find_route(mt_exchange *exchange) {
  mt_request *request = &exchange->request;
  const mt__head *head = &request->head;
  mt_slice path = head->path.size ? mt__head_slice(head, head->path) : MT_SLICE("/");
  if (is_evasive(head, path)) {
    answer_error(exchange, 400);
    return;
  }
  mt_status status = mt__router_find(exchange->shard->shared->router, (mt_method)head->method, path,
                                     &exchange->arena, &request->match);
  if (status != MT_OK)
    answer_error(exchange, 503);
  else if (request->match.is_malformed)
    answer_error(exchange, 400);
  else if (request->match.route)
    return;
  else if (!request->match.allowed)
    take_fallback(exchange);
  else if (head->method == MT_METHOD_OPTIONS)
    answer_options(exchange, request->match.allowed);
  else
    answer_not_allowed(exchange, request->match.allowed);
}

/** CONNECT is for proxies: RFC 9110 §9.3.6. What stands behind it may be meant for the tunnel, so
 * that it is not read as a request. */
static void refuse_tunnel(mt_exchange *exchange) {
  exchange->reactor_only.keeps_alive = false;
  answer_error(exchange, 501);
}

/** A resource of https is nobody's to ask for without TLS: RFC 9110 §7.4. Origin-form names no
 * scheme. */
static bool is_misdirected(const mt__head *head) {
  if (head->target_form != MT__TARGET_ABSOLUTE) return false;
  return mt__head_slice(head, head->target).data[sizeof "http" - 1] != ':';
}

/** A method outside RFC 9110 is not implemented here: 501. */
static void route(mt_exchange *exchange) {
  const mt__head *head = &exchange->request.head;
  if (head->method == MT_METHOD_CONNECT)
    refuse_tunnel(exchange);
  else if (head->method == MT_METHOD_UNKNOWN)
    answer_error(exchange, 501);
  else if (is_misdirected(head))
    answer_error(exchange, 421);
  else if (head->target_form == MT__TARGET_ASTERISK)
    answer_options(exchange, mt__router_methods(exchange->shard->shared->router));
  else
    find_route(exchange);
}

/* --- running it --- */

static void run_inline(mt_exchange *exchange, const mt__route *route) {
  mt__shard *shard = exchange->shard;
  uint64_t serial = atomic_load_explicit(&shard->any_thread.running_serial, memory_order_relaxed);
  atomic_store_explicit(&shard->any_thread.running_serial, serial + 1, memory_order_relaxed);
  atomic_store_explicit(&shard->any_thread.running, route, memory_order_release);
  exchange->reactor_only.is_in_handler = true;
  route->handler(&exchange->request, &exchange->response, route->user_data);
  exchange->reactor_only.is_in_handler = false;
  atomic_store_explicit(&shard->any_thread.running, NULL, memory_order_relaxed);
  mt__exchange_handler_returned(exchange);
}

/** Behind the deadline nothing more is begun: what waits would hold up the server's end, for no
 * one.
 */
static void run_job(mt__job *job) {
  mt_exchange *exchange = MT__CONTAINER(job, mt_exchange, job);
  const mt__route *route = exchange->request.match.route;
  if (!mt__shared_is_over(exchange->shard->shared)) {
    route->handler(&exchange->request, &exchange->response, route->user_data);
    mt__exchange_handler_returned(exchange);
  }
  mt__exchange_unreference(exchange);
}

static void run_on_worker(mt_exchange *exchange) {
  const mt_server *server = exchange->shard->shared->server;
  if (mt__exchange_detach(exchange) != MT_OK) {
    answer_error(exchange, 503);
    return;
  }
  exchange->job.run = run_job;
  mt__exchange_reference(exchange);
  if (mt__executor_submit(server->executor, &exchange->job)) return;
  mt__exchange_unreference(exchange);
  mt__count(&exchange->shard->counters.worker_rejections, 1);
  answer_error(exchange, 503);
}

static void run(mt_exchange *exchange) {
  const mt__route *route = exchange->request.match.route;
  if (route->dispatch == MT_DISPATCH_WORKER)
    run_on_worker(exchange);
  else
    run_inline(exchange, route);
}

const mt__service mt__server_service = {.route = route, .run = run, .fail = fail};
