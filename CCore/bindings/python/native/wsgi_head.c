/* What an application gives to start_response, checked and put into the response. */
#include "wsgi.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/** In any case of letters. Most names differ in length, which is a cheap look. */
static bool is_name(mt_slice name, mt_slice wanted) {
  return name.size == wanted.size && strncasecmp(name.data, wanted.data, name.size) == 0;
}

/** Hop-by-hop fields are the server's (PEP 3333, "Other HTTP Features"). */
static bool is_hop_by_hop(mt_slice name) {
  static const mt_slice names[] = {{"te", 2},
                                   {"upgrade", 7},
                                   {"trailer", 7},
                                   {"trailers", 8},
                                   {"connection", 10},
                                   {"keep-alive", 10},
                                   {"transfer-encoding", 17},
                                   {"proxy-authenticate", 18},
                                   {"proxy-authorization", 19}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (is_name(name, names[i])) return true;
  return false;
}

/** Those that the server sends by itself, the same for every response. */
static bool is_servers_own(mt_slice name) {
  return is_name(name, MT_SLICE("date")) || is_name(name, MT_SLICE("server"));
}

static int status_code(PyObject *status) {
  PyObject *text = PyUnicode_Check(status) ? PyUnicode_AsLatin1String(status) : NULL;
  if (!text) {
    PyErr_Format(PyExc_TypeError, "the status has to be text such as '200 OK', not %R", status);
    return 0;
  }
  const char *digits = PyBytes_AsString(text);
  bool is_code = isdigit((unsigned char)digits[0]) && isdigit((unsigned char)digits[1]) &&
                 isdigit((unsigned char)digits[2]) && (digits[3] == ' ' || digits[3] == '\0');
  int code = is_code ? (int)strtol(digits, NULL, 10) : 0;
  Py_DECREF(text);
  if (code >= 200 && code <= 599) return code;
  PyErr_Format(PyExc_ValueError,
               "the status %R is not of the form '200 OK', with a code from 200 to 599", status);
  return 0;
}

static mt_slice slice_of(PyObject *bytes) {
  return (mt_slice){PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes)};
}

static bool set_length(PyObject *value, PyObject *field, long long *length) {
  const char *digits = PyBytes_AsString(value);
  size_t size = (size_t)PyBytes_Size(value);
  bool is_number = size && size < 19 && strspn(digits, "0123456789") == size;
  if (is_number) *length = strtoll(digits, NULL, 10);
  if (!is_number) PyErr_Format(PyExc_ValueError, "%R: the length is no number of bytes", field);
  return is_number;
}

static bool add(mt_response *response, mt_slice name, PyObject *value, PyObject *field) {
  mt_status status = mt_response_field_add(response, name, slice_of(value));
  if (status == MT_ERROR_INVALID_ARGUMENT)
    PyErr_Format(PyExc_ValueError,
                 "the field %R cannot be sent: its name is no token, or its value holds a control",
                 field);
  else if (status != MT_OK)
    PyErr_Format(PyExc_RuntimeError, "the field %R cannot be sent (%s)", field,
                 mt_status_name(status));
  return status == MT_OK;
}

static bool set_field(wsgi_call *call, mt_slice name, PyObject *value, PyObject *field,
                      long long *length) {
  if (is_hop_by_hop(name)) {
    PyErr_Format(PyExc_ValueError, "the field %R is hop-by-hop: an application may not send it",
                 field);
    return false;
  }
  if (is_name(name, MT_SLICE("content-length"))) return set_length(value, field, length);
  return is_servers_own(name) || add(call->response, name, value, field);
}

/** The two texts of a field, as bytes. */
static bool split(PyObject *field, PyObject **name, PyObject **value) {
  bool is_pair = PyTuple_Check(field) && PyTuple_Size(field) == 2 &&
                 PyUnicode_Check(PyTuple_GetItem(field, 0)) &&
                 PyUnicode_Check(PyTuple_GetItem(field, 1));
  if (!is_pair) {
    PyErr_Format(PyExc_TypeError, "a response field has to be a tuple of two texts, not %R", field);
    return false;
  }
  *name = PyUnicode_AsLatin1String(PyTuple_GetItem(field, 0));
  *value = *name ? PyUnicode_AsLatin1String(PyTuple_GetItem(field, 1)) : NULL;
  if (*value) return true;
  PyErr_Clear();
  PyErr_Format(PyExc_ValueError, "the field %R has characters beyond latin-1", field);
  Py_CLEAR(*name);
  return false;
}

bool wsgi_head_set(wsgi_call *call, PyObject *status, PyObject *fields, long long *length) {
  int code = status_code(status);
  if (!code) return false;
  if (!PyList_Check(fields)) {
    PyErr_Format(PyExc_TypeError, "the response fields have to be a list, not %R", fields);
    return false;
  }
  *length = WSGI_NO_LENGTH;
  mt_response_status_set(call->response, code);
  bool is_set = true;
  for (Py_ssize_t i = 0; is_set && i < PyList_Size(fields); i++) {
    PyObject *field = PyList_GetItem(fields, i), *name, *value;
    is_set = split(field, &name, &value);
    if (!is_set) break;
    is_set = set_field(call, slice_of(name), value, field, length);
    Py_DECREF(name);
    Py_DECREF(value);
  }
  return is_set;
}

void wsgi_head_clear(wsgi_call *call, PyObject *fields) {
  for (Py_ssize_t i = 0; fields && i < PyList_Size(fields); i++) {
    PyObject *name, *value;
    if (split(PyList_GetItem(fields, i), &name, &value)) {
      mt_response_field_remove(call->response, slice_of(name));
      Py_DECREF(name);
      Py_DECREF(value);
    }
    PyErr_Clear();
  }
}
