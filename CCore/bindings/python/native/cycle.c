/* What an application holds of a request: `receive` and `send`, and what they do when there is
 * nothing to wait for. What has to wait is martlet.asgi's, in Python. */
#include "fast.h"

#include <stddef.h>
#include <structmember.h>
#include <unistd.h>

cycle *cycle_new(asgi *asgi, mt_request *request, mt_response *response) {
  cycle *self = PyObject_New(cycle, &cycle_type);
  if (!self) return NULL;
  Py_INCREF(asgi);
  memset((char *)self + sizeof(PyObject), 0, sizeof *self - sizeof(PyObject));
  self->asgi = asgi;
  self->request = request;
  self->response = response;
  self->length = MT_LENGTH_UNKNOWN;
  self->is_head = mt_request_method(request) == MT_METHOD_HEAD;
  return self;
}

static void cycle_dealloc(cycle *self) {
  mt_exchange_release(self->exchange);
  Py_XDECREF(self->scope);
  Py_XDECREF(self->body);
  Py_XDECREF(self->waits);
  Py_DECREF(self->asgi);
  PyObject_Free(self);
}

void cycle_unref(void *cycle) {
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_DECREF((PyObject *)cycle);
  PyGILState_Release(gil);
}

/** Tells whoever waits in `receive` or `send` that something changed. */
static void wake(cycle *self) {
  if (!self->waits) return;
  PyObject *done = PyObject_CallMethodObjArgs((PyObject *)self->asgi, word_woken, self, NULL);
  if (!done) PyErr_WriteUnraisable((PyObject *)self->asgi);
  Py_XDECREF(done);
}

static void on_cancel(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  PyGILState_STATE gil = PyGILState_Ensure();
  cycle *self = user_data;
  self->is_gone = 1;
  wake(self);
  PyGILState_Release(gil);
}

static void on_drained(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  PyGILState_STATE gil = PyGILState_Ensure();
  cycle *self = user_data;
  self->is_full = 0;
  wake(self);
  PyGILState_Release(gil);
}

static bool defer(cycle *self) {
  mt_status status =
      self->request ? mt_request_defer(self->request, &self->exchange) : MT_ERROR_INVALID_STATE;
  if (status == MT_OK) return true;
  PyErr_Format(PyExc_RuntimeError, "the request is over (%s)", mt_status_name(status));
  return false;
}

bool cycle_defer(cycle *self) {
  if (self->exchange) return true;
  if (!defer(self)) return false;
  Py_INCREF(self);
  mt_exchange_on_cancel(self->exchange, on_cancel, self, cycle_unref);
  return true;
}

void cycle_release(cycle *self) {
  mt_exchange *exchange = self->exchange;
  self->exchange = NULL;
  self->request = NULL;
  self->response = NULL;
  mt_exchange_release(exchange);
}

/** The answer is on its way: what is left of the body nobody reads. */
static void part(cycle *self) {
  if (self->is_body_streamed) mt_exchange_body_resume(self->exchange);
  cycle_release(self);
  wake(self);
}

void cycle_complete(cycle *self) {
  if (!self->exchange && !defer(self)) {
    PyErr_Clear();
    return;
  }
  if (mt_exchange_complete(self->exchange) == MT_ERROR_CLOSED) self->is_gone = 1;
  part(self);
}

static void finish(cycle *self) {
  self->phase = CYCLE_COMPLETE;
  Py_CLEAR(self->scope);
}

/* --- send --- */

static bool log_access(cycle *self) {
  asgi *asgi = self->asgi;
  if (!asgi->logs_access || !self->scope) return true;
  PyObject *status = PyLong_FromLong(self->status);
  PyObject *done = status ? PyObject_CallMethodObjArgs((PyObject *)asgi, word_log_access,
                                                       self->scope, status, NULL)
                          : NULL;
  Py_XDECREF(status);
  Py_XDECREF(done);
  return done != NULL;
}

static bool send_start(cycle *self, PyObject *message) {
  if (self->phase != CYCLE_SILENT) {
    PyErr_SetString(PyExc_RuntimeError, "http.response.start was sent already");
    return false;
  }
  if (!self->response) {
    PyErr_SetString(PyExc_RuntimeError, "the request is over");
    return false;
  }
  if (!answer_start(self, message)) return false;
  self->phase = CYCLE_STARTED;
  return log_access(self);
}

static bool open_stream(cycle *self) {
  if (!cycle_defer(self)) return false;
  Py_INCREF(self);
  mt_status status =
      mt_exchange_stream_start(self->exchange, self->length, on_drained, self, cycle_unref);
  self->phase = CYCLE_STREAMING;
  if (status == MT_OK) return true;
  if (status == MT_ERROR_CLOSED) return (self->is_gone = 1);
  PyErr_Format(PyExc_RuntimeError, "the response cannot be streamed (%s)", mt_status_name(status));
  return false;
}

/** Appends to the stream; `is_full` says whether the application has to wait. */
static bool write_piece(cycle *self, PyObject *body) {
  mt_slice piece = {PyBytes_AS_STRING(body), (size_t)PyBytes_GET_SIZE(body)};
  if (self->is_gone || !self->exchange) return true;
  mt_status status = mt_exchange_stream_write(self->exchange, piece);
  if (status == MT_OK) return true;
  if (status == MT_BACKPRESSURE) return (self->is_full = 1);
  if (status == MT_ERROR_CLOSED) return (self->is_gone = 1);
  if (status == MT_ERROR_LIMIT)
    PyErr_Format(PyExc_RuntimeError, "Response content is longer than its Content-Length, %llu",
                 (unsigned long long)self->length);
  else
    PyErr_Format(PyExc_RuntimeError, "the body is refused (%s)", mt_status_name(status));
  return false;
}

static void end_stream(cycle *self) {
  if (mt_exchange_stream_end(self->exchange) == MT_ERROR_CLOSED) self->is_gone = 1;
  finish(self);
  part(self);
}

static bool send_piece(cycle *self, PyObject *body, bool has_more) {
  if (self->phase == CYCLE_STARTED && !open_stream(self)) return false;
  if (!write_piece(self, body)) return false;
  if (!has_more) end_stream(self);
  return true;
}

static bool send_whole(cycle *self, PyObject *body) {
  bool is_described = self->is_head && self->length != MT_LENGTH_UNKNOWN;
  if (is_described) return send_piece(self, body, false);
  if (!answer_whole(self, body)) return false;
  finish(self);
  if (self->exchange) cycle_complete(self);
  return true;
}

/** Bytes as they are; what else holds bytes, as a copy. */
static PyObject *body_of(PyObject *message) {
  PyObject *body = PyDict_GetItemWithError(message, word_body);
  if (!body) return PyErr_Occurred() ? NULL : PyBytes_FromStringAndSize(NULL, 0);
  if (PyBytes_Check(body) || !PyObject_CheckBuffer(body)) {
    if (!PyBytes_Check(body)) {
      PyErr_Format(PyExc_TypeError, "body is bytes, not %s", Py_TYPE(body)->tp_name);
      return NULL;
    }
    Py_INCREF(body);
    return body;
  }
  return PyBytes_FromObject(body);
}

static int has_more(PyObject *message) {
  PyObject *more = PyDict_GetItemWithError(message, word_more_body);
  if (!more) return PyErr_Occurred() ? -1 : 0;
  return PyObject_IsTrue(more);
}

static bool send_body(cycle *self, PyObject *message) {
  if (self->phase == CYCLE_SILENT) {
    PyErr_SetString(PyExc_RuntimeError,
                    "Expected ASGI message 'http.response.start', but got 'http.response.body'");
    return false;
  }
  int more = has_more(message);
  PyObject *body = more < 0 ? NULL : body_of(message);
  if (!body) return false;
  bool is_whole = self->phase == CYCLE_STARTED && !more;
  bool is_sent = is_whole ? send_whole(self, body) : send_piece(self, body, more);
  Py_DECREF(body);
  return is_sent;
}

static bool is_text(PyObject *object, const char *text, Py_ssize_t size) {
  return PyUnicode_IS_COMPACT_ASCII(object) && PyUnicode_GET_LENGTH(object) == size &&
         memcmp(PyUnicode_1BYTE_DATA(object), text, (size_t)size) == 0;
}

static PyObject *call_slow(cycle *self, PyObject *name, PyObject *message) {
  return PyObject_CallMethodObjArgs((PyObject *)self->asgi, name, self, message, NULL);
}

static PyObject *refuse_after_end(PyObject *type) {
  return PyErr_Format(PyExc_RuntimeError,
                      "Unexpected ASGI message %R sent, after response already completed", type);
}

static PyObject *cycle_send(cycle *self, PyObject *message) {
  PyObject *type = PyDict_Check(message) ? PyDict_GetItemWithError(message, word_type) : NULL;
  if (!type || !PyUnicode_Check(type))
    return PyErr_Occurred() ? NULL
                            : PyErr_Format(PyExc_TypeError, "%R is no ASGI message", message);
  if (self->is_gone) return done_none();
  if (self->phase == CYCLE_COMPLETE) return refuse_after_end(type);
  bool is_sent;
  if (is_text(type, "http.response.start", 19))
    is_sent = send_start(self, message);
  else if (is_text(type, "http.response.body", 18))
    is_sent = send_body(self, message);
  else
    return call_slow(self, word_send_other, message);
  if (!is_sent) return NULL;
  bool must_wait = self->is_full && self->phase == CYCLE_STREAMING;
  return must_wait ? call_slow(self, word_wait_drained, NULL) : done_none();
}

/* --- receive --- */

static PyObject *message_with_body(cycle *self) {
  PyObject *body = self->body ? self->body : PyBytes_FromStringAndSize(NULL, 0);
  self->body = NULL;
  self->is_body_read = 1;
  PyObject *message = PyDict_New();
  bool is_made = message && body && PyDict_SetItem(message, word_type, word_http_request) == 0 &&
                 PyDict_SetItem(message, word_body, body) == 0 &&
                 PyDict_SetItem(message, word_more_body, Py_False) == 0;
  Py_XDECREF(body);
  if (!is_made) Py_CLEAR(message);
  return message;
}

static PyObject *cycle_receive(cycle *self, PyObject *Py_UNUSED(ignored)) {
  bool is_here = !self->is_body_streamed && !self->is_body_read && !self->is_gone;
  if (is_here && self->phase != CYCLE_COMPLETE) return done_with(message_with_body(self));
  return call_slow(self, word_wait_message, NULL);
}

/* --- for martlet.asgi --- */

static PyObject *cycle_abort(cycle *self, PyObject *Py_UNUSED(ignored)) {
  if (self->phase == CYCLE_SILENT && self->response) {
    self->status = 500;
    mt_response_status_set(self->response, 500);
    mt_response_field_set(self->response, MT_SLICE("Content-Type"),
                          MT_SLICE("text/plain; charset=utf-8"));
    mt_response_body_copy(self->response, MT_SLICE("Internal Server Error"));
    if (!log_access(self)) PyErr_WriteUnraisable((PyObject *)self->asgi);
    finish(self);
    if (self->exchange) cycle_complete(self);
  } else if (self->phase == CYCLE_STARTED || self->phase == CYCLE_STREAMING) {
    finish(self);
    if (!self->exchange && !defer(self)) return NULL;
    cycle_release(self);
  }
  Py_RETURN_NONE;
}

static PyObject *cycle_resume_body(cycle *self, PyObject *Py_UNUSED(ignored)) {
  if (self->exchange) mt_exchange_body_resume(self->exchange);
  Py_RETURN_NONE;
}

/** Completes a started response with a part of a file; the descriptor is the library's. */
static PyObject *cycle_send_file(cycle *self, PyObject *arguments) {
  int descriptor;
  unsigned long long offset, length;
  if (!PyArg_ParseTuple(arguments, "iKK", &descriptor, &offset, &length)) return NULL;
  if (self->phase != CYCLE_STARTED) {
    close(descriptor);
    return PyErr_Format(PyExc_RuntimeError, "a file is sent right behind http.response.start");
  }
  mt_status status = mt_response_body_file(self->response, descriptor, offset, length);
  if (status != MT_OK)
    return PyErr_Format(PyExc_RuntimeError, "the file is refused (%s)", mt_status_name(status));
  finish(self);
  if (self->exchange) cycle_complete(self);
  Py_RETURN_NONE;
}

static PyObject *cycle_is_complete(cycle *self, void *Py_UNUSED(ignored)) {
  return PyBool_FromLong(self->phase == CYCLE_COMPLETE);
}

static PyObject *cycle_is_started(cycle *self, void *Py_UNUSED(ignored)) {
  return PyBool_FromLong(self->phase != CYCLE_SILENT);
}

PyMethodDef cycle_methods[] = {
    {"receive", (PyCFunction)cycle_receive, METH_NOARGS, "ASGI's receive."},
    {"send", (PyCFunction)cycle_send, METH_O, "ASGI's send."},
    {"abort", (PyCFunction)cycle_abort, METH_NOARGS, "500, or an answer cut short."},
    {"resume_body", (PyCFunction)cycle_resume_body, METH_NOARGS, "Lets the body flow again."},
    {"send_file", (PyCFunction)cycle_send_file, METH_VARARGS, "Completes with a part of a file."},
    {0},
};

static PyMemberDef members[] = {
    {"waits", T_OBJECT, offsetof(cycle, waits), 0, "Who waits, and for what."},
    {"is_gone", T_BOOL, offsetof(cycle, is_gone), READONLY, "Whether the peer left."},
    {"is_full", T_BOOL, offsetof(cycle, is_full), READONLY, "Whether `send` should wait."},
    {"is_body_streamed", T_BOOL, offsetof(cycle, is_body_streamed), READONLY, "In pieces."},
    {0},
};

static PyGetSetDef properties[] = {
    {"is_complete", (getter)cycle_is_complete, NULL, "Whether the answer is complete.", NULL},
    {"is_started", (getter)cycle_is_started, NULL, "Whether http.response.start was sent.", NULL},
    {0},
};

PyTypeObject cycle_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "martlet._fast.Cycle",
    .tp_basicsize = sizeof(cycle),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "One request and its answer, by ASGI's messages.",
    .tp_dealloc = (destructor)cycle_dealloc,
    .tp_methods = cycle_methods,
    .tp_members = members,
    .tp_getset = properties,
};
