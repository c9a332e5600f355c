/* ASGI's messages: what `send` and `receive` do when there is nothing to wait for. What has to wait
 * is martlet.application's, in Python. */
#include "fast.h"

/* --- send --- */

static void on_drained(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  PyGILState_STATE gil = PyGILState_Ensure();
  cycle *self = user_data;
  self->is_full = 0;
  cycle_wake(self);
  PyGILState_Release(gil);
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
  return cycle_log_access(self);
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
  cycle_finish(self);
  cycle_part(self);
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
  cycle_finish(self);
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

PyObject *cycle_send(cycle *self, PyObject *message) {
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

PyObject *cycle_receive(cycle *self, PyObject *Py_UNUSED(ignored)) {
  bool is_here = !self->is_body_streamed && !self->is_body_read && !self->is_gone;
  if (is_here && self->phase != CYCLE_COMPLETE) return done_with(message_with_body(self));
  return call_slow(self, word_wait_message, NULL);
}
