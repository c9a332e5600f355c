/* The body of a request: waited for when it is short, so that the application begins with all of it
 * there; in pieces otherwise. */
#include "fast.h"

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
    begin_application(self);
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

bool body_ask(cycle *self, bool is_awaited) {
  if (!cycle_defer(self)) return false;
  Py_INCREF(self);
  mt_status status = mt_request_body_stream(
      self->request, is_awaited ? on_awaited_body : on_streamed_body, self, cycle_unref);
  if (status != MT_OK) PyErr_SetString(PyExc_RuntimeError, mt_status_name(status));
  return status == MT_OK;
}
