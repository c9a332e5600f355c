/* From what an application says to the response: status, fields, a body that is whole. */
#include "fast.h"

#include <strings.h>

/** Bodies from here on are lent to the library, shorter ones copied. */
enum { LENT_BYTES = 8192 };

static bool is_called(mt_slice name, const char *lower_case) {
  return strncasecmp(name.data, lower_case, name.size) == 0;
}

/** Fields that the server writes itself, or that have no place in a response of its own. */
static bool is_servers(mt_slice name) {
  switch (name.size) {
  case 4:
    return is_called(name, "date");
  case 6:
    return is_called(name, "server");
  case 10:
    return is_called(name, "keep-alive");
  case 17:
    return is_called(name, "transfer-encoding");
  default:
    return false;
  }
}

static bool read_length(cycle *self, mt_slice value) {
  uint64_t length = 0;
  bool is_number = value.size > 0 && value.size < 19;
  for (size_t i = 0; is_number && i < value.size; i++) {
    is_number = value.data[i] >= '0' && value.data[i] <= '9';
    length = length * 10 + (uint64_t)(value.data[i] - '0');
  }
  self->length = length;
  if (!is_number) PyErr_SetString(PyExc_ValueError, "no number");
  return is_number;
}

static bool add(cycle *self, mt_slice name, mt_slice value) {
  if (is_servers(name)) return true;
  if (name.size == 14 && is_called(name, "content-length")) return read_length(self, value);
  bool is_connection = name.size == 10 && is_called(name, "connection");
  if (is_connection && (value.size != 5 || !is_called(value, "close"))) return true;
  mt_status status = mt_response_field_add(self->response, name, value);
  if (status != MT_OK) PyErr_SetString(PyExc_ValueError, mt_status_name(status));
  return status == MT_OK;
}

static bool as_slice(PyObject *object, mt_slice *slice) {
  char *data;
  Py_ssize_t size;
  if (PyBytes_AsStringAndSize(object, &data, &size) < 0) return false;
  *slice = (mt_slice){data, (size_t)size};
  return true;
}

static bool add_pair(cycle *self, PyObject *name, PyObject *value) {
  mt_slice name_slice, value_slice;
  if (!as_slice(name, &name_slice) || !as_slice(value, &value_slice)) return false;
  if (add(self, name_slice, value_slice)) return true;
  PyObject *type, *why, *trace;
  PyErr_Fetch(&type, &why, &trace);
  PyErr_Format(PyExc_ValueError, "response field %R: %R is refused: %S", name, value, why);
  Py_XDECREF(type);
  Py_XDECREF(why);
  Py_XDECREF(trace);
  return false;
}

static bool add_item(cycle *self, PyObject *item) {
  PyObject *pair = PySequence_Fast(item, "a header is a pair of bytes");
  if (!pair) return false;
  bool is_pair = PySequence_Fast_GET_SIZE(pair) == 2;
  if (!is_pair) PyErr_SetString(PyExc_ValueError, "a header is a pair of bytes");
  bool is_added = is_pair && add_pair(self, PySequence_Fast_GET_ITEM(pair, 0),
                                      PySequence_Fast_GET_ITEM(pair, 1));
  Py_DECREF(pair);
  return is_added;
}

static bool add_all(cycle *self, PyObject *headers) {
  PyObject *items = PySequence_Fast(headers, "headers are pairs of bytes");
  if (!items) return false;
  bool is_added = true;
  for (Py_ssize_t i = 0; is_added && i < PySequence_Fast_GET_SIZE(items); i++)
    is_added = add_item(self, PySequence_Fast_GET_ITEM(items, i));
  Py_DECREF(items);
  return is_added;
}

bool answer_start(cycle *self, PyObject *message) {
  PyObject *status = PyDict_GetItemWithError(message, word_status);
  if (!status) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_KeyError, "status");
    return false;
  }
  long number = PyLong_AsLong(status);
  if (number == -1 && PyErr_Occurred()) return false;
  if (mt_response_status_set(self->response, (int)number) == MT_ERROR_INVALID_ARGUMENT) {
    PyErr_Format(PyExc_ValueError, "status %ld; allowed is 200 to 599", number);
    return false;
  }
  self->status = (int)number;
  self->length = MT_LENGTH_UNKNOWN;
  PyObject *headers = PyDict_GetItemWithError(message, word_headers);
  return headers ? add_all(self, headers) : !PyErr_Occurred();
}

static void let_go(void *body) {
  PyGILState_STATE gil = PyGILState_Ensure();
  Py_DECREF((PyObject *)body);
  PyGILState_Release(gil);
}

static bool has_no_body(const cycle *self) {
  return self->is_head || self->status == 204 || self->status == 304;
}

bool answer_whole(cycle *self, PyObject *body) {
  mt_slice bytes = {PyBytes_AS_STRING(body), (size_t)PyBytes_GET_SIZE(body)};
  if (self->length != MT_LENGTH_UNKNOWN && self->length != bytes.size && !has_no_body(self)) {
    PyErr_Format(PyExc_RuntimeError, "Response content is %zu bytes, its Content-Length is %llu",
                 bytes.size, (unsigned long long)self->length);
    return false;
  }
  mt_status status;
  if (bytes.size < LENT_BYTES) {
    status = mt_response_body_copy(self->response, bytes);
  } else {
    Py_INCREF(body);
    status = mt_response_body_borrow(self->response, bytes, let_go, body);
  }
  if (status == MT_OK) return true;
  PyErr_Format(PyExc_RuntimeError, "the body is refused (%s)", mt_status_name(status));
  return false;
}
