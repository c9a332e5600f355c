/* The type Call: a request and its answer as martlet/wsgi.py handles them. */
#include "wsgi_object.h"

#include <string.h>

static PyTypeObject *type;

PyObject *wsgi_object_make(wsgi_call *call) {
  wsgi_object *object = PyObject_New(wsgi_object, type);
  if (!object) {
    wsgi_call_release(call);
    return NULL;
  }
  object->call = call;
  object->fields = NULL;
  object->length = WSGI_NO_LENGTH;
  object->status = 0;
  object->phase = WSGI_UNSAID;
  object->has_no_body = false;
  return (PyObject *)object;
}

static void dealloc(wsgi_object *self) {
  PyTypeObject *own_type = Py_TYPE(self);
  Py_XDECREF(self->fields);
  /* Not with the last reference: a stream that was not ended is cut now, though still told of. */
  wsgi_call_let_go(self->call);
  wsgi_call_release(self->call);
  PyObject_Free(self);
  Py_DECREF(own_type);
}

/** Whether the request is still lent: NULL with an exception when not. */
wsgi_call *wsgi_object_call(wsgi_object *self) {
  if (self->call->request) return self->call;
  PyErr_SetString(PyExc_RuntimeError, "the request is over");
  return NULL;
}

PyObject *wsgi_object_refuse(const char *why) {
  PyErr_SetString(PyExc_RuntimeError, why);
  return NULL;
}

static PyObject *make_environ(wsgi_object *self, PyObject *template) {
  wsgi_call *call = wsgi_object_call(self);
  return call ? wsgi_environ_make(call->request, template) : NULL;
}

static PyObject *read_body(wsgi_object *self, PyObject *most) {
  size_t size = PyLong_AsSize_t(most);
  if (size == (size_t)-1 && PyErr_Occurred()) return NULL;
  return wsgi_body_read(self->call, size);
}

static PyObject *whole_body(wsgi_object *self, PyObject *unused) {
  (void)unused;
  return wsgi_body_whole(self->call);
}

static PyObject *has_body(wsgi_object *self, void *unused) {
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

static PyObject *write_of(wsgi_object *self) {
  return PyObject_GetAttrString((PyObject *)self, "write_now");
}

static bool say(wsgi_object *self, wsgi_call *call, PyObject *status, PyObject *fields) {
  wsgi_head_clear(call, self->fields);
  Py_XDECREF(self->fields);
  Py_INCREF(fields);
  self->fields = fields;
  if (!wsgi_head_set(call, status, fields, &self->length)) return false;
  int code = self->status = mt_response_status_get(call->response);
  self->has_no_body =
      code == 204 || code == 304 || mt_request_method(call->request) == MT_METHOD_HEAD;
  if (code == 204 || code == 304) self->length = WSGI_NO_LENGTH;
  self->phase = WSGI_SAID;
  return true;
}

static PyObject *start_response(wsgi_object *self, PyObject *arguments) {
  PyObject *status, *fields, *exc_info = Py_None;
  if (!PyArg_ParseTuple(arguments, "OO|O:start_response", &status, &fields, &exc_info)) return NULL;
  if (self->phase > WSGI_SAID)
    return exc_info == Py_None ? wsgi_object_refuse("the response is under way")
                               : raise_again(exc_info);
  if (self->phase == WSGI_SAID && exc_info == Py_None)
    return wsgi_object_refuse("start_response was called already");
  wsgi_call *call = wsgi_object_call(self);
  return call && say(self, call, status, fields) ? write_of(self) : NULL;
}

static PyObject *status_of(wsgi_object *self, void *unused) {
  (void)unused;
  return PyLong_FromLong(self->status);
}

static PyObject *phase_of(wsgi_object *self, void *unused) {
  (void)unused;
  return PyLong_FromLong(self->phase);
}

static PyObject *length_of(wsgi_object *self, void *unused) {
  (void)unused;
  return PyLong_FromLongLong(self->length);
}

#define METHOD(name, function, kind)                                                               \
  { name, (PyCFunction)(void (*)(void))(function), kind, NULL }
static PyMethodDef methods[] = {METHOD("environ", make_environ, METH_O),
                                METHOD("read", read_body, METH_O),
                                METHOD("whole_body", whole_body, METH_NOARGS),
                                METHOD("start_response", start_response, METH_VARARGS),
                                METHOD("answer", wsgi_answer, METH_O),
                                METHOD("file", wsgi_answer_file, METH_VARARGS),
                                METHOD("write", wsgi_answer_write, METH_O),
                                METHOD("write_now", wsgi_answer_write_now, METH_O),
                                METHOD("end", wsgi_answer_end, METH_NOARGS),
                                METHOD("resume_with", wsgi_answer_resume_with, METH_O),
                                METHOD("fail", wsgi_answer_fail, METH_NOARGS),
                                {NULL, NULL, 0, NULL}};

static PyGetSetDef properties[] = {{"has_body", (getter)has_body, NULL, NULL, NULL},
                                   {"status", (getter)status_of, NULL, NULL, NULL},
                                   {"phase", (getter)phase_of, NULL, NULL, NULL},
                                   {"length", (getter)length_of, NULL, NULL, NULL},
                                   {NULL, NULL, NULL, NULL, NULL}};

bool wsgi_object_prepare(void) {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, dealloc}, {Py_tp_methods, methods}, {Py_tp_getset, properties}, {0, NULL}};
  static PyType_Spec spec = {"martlet._wsgi.Call", sizeof(wsgi_object), 0, Py_TPFLAGS_DEFAULT,
                             slots};
  type = (PyTypeObject *)PyType_FromSpec(&spec);
  return type != NULL;
}
