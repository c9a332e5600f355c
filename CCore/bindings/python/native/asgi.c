/* From a request to the application. Its coroutine is begun inside the handler, with the identity
 * of a task that waits for this: one that ends without having waited needed no task of its own, and
 * is answered at once. Another is taken over by that task, which then goes on with it. */
#include "fast.h"

#include <stddef.h>
#include <structmember.h>

/** Bodies up to here are waited for before the application begins. */
enum { AWAITED_BODY_BYTES = 65536 };

/** Says what went wrong where no caller could be told. */
static void tell(PyObject *result, void *about) {
  if (!result) PyErr_WriteUnraisable(about);
  Py_XDECREF(result);
}

/* --- a task's identity, lent --- */

/** A waiting task out of `parked`, or NULL when there is none. */
static PyObject *take_parked(asgi *self) {
  Py_ssize_t count = PyList_GET_SIZE(self->parked);
  if (count == 0) return NULL;
  PyObject *lender = PyList_GET_ITEM(self->parked, count - 1);
  Py_INCREF(lender);
  if (PyList_SetSlice(self->parked, count - 1, count, NULL) < 0) Py_CLEAR(lender);
  return lender;
}

static bool is_still_waiting(PyObject *future) {
  PyObject *done = PyObject_CallMethodObjArgs(future, word_done, NULL);
  bool is_waiting = done == Py_False;
  if (!done) PyErr_Clear();
  Py_XDECREF(done);
  return is_waiting;
}

static bool has_weak_references(PyObject *task, PyObject *expected) {
  PyObject *count = PyObject_CallOneArg(weak_references_of, task);
  bool is_same = count && PyObject_RichCompareBool(count, expected, Py_EQ) == 1;
  if (!count) PyErr_Clear();
  Py_XDECREF(count);
  return !is_same;
}

/** Puts the task back, unless the application kept it, or a sign of it, or cancelled it: the next
 * request must not meet what this one left. */
static void give_parked(asgi *self, PyObject *lender, Py_ssize_t references) {
  PyObject *task = PyTuple_GET_ITEM(lender, 0);
  bool is_clean = Py_REFCNT(task) == references && is_still_waiting(PyTuple_GET_ITEM(lender, 1)) &&
                  !has_weak_references(task, PyTuple_GET_ITEM(lender, 2));
  if (is_clean && PyList_Append(self->parked, lender) == 0) return;
  tell(PyObject_CallMethodObjArgs((PyObject *)self, word_retire, lender, NULL), self);
}

/* --- beginning the application --- */

/** What became of a beginning: its coroutine, and what it waits for, or its exception. */
typedef struct begun {
  PyObject *coroutine;
  PyObject *waited;
  PyObject *exception;
  bool is_waiting;
} begun;

static PyObject *take_exception(void) {
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  if (trace && value) PyException_SetTraceback(value, trace);
  Py_XDECREF(type);
  Py_XDECREF(trace);
  return value;
}

static PyObject *call_app(cycle *self, PyObject *scope) {
  asgi *asgi = self->asgi;
  PyObject *receive = PyCFunction_New(&cycle_methods[0], (PyObject *)self);
  PyObject *send = PyCFunction_New(&cycle_methods[1], (PyObject *)self);
  PyObject *arguments[] = {NULL, scope, receive, send};
  PyObject *result = NULL;
  if (receive && send)
    result =
        PyObject_Vectorcall(asgi->app, arguments + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
  Py_XDECREF(receive);
  Py_XDECREF(send);
  if (!result || PyCoro_CheckExact(result)) return result;
  PyObject *wrapped = PyObject_CallMethodObjArgs((PyObject *)asgi, word_as_coroutine, result, NULL);
  Py_DECREF(result);
  return wrapped;
}

static void step(cycle *self, PyObject *scope, begun *begun) {
  begun->coroutine = call_app(self, scope);
  PySendResult result =
      begun->coroutine ? PyIter_Send(begun->coroutine, Py_None, &begun->waited) : PYGEN_ERROR;
  begun->is_waiting = result == PYGEN_NEXT;
  if (result == PYGEN_RETURN) Py_CLEAR(begun->waited);
  if (result == PYGEN_ERROR) begun->exception = take_exception();
}

/** One step as `task`, in `context`. */
static void begin(cycle *self, PyObject *scope, PyObject *task, PyObject *context, begun *begun) {
  asgi *asgi = self->asgi;
  PyObject *identity[] = {asgi->loop, task};
  PyObject *entered = PyObject_Vectorcall(asgi->enter_task, identity, 2, NULL);
  if (!entered || PyContext_Enter(context) < 0) {
    begun->exception = take_exception();
    Py_XDECREF(entered);
    return;
  }
  step(self, scope, begun);
  Py_DECREF(entered);
  if (PyContext_Exit(context) < 0) PyErr_WriteUnraisable(context);
  tell(PyObject_Vectorcall(asgi->leave_task, identity, 2, NULL), task);
}

/** What had to wait goes on in the task that it began as. */
static void hand_over(cycle *self, PyObject *lender, PyObject *context, begun *begun) {
  asgi *asgi = self->asgi;
  if (self->phase == CYCLE_COMPLETE && !self->exchange)
    cycle_complete(self);
  else if (self->phase != CYCLE_COMPLETE && !cycle_defer(self))
    PyErr_WriteUnraisable((PyObject *)self);
  tell(PyObject_CallMethodObjArgs((PyObject *)asgi, word_take_over, lender, begun->coroutine,
                                  context, begun->waited, self, NULL),
       asgi);
}

static void conclude(cycle *self, begun *begun) {
  asgi *asgi = self->asgi;
  if (begun->exception)
    tell(PyObject_CallMethodObjArgs((PyObject *)asgi, word_failed, self, begun->exception, NULL),
         asgi);
  else if (self->phase != CYCLE_COMPLETE)
    tell(PyObject_CallMethodObjArgs((PyObject *)asgi, word_unfinished, self, NULL), asgi);
}

static void start_eagerly(cycle *self, PyObject *scope, PyObject *lender) {
  PyObject *context = PyContext_CopyCurrent();
  if (!context) return PyErr_WriteUnraisable((PyObject *)self->asgi);
  PyObject *task = PyTuple_GET_ITEM(lender, 0);
  Py_ssize_t references = Py_REFCNT(task);
  begun begun = {0};
  begin(self, scope, task, context, &begun);
  if (begun.is_waiting) {
    hand_over(self, lender, context, &begun);
  } else {
    conclude(self, &begun);
    Py_CLEAR(begun.coroutine);
    Py_CLEAR(begun.exception);
    give_parked(self->asgi, lender, references);
  }
  Py_XDECREF(begun.coroutine);
  Py_XDECREF(begun.waited);
  Py_XDECREF(begun.exception);
  Py_DECREF(context);
}

/** Every task is lent: this one gets its own, which begins with the loop's next turn. */
static void start_late(cycle *self, PyObject *scope) {
  if (!cycle_defer(self)) return PyErr_WriteUnraisable((PyObject *)self);
  tell(PyObject_CallMethodObjArgs((PyObject *)self->asgi, word_start_late, self, scope, NULL),
       self->asgi);
}

static void start(cycle *self) {
  PyObject *scope = self->scope;
  if (self->asgi->logs_access)
    Py_INCREF(scope);
  else
    self->scope = NULL;
  PyObject *lender = take_parked(self->asgi);
  if (lender)
    start_eagerly(self, scope, lender);
  else
    start_late(self, scope);
  Py_XDECREF(lender);
  Py_DECREF(scope);
}

/* --- the request's body --- */

static void append_body(cycle *self, mt_slice bytes) {
  PyObject *piece = PyBytes_FromStringAndSize(bytes.data, (Py_ssize_t)bytes.size);
  if (self->body && piece)
    PyBytes_ConcatAndDel(&self->body, piece);
  else if (!self->body)
    self->body = piece;
}

/** Of a body that is waited for: a failure has been answered by the library. */
static mt_flow on_awaited_body(mt_body_event event, mt_slice bytes, mt_status status,
                               void *cycle_) {
  (void)status;
  PyGILState_STATE gil = PyGILState_Ensure();
  cycle *self = cycle_;
  if (event == MT_BODY_DATA)
    append_body(self, bytes);
  else if (event == MT_BODY_END && !self->is_gone)
    start(self);
  else
    cycle_release(self);
  if (PyErr_Occurred()) PyErr_WriteUnraisable((PyObject *)self->asgi);
  PyGILState_Release(gil);
  return MT_FLOW_CONTINUE;
}

/** Of a body that the application reads as it comes. */
static mt_flow on_streamed_body(mt_body_event event, mt_slice bytes, mt_status status,
                                void *cycle_) {
  (void)status;
  PyGILState_STATE gil = PyGILState_Ensure();
  cycle *self = cycle_;
  PyObject *pauses = PyObject_CallMethod((PyObject *)self->asgi, "take_body", "Oiy#", self,
                                         (int)event, bytes.data, (Py_ssize_t)bytes.size);
  mt_flow flow = pauses == Py_True ? MT_FLOW_PAUSE : MT_FLOW_CONTINUE;
  tell(pauses, self->asgi);
  PyGILState_Release(gil);
  return flow;
}

static bool ask_for_body(cycle *self, mt_body_fn on_body) {
  if (!cycle_defer(self)) return false;
  Py_INCREF(self);
  mt_status status = mt_request_body_stream(self->request, on_body, self, cycle_unref);
  if (status != MT_OK) PyErr_SetString(PyExc_RuntimeError, mt_status_name(status));
  return status == MT_OK;
}

/* --- a request --- */

static bool serve(cycle *self) {
  uint64_t length = mt_request_content_length(self->request);
  self->scope = scope_new(self->asgi, self->request);
  if (!self->scope) return false;
  if (length > 0 && length <= AWAITED_BODY_BYTES) return ask_for_body(self, on_awaited_body);
  if (length > 0) {
    self->is_body_streamed = 1;
    if (!ask_for_body(self, on_streamed_body)) return false;
  }
  start(self);
  return true;
}

static void on_request(mt_request *request, mt_response *response, void *user_data) {
  PyGILState_STATE gil = PyGILState_Ensure();
  cycle *self = cycle_new(user_data, request, response);
  if (!self || !serve(self)) PyErr_WriteUnraisable(user_data);
  if (self && !self->exchange) self->request = NULL, self->response = NULL;
  Py_XDECREF(self);
  PyGILState_Release(gil);
}

static void let_go(void *asgi) {
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_DECREF((PyObject *)asgi);
  PyGILState_Release(gil);
}

/** Registers the application for a method and every path: route(server's address, method). */
static PyObject *asgi_route(asgi *self, PyObject *arguments) {
  unsigned long long server, max_body_bytes;
  int method;
  if (!PyArg_ParseTuple(arguments, "KiK", &server, &method, &max_body_bytes)) return NULL;
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.body_mode = MT_BODY_STREAM;
  options.max_body_bytes = max_body_bytes;
  mt_error error = {.struct_size = sizeof error};
  Py_INCREF(self);
  mt_status status =
      mt_server_route((mt_server *)(uintptr_t)server, (mt_method)method, MT_SLICE("/{path...}"),
                      on_request, self, let_go, &options, &error);
  if (status != MT_OK) return PyErr_Format(PyExc_RuntimeError, "%s", error.message);
  Py_RETURN_NONE;
}

static PyMemberDef members[] = {
    {"app", T_OBJECT, offsetof(asgi, app), 0, "The application."},
    {"loop", T_OBJECT, offsetof(asgi, loop), 0, "The event loop that all happens in."},
    {"template", T_OBJECT, offsetof(asgi, template), 0, "What each scope is a copy of."},
    {"state", T_OBJECT, offsetof(asgi, state), 0, "The lifespan's state, or None."},
    {"root_path", T_OBJECT, offsetof(asgi, root_path), 0, "The prefix of each path."},
    {"parked", T_OBJECT, offsetof(asgi, parked), 0, "Tasks that wait to lend their identity."},
    {"enter_task", T_OBJECT, offsetof(asgi, enter_task), 0, "asyncio's."},
    {"leave_task", T_OBJECT, offsetof(asgi, leave_task), 0, "asyncio's."},
    {"logs_access", T_BOOL, offsetof(asgi, logs_access), 0, "Whether log_access is called."},
    {0},
};

static PyMethodDef methods[] = {
    {"route", (PyCFunction)asgi_route, METH_VARARGS, "Serves a method of a server."},
    {0},
};

static void asgi_dealloc(asgi *self) {
  PyObject **held[] = {&self->app,       &self->loop,   &self->template,   &self->state,
                       &self->root_path, &self->parked, &self->enter_task, &self->leave_task};
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) Py_CLEAR(*held[i]);
  Py_TYPE(self)->tp_free(self);
}

PyTypeObject asgi_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "martlet._fast.Asgi",
    .tp_basicsize = sizeof(asgi),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "Begins an application for each request.",
    .tp_new = PyType_GenericNew,
    .tp_dealloc = (destructor)asgi_dealloc,
    .tp_methods = methods,
    .tp_members = members,
};
