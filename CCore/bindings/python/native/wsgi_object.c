/* The type Call: a request and its answer as martlet/wsgi.py handles them. */
#include "wsgi.h"

#include <string.h>

typedef enum phase { UNSAID, SAID, STREAMING, ANSWERED } phase;

typedef struct call_object {
  PyObject_HEAD wsgi_call *call;
  PyObject *fields; /* as start_response got them */
  long long length; /* the announced length, or WSGI_NO_LENGTH */
  int status;
  phase phase;
  bool has_no_body; /* to HEAD, and by status 204 and 304 */
} call_object;

static PyTypeObject *type;

PyObject *wsgi_object_make(wsgi_call *call) {
  call_object *object = PyObject_New(call_object, type);
  if (!object) {
    wsgi_call_release(call);
    return NULL;
  }
  object->call = call;
  object->fields = NULL;
  object->length = WSGI_NO_LENGTH;
  object->status = 0;
  object->phase = UNSAID;
  object->has_no_body = false;
  return (PyObject *)object;
}

/** Here and not with the last reference: a stream that was not ended is cut now, though it may
 * still be told of. */
static void let_go_of_exchange(wsgi_call *call) {
  mt_exchange *exchange = call->exchange;
  call->exchange = NULL;
  wsgi_call_expire(call);
  mt_exchange_release(exchange);
}

static void dealloc(call_object *self) {
  PyTypeObject *own_type = Py_TYPE(self);
  Py_XDECREF(self->fields);
  if (self->call->exchange) let_go_of_exchange(self->call);
  wsgi_call_release(self->call);
  PyObject_Free(self);
  Py_DECREF(own_type);
}

/** Whether the request is still lent: NULL with an exception when not. */
static wsgi_call *open_call(call_object *self) {
  if (self->call->request) return self->call;
  PyErr_SetString(PyExc_RuntimeError, "the request is over");
  return NULL;
}

static PyObject *refuse(const char *why) {
  PyErr_SetString(PyExc_RuntimeError, why);
  return NULL;
}

static PyObject *make_environ(call_object *self, PyObject *template) {
  wsgi_call *call = open_call(self);
  return call ? wsgi_environ_make(call->request, template) : NULL;
}

static PyObject *read_body(call_object *self, PyObject *most) {
  size_t size = PyLong_AsSize_t(most);
  if (size == (size_t)-1 && PyErr_Occurred()) return NULL;
  return wsgi_body_read(self->call, size);
}

static PyObject *whole_body(call_object *self, PyObject *unused) {
  (void)unused;
  return wsgi_body_whole(self->call);
}

static PyObject *has_body(call_object *self, void *unused) {
  (void)unused;
  return PyBool_FromLong(self->call->body.is_expected);
}

/* --- the head --- */

static PyObject *raise_again(PyObject *exc_info) {
  PyObject *kind, *value, *traceback;
  if (!PyArg_ParseTuple(exc_info, "OOO", &kind, &value, &traceback)) return NULL;
  Py_INCREF(kind), Py_INCREF(value), Py_INCREF(traceback);
  PyErr_Restore(kind, value, traceback);
  return NULL;
}

static PyObject *write_of(call_object *self) {
  return PyObject_GetAttrString((PyObject *)self, "write_now");
}

static bool say(call_object *self, wsgi_call *call, PyObject *status, PyObject *fields) {
  wsgi_head_clear(call, self->fields);
  Py_XDECREF(self->fields);
  Py_INCREF(fields);
  self->fields = fields;
  if (!wsgi_head_set(call, status, fields, &self->length)) return false;
  int code = self->status = mt_response_status_get(call->response);
  self->has_no_body =
      code == 204 || code == 304 || mt_request_method(call->request) == MT_METHOD_HEAD;
  if (code == 204 || code == 304) self->length = WSGI_NO_LENGTH;
  self->phase = SAID;
  return true;
}

static PyObject *start_response(call_object *self, PyObject *arguments) {
  PyObject *status, *fields, *exc_info = Py_None;
  if (!PyArg_ParseTuple(arguments, "OO|O:start_response", &status, &fields, &exc_info)) return NULL;
  if (self->phase > SAID)
    return exc_info == Py_None ? refuse("the response is under way") : raise_again(exc_info);
  if (self->phase == SAID && exc_info == Py_None)
    return refuse("start_response was called already");
  wsgi_call *call = open_call(self);
  return call && say(self, call, status, fields) ? write_of(self) : NULL;
}

/* --- a body in one piece --- */

static PyObject *complete(call_object *self) {
  self->phase = ANSWERED;
  if (self->call->exchange) mt_exchange_complete(self->call->exchange);
  Py_RETURN_NONE;
}

static void let_drain(mt_exchange *exchange, void *user_data);

static void let_go(void *call) {
  wsgi_call_release(call);
}

static bool start_stream(call_object *self) {
  wsgi_call *call = self->call;
  if (!wsgi_call_defer(call)) return refuse("no memory for a stream") != NULL;
  uint64_t length = self->length == WSGI_NO_LENGTH ? MT_LENGTH_UNKNOWN : (uint64_t)self->length;
  wsgi_call_acquire(call);
  self->phase = STREAMING;
  mt_exchange_stream_start(call->exchange, length, let_drain, call, let_go);
  return true;
}

static bool may_answer(call_object *self) {
  if (!open_call(self)) return false;
  if (self->phase == SAID) return true;
  refuse(self->phase == UNSAID ? "the application did not call start_response"
                               : "the response is under way");
  return false;
}

/** answer(bytes): everything there is. The length announced is kept, also to HEAD, whose answer has
 * no body. */
static PyObject *answer(call_object *self, PyObject *body) {
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
  self->phase = ANSWERED;
  mt_exchange_stream_end(self->call->exchange);
  Py_RETURN_NONE;
}

/** file(descriptor, offset, bytes there are): whether it could be. The descriptor is the server's
 * from here on. */
static PyObject *send_file(call_object *self, PyObject *arguments) {
  int descriptor;
  unsigned long long offset, size;
  if (!PyArg_ParseTuple(arguments, "iKK", &descriptor, &offset, &size) || !may_answer(self))
    return NULL;
  if (self->length != WSGI_NO_LENGTH && (unsigned long long)self->length < size)
    size = (unsigned long long)self->length;
  if (mt_response_body_file(self->call->response, descriptor, offset, size) != MT_OK)
    return refuse("the file cannot be sent");
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
  if (call->host->handle) resume(call);
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
static PyObject *write_piece(call_object *self, PyObject *piece) {
  if (!PyBytes_Check(piece))
    return PyErr_Format(PyExc_TypeError, "a piece of a body has to be bytes, not %R", piece);
  if (self->phase != STREAMING && (!may_answer(self) || !start_stream(self))) return NULL;
  wsgi_call *call = open_call(self);
  if (!call) return NULL;
  if (self->has_no_body) Py_RETURN_TRUE;
  pthread_mutex_lock(&call->mutex);
  call->is_drained = false;
  pthread_mutex_unlock(&call->mutex);
  mt_slice bytes = {PyBytes_AsString(piece), (size_t)PyBytes_Size(piece)};
  mt_status status = mt_exchange_stream_write(call->exchange, bytes);
  if (status == MT_BACKPRESSURE && call->host->handle) Py_RETURN_NONE;
  if (status == MT_BACKPRESSURE) await_drain(call);
  return PyBool_FromLong(status != MT_ERROR_CLOSED && !mt_exchange_is_cancelled(call->exchange));
}

/** What start_response returns (PEP 3333): raises when the peer is gone. */
static PyObject *write_now(call_object *self, PyObject *piece) {
  PyObject *goes_on = write_piece(self, piece);
  if (goes_on != Py_False) {
    Py_XDECREF(goes_on);
    if (!goes_on) return NULL;
    Py_RETURN_NONE;
  }
  Py_DECREF(goes_on);
  PyErr_SetString(PyExc_ConnectionError, "the client is gone");
  return NULL;
}

static PyObject *end(call_object *self, PyObject *unused) {
  (void)unused;
  if (self->phase != STREAMING || !self->call->exchange) return refuse("no stream is open");
  self->phase = ANSWERED;
  mt_exchange_stream_end(self->call->exchange);
  Py_RETURN_NONE;
}

/** resume_with(callable): what is called once when writing may go on. */
static PyObject *resume_with(call_object *self, PyObject *callable) {
  Py_INCREF(callable);
  Py_XDECREF(self->call->resume);
  self->call->resume = callable;
  Py_RETURN_NONE;
}

static void answer_500(call_object *self) {
  wsgi_head_clear(self->call, self->fields);
  mt_response *response = self->call->response;
  mt_response_status_set(response, self->status = 500);
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("text/plain; charset=utf-8"));
  mt_response_body_copy(response, MT_SLICE("Internal Server Error\n"));
  Py_DECREF(complete(self));
}

/** fail(): 500 where nothing was sent yet; a stream that was started is cut. */
static PyObject *fail(call_object *self, PyObject *unused) {
  (void)unused;
  if (self->phase <= SAID && self->call->request)
    answer_500(self);
  else if (self->phase == STREAMING && self->call->exchange)
    let_go_of_exchange(self->call);
  Py_RETURN_NONE;
}

static PyObject *status_of(call_object *self, void *unused) {
  (void)unused;
  return PyLong_FromLong(self->status);
}

static PyObject *phase_of(call_object *self, void *unused) {
  (void)unused;
  return PyLong_FromLong(self->phase);
}

static PyObject *length_of(call_object *self, void *unused) {
  (void)unused;
  return PyLong_FromLongLong(self->length);
}

#define METHOD(name, function, kind)                                                               \
  { name, (PyCFunction)(void (*)(void))function, kind, NULL }
static PyMethodDef methods[] = {METHOD("environ", make_environ, METH_O),
                                METHOD("read", read_body, METH_O),
                                METHOD("whole_body", whole_body, METH_NOARGS),
                                METHOD("start_response", start_response, METH_VARARGS),
                                METHOD("answer", answer, METH_O),
                                METHOD("file", send_file, METH_VARARGS),
                                METHOD("write", write_piece, METH_O),
                                METHOD("write_now", write_now, METH_O),
                                METHOD("end", end, METH_NOARGS),
                                METHOD("resume_with", resume_with, METH_O),
                                METHOD("fail", fail, METH_NOARGS),
                                {NULL, NULL, 0, NULL}};

static PyGetSetDef properties[] = {{"has_body", (getter)has_body, NULL, NULL, NULL},
                                   {"status", (getter)status_of, NULL, NULL, NULL},
                                   {"phase", (getter)phase_of, NULL, NULL, NULL},
                                   {"length", (getter)length_of, NULL, NULL, NULL},
                                   {NULL, NULL, NULL, NULL, NULL}};

bool wsgi_object_prepare(void) {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, dealloc}, {Py_tp_methods, methods}, {Py_tp_getset, properties}, {0, NULL}};
  static PyType_Spec spec = {"martlet._wsgi.Call", sizeof(call_object), 0, Py_TPFLAGS_DEFAULT,
                             slots};
  type = (PyTypeObject *)PyType_FromSpec(&spec);
  return type != NULL;
}
