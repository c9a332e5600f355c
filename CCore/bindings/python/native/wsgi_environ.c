/* A request as PEP 3333 wants it: a copy of the server's part, and on top what the request says. */
#include "wsgi.h"

#include <string.h>

enum { KEY_SLOTS = 256, KEY_BYTES = 30 };

/** The key of a field's name as it came. A name that comes later may take the slot: the table is
 * bounded. */
typedef struct key_slot {
  unsigned char size;
  char name[KEY_BYTES];
  PyObject *key;
} key_slot;

/* Made once, read and written under the interpreter lock. */
static struct {
  PyObject *request_method, *path_info, *query_string, *request_uri, *server_protocol, *remote_addr,
      *remote_port;
  PyObject *empty, *http_1_0, *http_1_1, *skipped;
  PyObject *methods[MT_METHOD_PATCH + 1];
  key_slot keys[KEY_SLOTS];
} names;

bool wsgi_environ_prepare(void) {
  static const char *const methods[] = {"",       "GET",     "HEAD",    "POST",  "PUT",
                                        "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  const struct {
    PyObject **where;
    const char *text;
  } texts[] = {{&names.request_method, "REQUEST_METHOD"},
               {&names.path_info, "PATH_INFO"},
               {&names.query_string, "QUERY_STRING"},
               {&names.request_uri, "REQUEST_URI"},
               {&names.server_protocol, "SERVER_PROTOCOL"},
               {&names.remote_addr, "REMOTE_ADDR"},
               {&names.remote_port, "REMOTE_PORT"},
               {&names.empty, ""},
               {&names.http_1_0, "HTTP/1.0"},
               {&names.http_1_1, "HTTP/1.1"},
               {&names.skipped, "skipped"}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!(*texts[i].where = PyUnicode_InternFromString(texts[i].text))) return false;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    if (!(names.methods[i] = PyUnicode_InternFromString(methods[i]))) return false;
  return true;
}

static PyObject *text_of(mt_slice slice) {
  return PyUnicode_DecodeLatin1(slice.data, (Py_ssize_t)slice.size, NULL);
}

/** Takes the reference of `value`, which may be NULL: an exception is set then. */
static bool set(PyObject *dict, PyObject *key, PyObject *value) {
  bool is_set = value && PyDict_SetItem(dict, key, value) == 0;
  Py_XDECREF(value);
  return is_set;
}

static bool is_name(mt_slice name, const char *wanted) {
  size_t size = strlen(wanted);
  if (name.size != size) return false;
  for (size_t i = 0; i < size; i++)
    if ((name.data[i] | 0x20) != wanted[i]) return false; /* wanted is in lower case */
  return true;
}

/** "HTTP_ACCEPT" of "Accept". A name with "_" could pass for one with "-", and "Proxy" for a
 * setting: they are skipped, as is the framing, which the server has dealt with. */
static PyObject *make_key(mt_slice name) {
  if (is_name(name, "content-type")) return PyUnicode_InternFromString("CONTENT_TYPE");
  if (is_name(name, "content-length")) return PyUnicode_InternFromString("CONTENT_LENGTH");
  bool is_skipped = is_name(name, "proxy") || is_name(name, "transfer-encoding") ||
                    memchr(name.data, '_', name.size);
  if (is_skipped) return Py_INCREF(names.skipped), names.skipped;
  char *key = malloc(name.size + 5);
  if (!key) return PyErr_NoMemory();
  memcpy(key, "HTTP_", 5);
  for (size_t i = 0; i < name.size; i++) {
    unsigned char octet = (unsigned char)name.data[i];
    if (octet >= 'a' && octet <= 'z') octet &= 0xdf;
    if (octet == '-') octet = '_';
    key[5 + i] = (char)octet;
  }
  PyObject *made = PyUnicode_DecodeLatin1(key, (Py_ssize_t)name.size + 5, NULL);
  free(key);
  return made;
}

static key_slot *slot_of(mt_slice name) {
  unsigned hash = (unsigned)name.size;
  for (size_t i = 0; i < name.size; i++) hash = hash * 31 + (unsigned char)name.data[i];
  return &names.keys[hash % KEY_SLOTS];
}

/** A new reference. */
static PyObject *key_of(mt_slice name) {
  if (name.size > KEY_BYTES) return make_key(name);
  key_slot *slot = slot_of(name);
  bool is_known =
      slot->key && slot->size == name.size && memcmp(slot->name, name.data, name.size) == 0;
  if (!is_known) {
    PyObject *key = make_key(name);
    if (!key) return NULL;
    Py_XDECREF(slot->key);
    slot->key = key;
    slot->size = (unsigned char)name.size;
    memcpy(slot->name, name.data, name.size);
  }
  Py_INCREF(slot->key);
  return slot->key;
}

/** Fields of one name make one value (RFC 9110 section 5.3; cookies: RFC 9113 section 8.2.3). */
static PyObject *joined(PyObject *before, PyObject *value, mt_slice name) {
  if (!value) return NULL;
  const char *format = is_name(name, "cookie") ? "%U; %U" : "%U,%U";
  PyObject *both = PyUnicode_FromFormat(format, before, value);
  Py_DECREF(value);
  return both;
}

static bool set_field(PyObject *dict, mt_field field) {
  PyObject *key = key_of(field.name);
  if (!key) return false;
  bool is_set = true;
  if (key != names.skipped) {
    PyObject *value = text_of(field.value);
    PyObject *before = PyDict_GetItemWithError(dict, key);
    if (before) value = joined(before, value, field.name);
    is_set = !PyErr_Occurred() && set(dict, key, value);
  }
  Py_DECREF(key);
  return is_set;
}

static bool set_fields(PyObject *dict, const mt_request *request) {
  size_t count = mt_request_field_count(request);
  for (size_t i = 0; i < count; i++)
    if (!set_field(dict, mt_request_field_at(request, i))) return false;
  return true;
}

static PyObject *path_of(const mt_request *request) {
  mt_slice path = mt_request_path(request);
  if (!memchr(path.data, '%', path.size)) return text_of(path);
  mt_slice rest = mt_request_parameter_at(request, 0).value;
  PyObject *text = text_of(rest);
  PyObject *whole = text ? PyUnicode_FromFormat("/%U", text) : NULL;
  Py_XDECREF(text);
  return whole;
}

/** Of "127.0.0.1:4711" and "[::1]:4711"; a unix socket's peer has neither address nor port. */
static bool set_peer(PyObject *dict, const mt_request *request) {
  char peer[64];
  size_t size = mt_request_peer(request, peer, sizeof peer);
  size_t colon = size;
  while (colon && peer[colon - 1] != ':') colon--;
  if (!colon) return PyDict_SetItem(dict, names.remote_addr, names.empty) == 0;
  bool has_brackets = peer[0] == '[';
  mt_slice host = {peer + has_brackets, colon - 1 - 2 * (size_t)has_brackets};
  return set(dict, names.remote_addr, text_of(host)) &&
         set(dict, names.remote_port, text_of((mt_slice){peer + colon, size - colon}));
}

static bool set_line(PyObject *dict, const mt_request *request) {
  PyObject *protocol = mt_request_minor_version(request) ? names.http_1_1 : names.http_1_0;
  return PyDict_SetItem(dict, names.request_method, names.methods[mt_request_method(request)]) ==
             0 &&
         PyDict_SetItem(dict, names.server_protocol, protocol) == 0 &&
         set(dict, names.path_info, path_of(request)) &&
         set(dict, names.query_string, text_of(mt_request_query(request))) &&
         set(dict, names.request_uri, text_of(mt_request_target(request)));
}

PyObject *wsgi_environ_make(const mt_request *request, PyObject *template) {
  PyObject *dict = PyDict_Copy(template);
  if (dict && set_line(dict, request) && set_peer(dict, request) && set_fields(dict, request))
    return dict;
  Py_XDECREF(dict);
  return NULL;
}
