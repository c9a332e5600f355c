/* The scope of a request. Header fields and peers come back in most requests of a connection, so
 * what was made of them is remembered. */
#include "fast.h"

static memo fields, peers;

static PyObject *bytes_of(mt_slice slice) {
  return PyBytes_FromStringAndSize(slice.data, (Py_ssize_t)slice.size);
}

static void lower(char *to, mt_slice from) {
  for (size_t i = 0; i < from.size; i++) {
    char octet = from.data[i];
    to[i] = octet >= 'A' && octet <= 'Z' ? (char)(octet | 0x20) : octet;
  }
}

static PyObject *make_field(mt_field field) {
  PyObject *name = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)field.name.size);
  if (!name) return NULL;
  lower(PyBytes_AS_STRING(name), field.name);
  PyObject *value = bytes_of(field.value);
  PyObject *pair = value ? PyTuple_Pack(2, name, value) : NULL;
  Py_DECREF(name);
  Py_XDECREF(value);
  return pair;
}

/** (name in lower case, value), new. */
static PyObject *field_of(mt_field field) {
  char key[MEMO_KEY_BYTES];
  size_t size = field.name.size + 1 + field.value.size;
  if (size > sizeof key) return make_field(field);
  lower(key, field.name);
  key[field.name.size] = ':';
  if (field.value.size) memcpy(key + field.name.size + 1, field.value.data, field.value.size);
  struct memo_slot *slot = memo_find(&fields, key, size);
  PyObject *known = memo_get(slot, key, size);
  if (known) {
    Py_INCREF(known);
    return known;
  }
  PyObject *pair = make_field(field);
  if (pair) memo_put(slot, key, size, pair);
  return pair;
}

static PyObject *headers_of(const mt_request *request) {
  size_t count = mt_request_field_count(request);
  PyObject *list = PyList_New((Py_ssize_t)count);
  for (size_t i = 0; list && i < count; i++) {
    PyObject *pair = field_of(mt_request_field_at(request, i));
    if (!pair) {
      Py_DECREF(list);
      return NULL;
    }
    PyList_SET_ITEM(list, (Py_ssize_t)i, pair);
  }
  return list;
}

/** ("127.0.0.1", 4711) of "127.0.0.1:4711" and ("::1", 4711) of "[::1]:4711"; None of "unix". */
static PyObject *make_client(char *text, size_t size) {
  char *colon = memrchr(text, ':', size);
  if (!colon) Py_RETURN_NONE;
  size_t host = (size_t)(colon - text);
  bool has_brackets = text[0] == '[' && host > 1;
  return Py_BuildValue("s#l", text + has_brackets, (Py_ssize_t)(host - 2 * has_brackets),
                       strtol(colon + 1, NULL, 10));
}

static PyObject *client_of(const mt_request *request) {
  char text[64];
  size_t size = mt_request_peer(request, text, sizeof text);
  struct memo_slot *slot = memo_find(&peers, text, size);
  PyObject *known = memo_get(slot, text, size);
  if (known) {
    Py_INCREF(known);
    return known;
  }
  PyObject *client = make_client(text, size);
  if (client) memo_put(slot, text, size, client);
  return client;
}

static PyObject *method_of(const mt_request *request) {
  static PyObject *names[MT_METHOD_PATCH + 1];
  mt_method method = mt_request_method(request);
  if (!names[method]) {
    mt_slice name = mt_request_method_name(request);
    names[method] = PyUnicode_FromStringAndSize(name.data, (Py_ssize_t)name.size);
  }
  Py_XINCREF(names[method]);
  return names[method];
}

/** The decoded path: the route is "/{path...}", whose parameter is what follows the slash. */
static PyObject *path_of(const mt_request *request, mt_slice raw) {
  if (!memchr(raw.data, '%', raw.size))
    return PyUnicode_DecodeUTF8(raw.data, (Py_ssize_t)raw.size, "replace");
  mt_slice rest = mt_request_parameter_at(request, 0).value;
  PyObject *decoded = PyUnicode_DecodeUTF8(rest.data, (Py_ssize_t)rest.size, "replace");
  PyObject *path = decoded ? PyUnicode_FromFormat("/%U", decoded) : NULL;
  Py_XDECREF(decoded);
  return path;
}

/** Puts what was just made into the scope; the reference is taken. */
static bool put(PyObject *scope, PyObject *key, PyObject *value) {
  bool is_put = value && PyDict_SetItem(scope, key, value) == 0;
  Py_XDECREF(value);
  return is_put;
}

static bool put_path(const asgi *asgi, PyObject *scope, const mt_request *request) {
  mt_slice raw = mt_request_path(request);
  PyObject *path = path_of(request, raw), *raw_path = bytes_of(raw);
  if (path && raw_path && PyUnicode_GET_LENGTH(asgi->root_path)) {
    Py_SETREF(path, PyUnicode_Concat(asgi->root_path, path));
    PyObject *root = PyUnicode_AsUTF8String(asgi->root_path);
    if (root) PyBytes_ConcatAndDel(&root, raw_path);
    raw_path = root;
  }
  bool is_put = put(scope, word_path, path);
  return put(scope, word_raw_path, raw_path) && is_put;
}

/** The dictionaries that an application may write into are its own. */
static bool put_copies(const asgi *asgi, PyObject *scope) {
  PyObject *extensions = PyDict_GetItemWithError(scope, word_extensions);
  if (extensions && !put(scope, word_extensions, PyDict_Copy(extensions))) return false;
  return asgi->state == Py_None || put(scope, word_state, PyDict_Copy(asgi->state));
}

PyObject *scope_new(const asgi *asgi, const mt_request *request) {
  PyObject *scope = PyDict_Copy(asgi->template);
  if (!scope) return NULL;
  bool is_made = put(scope, word_method, method_of(request)) && put_path(asgi, scope, request) &&
                 put(scope, word_query_string, bytes_of(mt_request_query(request))) &&
                 put(scope, word_headers, headers_of(request)) &&
                 put(scope, word_client, client_of(request)) && put_copies(asgi, scope);
  if (is_made && mt_request_minor_version(request) == 0)
    is_made = put(scope, word_http_version, PyUnicode_FromString("1.0"));
  if (!is_made) Py_CLEAR(scope);
  return scope;
}
