#include "handlers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char large[WORLD_LARGE];

static void answer_fields(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  for (int i = 0; i < 40; i++)
    if (mt_response_field_add(response, MT_SLICE("X-Field"), MT_SLICE("some value")) != MT_OK)
      return;
  mt_response_body_copy(response, (mt_slice){large, sizeof large});
}

static void count_destroyed(void *user_data) {
  world *self = user_data;
  self->destroyed++;
}

static void lend(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  world *self = user_data;
  self->given++;
  mt_response_body_borrow(response, (mt_slice){large, sizeof large}, count_destroyed, self);
}

static void stay_silent(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

/* --- bodies taken piece by piece --- */

static mt_flow take_piece(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)status;
  world_take *take = user_data;
  if (event == MT_BODY_DATA) {
    take->bytes += bytes.size;
    take->is_paused = true;
    return MT_FLOW_PAUSE;
  }
  char text[32];
  snprintf(text, sizeof text, "%zu", take->bytes);
  mt_exchange *exchange = take->exchange;
  take->exchange = NULL;
  take->is_paused = false;
  if (event == MT_BODY_END)
    host_answer(exchange, text);
  else
    mt_exchange_release(exchange);
  return MT_FLOW_CONTINUE;
}

static world_take *free_take(world *self) {
  for (int i = 0; i < WORLD_TAKES_MAX; i++)
    if (!self->takes[i].exchange) return &self->takes[i];
  return NULL;
}

static void take(mt_request *request, mt_response *response, void *user_data) {
  world *self = user_data;
  world_take *mine = free_take(self);
  mt_exchange *exchange;
  if (!mine || mt_request_defer(request, &exchange) != MT_OK) {
    mt_response_status_set(response, 503);
    return;
  }
  *mine = (world_take){.exchange = exchange};
  if (mt_request_body_stream(request, take_piece, mine, NULL) == MT_OK) return;
  mine->exchange = NULL;
  mt_exchange_release(exchange);
}

bool world_resume_takes(world *self) {
  bool has_resumed = false;
  for (int i = 0; i < WORLD_TAKES_MAX; i++) {
    if (!self->takes[i].exchange || !self->takes[i].is_paused) continue;
    self->takes[i].is_paused = false;
    has_resumed = true;
    mt_exchange_body_resume(self->takes[i].exchange);
  }
  return has_resumed;
}

/* --- answers that come later --- */

static void hold(mt_request *request, mt_response *response, void *user_data) {
  world *self = user_data;
  host_hold(request, response, self->host);
}

static bool is_taken(mt_status status) {
  return status == MT_OK || status == MT_BACKPRESSURE;
}

static void stream(world *self, mt_exchange *exchange, uint64_t length, int pieces, bool ends) {
  self->given++;
  mt_status status = mt_exchange_stream_start(exchange, length, NULL, self, count_destroyed);
  for (int i = 0; i < pieces && is_taken(status); i++)
    status = mt_exchange_stream_write(exchange, (mt_slice){large, WORLD_PIECE});
  if (ends && is_taken(status)) mt_exchange_stream_end(exchange);
  mt_exchange_release(exchange);
}

static void answer(world *self, mt_exchange *exchange) {
  mt_slice path = mt_request_path(mt_exchange_request(exchange));
  char initial = path.size > 1 ? path.data[1] : 0;
  if (path.size > 2 && path.data[2] == 't')
    stream(self, exchange, MT_LENGTH_UNKNOWN, 3, true);
  else if (initial == 's')
    stream(self, exchange, 3 * WORLD_PIECE, 3, true);
  else if (initial == 'c')
    stream(self, exchange, 3 * WORLD_PIECE, 1, false);
  else
    host_answer(exchange, "later");
}

typedef struct errand {
  world *world;
  mt_exchange *exchange;
} errand;

static void *run_errand(void *user_data) {
  errand *given = user_data;
  answer(given->world, given->exchange);
  return NULL;
}

bool world_answer(world *self) {
  if (self->host->held_first == self->host->held_last) return false;
  errand given = {self, host_take(self->host)};
  if (!self->answers_elsewhere) {
    run_errand(&given);
    return true;
  }
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, run_errand, &given), 0);
  pthread_join(thread, NULL);
  return true;
}

/* --- the table --- */

typedef struct world_route {
  mt_method method;
  const char *pattern;
  mt_handler_fn handler;
  mt_dispatch dispatch;
  mt_body_mode mode;
} world_route;

static const world_route routes[] = {
    {MT_METHOD_GET, "/", host_hello, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_GET, "/name/{name}", host_parameter, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_GET, "/fields", answer_fields, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_GET, "/lent", lend, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_POST, "/echo", host_echo, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_POST, "/worker", host_echo, MT_DISPATCH_WORKER, MT_BODY_WHOLE},
    {MT_METHOD_GET, "/silent", stay_silent, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_POST, "/take", take, MT_DISPATCH_INLINE, MT_BODY_STREAM},
    {MT_METHOD_GET, "/later", hold, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_GET, "/stream", hold, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_GET, "/sized", hold, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
    {MT_METHOD_GET, "/cut", hold, MT_DISPATCH_INLINE, MT_BODY_WHOLE},
};

static bool add(world *self, const world_route *route) {
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  bool has_workers = self->host->config.workers > 0;
  options.dispatch = has_workers ? route->dispatch : MT_DISPATCH_INLINE;
  options.body_mode = route->mode;
  self->given++;
  return mt_server_route(self->host->server, route->method, mt_slice_from(route->pattern),
                         route->handler, self, count_destroyed, &options, NULL) == MT_OK;
}

bool world_add_routes(world *self, const char *root) {
  memset(large, 'x', sizeof large);
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    if (!add(self, &routes[i])) return false;
  return !root ||
         mt_server_files(self->host->server, MT_SLICE("/file"), mt_slice_from(root), NULL) == MT_OK;
}
