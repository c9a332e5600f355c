#include "glue.h"

#include <unistd.h>

/* --- heads --- */

/** Lowest octet first, whatever the machine. */
static const char *take_length(const char *from, size_t *length) {
  const unsigned char *at = (const unsigned char *)from;
  *length = (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
  return from + 4;
}

static const char *take_field(const char *from, mt_field *field) {
  from = take_length(from, &field->name.size);
  from = take_length(from, &field->value.size);
  field->name.data = from;
  field->value.data = from + field->name.size;
  return field->value.data + field->value.size;
}

int mtgo_fill(mt_response *response, mtgo_head head) {
  int refused = mt_response_status_set(response, head.status) != MT_OK;
  if (refused) mt_response_status_set(response, 500);
  const char *end = head.fields + head.size;
  for (const char *at = head.fields; at != end;) {
    mt_field field;
    at = take_field(at, &field);
    refused += mt_response_field_add(response, field.name, field.value) != MT_OK;
  }
  if (head.closes) mt_response_field_add(response, MT_SLICE("Connection"), MT_SLICE("close"));
  return refused;
}

/* --- answers --- */

static void let_go(mtgo_exchange *self) {
  mt_exchange_release(self->exchange);
  mtgo_exchange_release(self);
}

static void complete(mtgo_exchange *self) {
  mtgo_body_drop(self);
  mt_exchange_complete(self->exchange);
  let_go(self);
}

int mtgo_answer(mtgo_exchange *self, int status, bool closes, const char *fields, size_t size,
                const char *body, size_t body_size) {
  mt_response *response = mt_exchange_response(self->exchange);
  int refused = mtgo_fill(response, (mtgo_head){fields, size, status, closes});
  if (body_size) mt_response_body_copy(response, (mt_slice){body, body_size});
  complete(self);
  return refused;
}

int mtgo_answer_file(mtgo_exchange *self, int status, bool closes, const char *fields, size_t size,
                     int descriptor, uint64_t offset, uint64_t length) {
  mt_response *response = mt_exchange_response(self->exchange);
  int refused = mtgo_fill(response, (mtgo_head){fields, size, status, closes});
  mt_response_body_file(response, descriptor, offset, length);
  complete(self);
  return refused;
}

void mtgo_fail(mtgo_exchange *self) {
  mt_response_fail(mt_exchange_response(self->exchange), 500);
  complete(self);
}

void mtgo_abandon(mtgo_exchange *self) {
  mtgo_body_drop(self);
  let_go(self);
}

/* --- streams --- */

static void on_drained(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  mtgo_exchange *self = user_data;
  mtgo_event_push(&self->drained);
}

static void on_destroy(void *user_data) {
  mtgo_exchange_release(user_data);
}

mt_status mtgo_stream_start(mtgo_exchange *self, int status, bool closes, const char *fields,
                            size_t size, uint64_t length, int *refused) {
  mt_response *response = mt_exchange_response(self->exchange);
  *refused = mtgo_fill(response, (mtgo_head){fields, size, status, closes});
  __atomic_fetch_add(&self->references, 1, __ATOMIC_RELAXED);
  return mt_exchange_stream_start(self->exchange, length, on_drained, self, on_destroy);
}

mt_status mtgo_stream_write(mtgo_exchange *self, const char *bytes, size_t size) {
  return mt_exchange_stream_write(self->exchange, (mt_slice){bytes, size});
}

void mtgo_stream_end(mtgo_exchange *self) {
  mtgo_body_drop(self);
  mt_exchange_stream_end(self->exchange);
  let_go(self);
}

/* --- inline handlers --- */

mt_slice mtgo_call_field(mtgo_call *call, const char *name, size_t size) {
  mt_slice value = {NULL, 0};
  bool is_there = mt_request_field_get(call->request, (mt_slice){name, size}, &value);
  if (is_there && !value.data) value.data = "";
  return value;
}

mt_status mtgo_call_body(mtgo_call *call, const char *bytes, size_t size) {
  return mt_response_body_copy(call->response, (mt_slice){bytes, size});
}

mt_status mtgo_call_add(mtgo_call *call, const char *name, size_t name_size, const char *value,
                        size_t value_size) {
  return mt_response_field_add(call->response, (mt_slice){name, name_size},
                               (mt_slice){value, value_size});
}

mtgo_exchange *mtgo_call_defer(mtgo_call *call) {
  mtgo_exchange *self = mtgo_exchange_create(call->request, call->queue, 0);
  call->is_deferred = self != NULL;
  return self;
}
