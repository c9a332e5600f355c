/* How an answer leaves: in one piece, as a file, in pieces, or as 500. */
#include "wsgi_object.h"

/* --- a body in one piece --- */

static PyObject *complete(wsgi_object *self) {
  self->phase = WSGI_ANSWERED;
  if (self->call->exchange) mt_exchange_complete(self->call->exchange);
  Py_RETURN_NONE;
}

static void let_drain(mt_exchange *exchange, void *user_data);

static void let_go(void *call) {
  wsgi_call_release(call);
}

static bool start_stream(wsgi_object *self) {
  wsgi_call *call = self->call;
  if (!wsgi_call_defer(call)) return wsgi_object_refuse("no memory for a stream") != NULL;
  uint64_t length = self->length == WSGI_NO_LENGTH ? MT_LENGTH_UNKNOWN : (uint64_t)self->length;
  wsgi_call_acquire(call);
  self->phase = WSGI_STREAMING;
  mt_exchange_stream_start(call->exchange, length, let_drain, call, let_go);
  return true;
}

static bool may_answer(wsgi_object *self) {
  if (!wsgi_object_call(self)) return false;
  if (self->phase == WSGI_SAID) return true;
  wsgi_object_refuse(self->phase == WSGI_UNSAID ? "the application did not call start_response"
                                                : "the response is under way");
  return false;
}

/** answer(bytes): everything there is. The length announced is kept, also to HEAD, whose answer has
 * no body. */
PyObject *wsgi_answer(wsgi_object *self, PyObject *body) {
  if (!may_answer(self)) return NULL;
  if (!PyBytes_Check(body))
    return PyErr_Format(PyExc_TypeError, "the body has to be bytes, not %R", body);
  mt_slice bytes = {PyBytes_AsString(body), (size_t)PyBytes_Size(body)};
  if (self->length == WSGI_NO_LENGTH || (size_t)self->length == bytes.size) {
    mt_response_body_copy(self->call->response, bytes);
    return complete(self);
  }
  if (!start_stream(self)) return NULL;
  if (!self->has_no_body) mt_exchange_stream_write(self->call->exchange, bytes);
  self->phase = WSGI_ANSWERED;
  mt_exchange_stream_end(self->call->exchange);
  Py_RETURN_NONE;
}

/** file(descriptor, offset, bytes there are): whether it could be. The descriptor is the server's
 * from here on. */
PyObject *wsgi_answer_file(wsgi_object *self, PyObject *arguments) {
  int descriptor;
  unsigned long long offset, size;
  if (!PyArg_ParseTuple(arguments, "iKK", &descriptor, &offset, &size) || !may_answer(self))
    return NULL;
  if (self->length != WSGI_NO_LENGTH && (unsigned long long)self->length < size)
    size = (unsigned long long)self->length;
  if (mt_response_body_file(self->call->response, descriptor, offset, size) != MT_OK)
    return wsgi_object_refuse("the file cannot be sent");
  return complete(self);
}

/* --- a body in pieces --- */

static void resume(wsgi_call *call);

static void let_drain(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  wsgi_call *call = user_data;
  pthread_mutex_lock(&call->mutex);
  call->is_drained = true;
  pthread_cond_broadcast(&call->has_changed);
  pthread_mutex_unlock(&call->mutex);
  if (call->host->is_inline) resume(call);
}

/** On the reactor nobody waits: what goes on is called. */
static void resume(wsgi_call *call) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *next = call->resume;
  call->resume = NULL;
  PyObject *result = next ? PyObject_CallFunctionObjArgs(next, NULL) : NULL;
  if (next && !result) PyErr_WriteUnraisable(next);
  Py_XDECREF(result);
  Py_XDECREF(next);
  PyGILState_Release(state);
}

static void await_drain(wsgi_call *call) {
  Py_BEGIN_ALLOW_THREADS;
  pthread_mutex_lock(&call->mutex);
  while (!call->is_drained) pthread_cond_wait(&call->has_changed, &call->mutex);
  pthread_mutex_unlock(&call->mutex);
  Py_END_ALLOW_THREADS;
}

/** write(bytes): True to go on; False when the peer is gone; None, on the reactor, to go on when
 * `resume` is called. */
PyObject *wsgi_answer_write(wsgi_object *self, PyObject *piece) {
  if (!PyBytes_Check(piece))
    return PyErr_Format(PyExc_TypeError, "a piece of a body has to be bytes, not %R", piece);
  if (self->phase != WSGI_STREAMING && (!may_answer(self) || !start_stream(self))) return NULL;
  wsgi_call *call = wsgi_object_call(self);
  if (!call) return NULL;
  if (self->has_no_body) Py_RETURN_TRUE;
  pthread_mutex_lock(&call->mutex);
  call->is_drained = false;
  pthread_mutex_unlock(&call->mutex);
  mt_slice bytes = {PyBytes_AsString(piece), (size_t)PyBytes_Size(piece)};
  mt_status status = mt_exchange_stream_write(call->exchange, bytes);
  if (status == MT_BACKPRESSURE && call->host->is_inline) Py_RETURN_NONE;
  if (status == MT_BACKPRESSURE) await_drain(call);
  return PyBool_FromLong(status != MT_ERROR_CLOSED && !mt_exchange_is_cancelled(call->exchange));
}

/** What start_response returns (PEP 3333): raises when the peer is gone. */
PyObject *wsgi_answer_write_now(wsgi_object *self, PyObject *piece) {
  PyObject *goes_on = wsgi_answer_write(self, piece);
  if (goes_on != Py_False) {
    Py_XDECREF(goes_on);
    if (!goes_on) return NULL;
    Py_RETURN_NONE;
  }
  Py_DECREF(goes_on);
  PyErr_SetString(PyExc_ConnectionError, "the client is gone");
  return NULL;
}

PyObject *wsgi_answer_end(wsgi_object *self, PyObject *unused) {
  (void)unused;
  if (self->phase != WSGI_STREAMING || !self->call->exchange)
    return wsgi_object_refuse("no stream is open");
  self->phase = WSGI_ANSWERED;
  mt_exchange_stream_end(self->call->exchange);
  Py_RETURN_NONE;
}

/** resume_with(callable): what is called once when writing may go on. */
PyObject *wsgi_answer_resume_with(wsgi_object *self, PyObject *callable) {
  Py_INCREF(callable);
  Py_XDECREF(self->call->resume);
  self->call->resume = callable;
  Py_RETURN_NONE;
}

static void answer_500(wsgi_object *self) {
  wsgi_head_clear(self->call, self->fields);
  mt_response *response = self->call->response;
  mt_response_status_set(response, self->status = 500);
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("text/plain; charset=utf-8"));
  mt_response_body_copy(response, MT_SLICE("Internal Server Error\n"));
  Py_DECREF(complete(self));
}

/** fail(): 500 where nothing was sent yet; a stream that was started is cut. */
PyObject *wsgi_answer_fail(wsgi_object *self, PyObject *unused) {
  (void)unused;
  if (self->phase <= WSGI_SAID && self->call->request)
    answer_500(self);
  else if (self->phase == WSGI_STREAMING)
    wsgi_call_let_go(self->call);
  Py_RETURN_NONE;
}
