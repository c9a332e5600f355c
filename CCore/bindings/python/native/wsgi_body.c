/* A request's body, from the reactor to a thread that reads it: it waits here, and its sender waits
 * when much does. */
#include "wsgi.h"

static bool append(wsgi_body *body, mt_slice bytes) {
  if (body->start && body->capacity - body->size - body->start < bytes.size) {
    memmove(body->data, body->data + body->start, body->size);
    body->start = 0;
  }
  size_t used = body->start + body->size;
  if (body->capacity - used < bytes.size) {
    size_t capacity =
        body->capacity * 2 > used + bytes.size ? body->capacity * 2 : used + bytes.size;
    char *larger = realloc(body->data, capacity);
    if (!larger) return false;
    body->data = larger;
    body->capacity = capacity;
  }
  memcpy(body->data + used, bytes.data, bytes.size);
  body->size += bytes.size;
  return true;
}

/** Keeps a piece; whether the sender has to wait. */
static mt_flow keep(wsgi_call *call, mt_slice bytes) {
  wsgi_body *body = &call->body;
  if (body->has_failed) return MT_FLOW_CONTINUE;
  body->has_failed = !append(body, bytes);
  body->is_paused = !call->host->is_inline && body->size >= WSGI_BODY_HIGH_BYTES;
  return body->is_paused ? MT_FLOW_PAUSE : MT_FLOW_CONTINUE;
}

static bool may_be_handed_over(wsgi_call *call) {
  if (call->is_handed_over || call->body.has_failed) return false;
  call->is_handed_over = call->body.is_complete || call->body.is_paused;
  return call->is_handed_over;
}

static mt_flow on_body(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)status;
  wsgi_call *call = user_data;
  mt_flow flow = MT_FLOW_CONTINUE;
  pthread_mutex_lock(&call->mutex);
  if (event == MT_BODY_DATA)
    flow = keep(call, bytes);
  else if (event == MT_BODY_END)
    call->body.is_complete = true;
  else
    call->body.has_failed = true;
  bool is_due = may_be_handed_over(call);
  pthread_cond_broadcast(&call->has_changed);
  pthread_mutex_unlock(&call->mutex);
  if (is_due) wsgi_host_hand_over(call);
  return flow;
}

static void let_go(void *call) {
  wsgi_call_release(call);
}

void wsgi_body_expect(wsgi_call *call) {
  call->body.is_expected = true;
  mt_request *request = call->request;
  if (!wsgi_call_defer(call)) return;
  wsgi_call_acquire(call);
  mt_request_body_stream(request, on_body, call, let_go);
}

static bool is_awaited(const wsgi_body *body) {
  return body->is_expected && !body->size && !body->is_complete && !body->has_failed;
}

static void await(wsgi_call *call) {
  Py_BEGIN_ALLOW_THREADS;
  pthread_mutex_lock(&call->mutex);
  while (is_awaited(&call->body)) pthread_cond_wait(&call->has_changed, &call->mutex);
  pthread_mutex_unlock(&call->mutex);
  Py_END_ALLOW_THREADS;
}

/** Takes bytes out; whether the sender may go on. Under the mutex. */
static bool take(wsgi_body *body, char *out, size_t size) {
  memcpy(out, body->data + body->start, size);
  body->size -= size;
  body->start = body->size ? body->start + size : 0;
  bool may_go_on = body->is_paused && body->size <= WSGI_BODY_LOW_BYTES;
  if (may_go_on) body->is_paused = false;
  return may_go_on;
}

PyObject *wsgi_body_read(wsgi_call *call, size_t most) {
  wsgi_body *body = &call->body;
  pthread_mutex_lock(&call->mutex);
  bool must_wait = is_awaited(body);
  pthread_mutex_unlock(&call->mutex);
  if (must_wait) await(call);
  /* One thread reads, and what is there only grows meanwhile. */
  pthread_mutex_lock(&call->mutex);
  size_t size = body->size < most ? body->size : most;
  bool has_failed = !size && body->has_failed;
  pthread_mutex_unlock(&call->mutex);
  if (has_failed) {
    PyErr_SetString(PyExc_ConnectionError, "the request's body broke off");
    return NULL;
  }
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
  if (!bytes || !size) return bytes;
  pthread_mutex_lock(&call->mutex);
  bool may_go_on = take(body, PyBytes_AsString(bytes), size);
  pthread_mutex_unlock(&call->mutex);
  if (may_go_on) mt_exchange_body_resume(call->exchange);
  return bytes;
}

PyObject *wsgi_body_whole(wsgi_call *call) {
  pthread_mutex_lock(&call->mutex);
  bool is_whole = call->body.is_complete || !call->body.is_expected;
  size_t size = call->body.size;
  pthread_mutex_unlock(&call->mutex);
  if (is_whole) return wsgi_body_read(call, size);
  Py_RETURN_NONE;
}
