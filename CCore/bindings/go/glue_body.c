#include "glue.h"

#include <stdlib.h>

/** A reactor stops reading for a body of which so much waits, and goes on when little is left. */
enum { HIGH_WATER_BYTES = 262144, LOW_WATER_BYTES = 65536 };

static bool reserve(mtgo_body *body, size_t room) {
  if (body->capacity - body->end >= room) return true;
  size_t waiting = body->end - body->start;
  if (body->start) memmove(body->bytes, body->bytes + body->start, waiting);
  body->start = 0;
  body->end = waiting;
  if (body->capacity - waiting >= room) return true;
  size_t capacity = waiting + room > 2 * body->capacity ? waiting + room : 2 * body->capacity;
  char *larger = realloc(body->bytes, capacity);
  if (!larger) return false;
  body->bytes = larger;
  body->capacity = capacity;
  return true;
}

static void append(mtgo_body *body, mt_slice bytes) {
  if (body->is_dropped || !bytes.size) return;
  if (!reserve(body, bytes.size)) {
    body->has_ended = true;
    body->failure = MT_ERROR_NO_MEMORY;
    return;
  }
  memcpy(body->bytes + body->end, bytes.data, bytes.size);
  body->end += bytes.size;
}

static void keep_trailers(mtgo_exchange *self) {
  const mt_request *request = mt_exchange_request(self->exchange);
  size_t count = mt_request_trailer_count(request), size;
  mt_slice *slices = count ? malloc(2 * count * sizeof *slices) : NULL;
  if (!slices) return;
  for (size_t i = 0; i < count; i++) {
    mt_field field = mt_request_trailer_at(request, i);
    slices[2 * i] = field.name;
    slices[2 * i + 1] = field.value;
  }
  self->body.trailers = mtgo_pack(0, slices, 2 * count, &size);
  self->body.trailer_count = self->body.trailers ? (uint32_t)count : 0;
  free(slices);
}

static void take(mtgo_exchange *self, mt_body_event event, mt_slice bytes, mt_status status) {
  mtgo_body *body = &self->body;
  if (body->has_ended) return;
  if (event == MT_BODY_DATA)
    append(body, bytes);
  else if (event == MT_BODY_END && !body->is_dropped)
    keep_trailers(self);
  if (event != MT_BODY_DATA) body->has_ended = true;
  if (event == MT_BODY_FAILED) body->failure = status;
}

static mt_flow on_body(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  mtgo_exchange *self = user_data;
  mtgo_body *body = &self->body;
  pthread_mutex_lock(&body->lock);
  take(self, event, bytes, status);
  body->is_paused = !body->is_dropped && body->end - body->start >= HIGH_WATER_BYTES;
  mt_flow flow = body->is_paused ? MT_FLOW_PAUSE : MT_FLOW_CONTINUE;
  bool is_waited_for = body->is_waited_for;
  body->is_waited_for = false;
  pthread_mutex_unlock(&body->lock);
  if (is_waited_for) mtgo_event_push(&self->arrived);
  return flow;
}

static void on_destroy(void *user_data) {
  mtgo_exchange_release(user_data);
}

void mtgo_body_init(mtgo_exchange *self, mt_request *request) {
  mtgo_body *body = &self->body;
  mt_slice whole = mt_request_body(request);
  pthread_mutex_init(&body->lock, NULL);
  body->is_there = true;
  append(body, whole);
  __atomic_fetch_add(&self->references, 1, __ATOMIC_RELAXED);
  if (mt_request_body_stream(request, on_body, self, on_destroy) != MT_OK) body->has_ended = true;
}

void mtgo_body_deinit(mtgo_body *body) {
  if (!body->is_there) return;
  pthread_mutex_destroy(&body->lock);
  free(body->bytes);
  free(body->trailers);
}

static ptrdiff_t read_some(mtgo_body *body, char *out, size_t size, int *failure) {
  size_t waiting = body->end - body->start;
  size_t taken = size < waiting ? size : waiting;
  if (taken) {
    memcpy(out, body->bytes + body->start, taken);
    body->start += taken;
    return (ptrdiff_t)taken;
  }
  if (body->has_ended) {
    *failure = (int)body->failure;
    return body->failure == MT_OK ? 0 : -2;
  }
  body->is_waited_for = true;
  return -1;
}

/** Whether the reactor waits and need not any more. */
static bool unpause(mtgo_body *body) {
  bool was_paused = body->is_paused;
  if (body->end - body->start > LOW_WATER_BYTES) return false;
  body->is_paused = false;
  return was_paused;
}

ptrdiff_t mtgo_body_read(mtgo_exchange *self, char *out, size_t size, int *failure) {
  mtgo_body *body = &self->body;
  pthread_mutex_lock(&body->lock);
  ptrdiff_t taken = read_some(body, out, size, failure);
  bool resumes = unpause(body);
  pthread_mutex_unlock(&body->lock);
  if (resumes) mt_exchange_body_resume(self->exchange);
  return taken;
}

void mtgo_body_drop(mtgo_exchange *self) {
  mtgo_body *body = &self->body;
  if (!body->is_there) return;
  pthread_mutex_lock(&body->lock);
  body->is_dropped = true;
  body->is_waited_for = false;
  body->start = body->end = 0;
  bool resumes = unpause(body);
  pthread_mutex_unlock(&body->lock);
  if (resumes) mt_exchange_body_resume(self->exchange);
}
