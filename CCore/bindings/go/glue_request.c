#include "glue.h"

#include <stdio.h>

/** What a route hands to its handlers; freed with the route. */
typedef struct mtgo_route_data {
  mtgo_queue *queue;
  uintptr_t route;
} mtgo_route_data;

void mtgo_exchange_release(mtgo_exchange *self) {
  if (__atomic_fetch_sub(&self->references, 1, __ATOMIC_ACQ_REL) != 1) return;
  mtgo_body_deinit(&self->body);
  free(self);
}

/* --- packing --- */

char *mtgo_pack(size_t room, const mt_slice *slices, size_t count, size_t *text_size) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += slices[i].size;
  char *block = malloc(room + count * sizeof(uint32_t) + size);
  if (!block) return NULL;
  uint32_t *lengths = (uint32_t *)(void *)(block + room);
  char *out = (char *)(lengths + count);
  for (size_t i = 0; i < count; i++) {
    lengths[i] = (uint32_t)slices[i].size;
    if (slices[i].size) memcpy(out, slices[i].data, slices[i].size);
    out += slices[i].size;
  }
  *text_size = size;
  return block;
}

static mt_slice *append(mt_slice *out, mt_field field) {
  *out++ = field.name;
  *out++ = field.value;
  return out;
}

enum { FEW_SLICES = 96, PEER_BYTES = 64 };

/** The block with the request's text, or NULL. */
static mtgo_exchange *pack(const mt_request *request) {
  size_t parameters = mt_request_parameter_count(request);
  size_t fields = mt_request_field_count(request);
  size_t count = MTGO_FIXED_TEXTS + 2 * (parameters + fields), text_size;
  mt_slice few[FEW_SLICES], *slices = count > FEW_SLICES ? malloc(count * sizeof *slices) : few;
  if (!slices) return NULL;
  char peer[PEER_BYTES];
  slices[0] = mt_request_method_name(request);
  slices[1] = mt_request_target(request);
  slices[2] = mt_request_authority(request);
  slices[3] = (mt_slice){peer, mt_request_peer(request, peer, sizeof peer)};
  mt_slice *out = slices + MTGO_FIXED_TEXTS;
  for (size_t i = 0; i < parameters; i++) out = append(out, mt_request_parameter_at(request, i));
  for (size_t i = 0; i < fields; i++) out = append(out, mt_request_field_at(request, i));
  mtgo_exchange *self = (void *)mtgo_pack(sizeof *self, slices, count, &text_size);
  if (slices != few) free(slices);
  if (!self) return NULL;
  memset(self, 0, sizeof *self);
  self->parameter_count = (uint32_t)parameters;
  self->field_count = (uint32_t)fields;
  self->lengths = (const uint32_t *)(const void *)(self + 1);
  self->text = (const char *)(self->lengths + count);
  self->text_size = text_size;
  return self;
}

/* --- deferring --- */

static void on_cancel(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  mtgo_exchange *self = user_data;
  mtgo_event_push(&self->cancelled);
}

static void on_destroy(void *user_data) {
  mtgo_exchange_release(user_data);
}

mtgo_exchange *mtgo_exchange_create(mt_request *request, mtgo_queue *queue, uintptr_t route) {
  mtgo_exchange *self = pack(request);
  if (!self) return NULL;
  if (mt_request_defer(request, &self->exchange) != MT_OK) {
    free(self);
    return NULL;
  }
  uint64_t length = mt_request_content_length(request);
  self->content_length = length == UINT64_MAX ? -1 : (int64_t)length;
  self->minor_version = mt_request_minor_version(request);
  self->queue = queue;
  self->route = route;
  self->request = (mtgo_event){.exchange = self, .kind = MTGO_REQUEST};
  self->cancelled = (mtgo_event){.exchange = self, .kind = MTGO_CANCELLED};
  self->arrived = (mtgo_event){.exchange = self, .kind = MTGO_BODY};
  self->drained = (mtgo_event){.exchange = self, .kind = MTGO_DRAINED};
  self->references = 2; /* Go's, and the cancel callback's */
  mt_exchange_on_cancel(self->exchange, on_cancel, self, on_destroy);
  if (length) mtgo_body_init(self, request);
  return self;
}

static void on_request(mt_request *request, mt_response *response, void *user_data) {
  const mtgo_route_data *data = user_data;
  mtgo_exchange *self = mtgo_exchange_create(request, data->queue, data->route);
  if (self)
    mtgo_queue_push(self->queue, &self->request);
  else
    mt_response_status_set(response, 503);
}

/* --- routes --- */

/** The one function of Go's that is called from here. */
extern void martletInline(uintptr_t route, mtgo_call *call);

static void fill_call(mtgo_call *call) {
  const mt_request *request = call->request;
  call->method = mt_request_method_name(request);
  call->path = mt_request_path(request);
  call->query = mt_request_query(request);
  call->body = mt_request_body(request);
  size_t count = mt_request_parameter_count(request);
  call->parameter_count =
      (uint32_t)(count < MTGO_INLINE_PARAMETERS ? count : MTGO_INLINE_PARAMETERS);
  for (uint32_t i = 0; i < call->parameter_count; i++)
    call->parameters[i] = mt_request_parameter_at(request, i);
}

static void log_refused(const mtgo_call *call, int refused) {
  char line[512];
  mt_slice pattern = mt_request_route(call->request);
  int size =
      snprintf(line, sizeof line, "%.*s: %d of the header fields cannot be sent, and were left out",
               (int)pattern.size, pattern.data, refused);
  size_t shown = (size_t)size < sizeof line ? (size_t)size : sizeof line - 1;
  mtgo_log_push(MT_LOG_WARNING, (mt_slice){line, shown}, call->queue);
}

static void on_inline(mt_request *request, mt_response *response, void *user_data) {
  const mtgo_route_data *data = user_data;
  char fields[MTGO_INLINE_FIELDS], body[MTGO_INLINE_BODY];
  mtgo_call call = {.request = request, .response = response, .queue = data->queue};
  call.fields_out = fields;
  call.body_out = body;
  fill_call(&call);
  martletInline(data->route, &call);
  if (call.is_deferred) return;
  if (call.has_failed) mt_response_fail(response, 500);
  if (call.has_failed || !call.status) return;
  int refused = mtgo_fill(response, (mtgo_head){fields, call.fields_size, call.status, false});
  if (refused) log_refused(&call, refused);
  if (call.has_body) mt_response_body_copy(response, (mt_slice){body, call.body_size});
}

static mt_status add_route(mt_server *server, mt_method method, mt_slice pattern,
                           mt_handler_fn handler, mtgo_route_data data,
                           const mt_route_options *options, mt_error *error) {
  mtgo_route_data *copy = malloc(sizeof *copy);
  if (!copy) return MT_ERROR_NO_MEMORY;
  *copy = data;
  return mt_server_route(server, method, pattern, handler, copy, free, options, error);
}

mt_status mtgo_route(mt_server *server, mt_method method, const char *pattern, size_t size,
                     mtgo_queue *queue, uintptr_t route, uint64_t max_body_bytes, mt_error *error) {
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.body_mode = MT_BODY_STREAM;
  options.max_body_bytes = max_body_bytes;
  return add_route(server, method, (mt_slice){pattern, size}, on_request,
                   (mtgo_route_data){queue, route}, &options, error);
}

mt_status mtgo_route_inline(mt_server *server, mt_method method, const char *pattern, size_t size,
                            mtgo_queue *queue, uintptr_t route, mt_error *error) {
  return add_route(server, method, (mt_slice){pattern, size}, on_inline,
                   (mtgo_route_data){queue, route}, NULL, error);
}
