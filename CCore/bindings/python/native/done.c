/* What `send` and `receive` give back when there is nothing to wait for. It passes for a coroutine,
 * so that an application may make a task of it. */
#include "fast.h"

typedef struct done {
  PyObject base;
  /** What it ends with; NULL once it was given, and for None. */
  PyObject *value;
} done;

static PyObject *nothing;

PyObject *done_with(PyObject *value) {
  done *self = value ? PyObject_New(done, &done_type) : NULL;
  if (self)
    self->value = value;
  else
    Py_XDECREF(value);
  return (PyObject *)self;
}

PyObject *done_none(void) {
  if (!nothing) {
    done *self = PyObject_New(done, &done_type);
    if (!self) return NULL;
    self->value = NULL;
    nothing = (PyObject *)self;
  }
  Py_INCREF(nothing);
  return nothing;
}

static void done_dealloc(done *self) {
  Py_XDECREF(self->value);
  PyObject_Free(self);
}

static PyObject *done_self(PyObject *self) {
  Py_INCREF(self);
  return self;
}

/** Ends at once, in the way that iterators do. */
static PyObject *done_next(done *self) {
  if (!self->value) return NULL;
  PyErr_SetObject(PyExc_StopIteration, self->value);
  Py_CLEAR(self->value);
  return NULL;
}

static PyObject *done_send(done *self, PyObject *Py_UNUSED(ignored)) {
  if (!done_next(self) && !PyErr_Occurred()) PyErr_SetNone(PyExc_StopIteration);
  return NULL;
}

static PyObject *done_throw(done *self, PyObject *arguments) {
  PyObject *type = NULL, *value = NULL, *trace = NULL;
  if (!PyArg_ParseTuple(arguments, "O|OO", &type, &value, &trace)) return NULL;
  if (PyExceptionInstance_Check(type))
    PyErr_SetObject((PyObject *)Py_TYPE(type), type);
  else
    PyErr_SetObject(type, value);
  return NULL;
}

static PyObject *done_close(PyObject *self, PyObject *Py_UNUSED(ignored)) {
  (void)self;
  Py_RETURN_NONE;
}

static PyMethodDef done_methods[] = {
    {"send", (PyCFunction)done_send, METH_O, "Ends at once."},
    {"throw", (PyCFunction)done_throw, METH_VARARGS, "Raises what it is given."},
    {"close", done_close, METH_NOARGS, "Does nothing."},
    {0},
};
static PyAsyncMethods done_async = {.am_await = done_self};

PyTypeObject done_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "martlet._fast.Done",
    .tp_basicsize = sizeof(done),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Something to await that is done already.",
    .tp_dealloc = (destructor)done_dealloc,
    .tp_as_async = &done_async,
    .tp_iter = done_self,
    .tp_iternext = (iternextfunc)done_next,
    .tp_methods = done_methods,
};
