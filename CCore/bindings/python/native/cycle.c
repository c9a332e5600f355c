/* What an application holds of a request, from its handler to its answer. */
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

void cycle_wake(cycle *self) {
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
  cycle_wake(self);
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

void cycle_part(cycle *self) {
  if (self->is_body_streamed) mt_exchange_body_resume(self->exchange);
  cycle_release(self);
  cycle_wake(self);
}

void cycle_complete(cycle *self) {
  if (!self->exchange && !defer(self)) {
    PyErr_Clear();
    return;
  }
  if (mt_exchange_complete(self->exchange) == MT_ERROR_CLOSED) self->is_gone = 1;
  cycle_part(self);
}

void cycle_finish(cycle *self) {
  self->phase = CYCLE_COMPLETE;
  Py_CLEAR(self->scope);
}

bool cycle_log_access(cycle *self) {
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

/* --- for martlet.application --- */

static PyObject *cycle_abort(cycle *self, PyObject *Py_UNUSED(ignored)) {
  if (self->phase == CYCLE_SILENT && self->response) {
    self->status = 500;
    mt_response_status_set(self->response, 500);
    mt_response_field_set(self->response, MT_SLICE("Content-Type"),
                          MT_SLICE("text/plain; charset=utf-8"));
    mt_response_body_copy(self->response, MT_SLICE("Internal Server Error"));
    if (!cycle_log_access(self)) PyErr_WriteUnraisable((PyObject *)self->asgi);
    cycle_finish(self);
    if (self->exchange) cycle_complete(self);
  } else if (self->phase == CYCLE_STARTED || self->phase == CYCLE_STREAMING) {
    cycle_finish(self);
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
  cycle_finish(self);
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
    [CYCLE_RECEIVE] = {"receive", (PyCFunction)cycle_receive, METH_NOARGS, "ASGI's receive."},
    [CYCLE_SEND] = {"send", (PyCFunction)cycle_send, METH_O, "ASGI's send."},
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
