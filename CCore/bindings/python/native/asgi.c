/* From a request to an application: the type that martlet.application inherits. */
#include "fast.h"

#include <stddef.h>
#include <structmember.h>

/** Bodies up to here are waited for before the application begins. */
enum { AWAITED_BODY_BYTES = 65536 };

static bool serve(cycle *self) {
  uint64_t length = mt_request_content_length(self->request);
  self->scope = scope_new(self->asgi, self->request);
  if (!self->scope) return false;
  if (length > 0 && length <= AWAITED_BODY_BYTES) return body_ask(self, true);
  if (length > 0) {
    self->is_body_streamed = 1;
    if (!body_ask(self, false)) return false;
  }
  begin_application(self);
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
