#include "fast.h"

#define DEFINE_WORD(name) PyObject *word_##name;
WORDS(DEFINE_WORD)
PyObject *word_http_request, *weak_references_of;

static bool intern_words(void) {
#define INTERN_WORD(name)                                                                          \
  if (!(word_##name = PyUnicode_InternFromString(#name))) return false;
  WORDS(INTERN_WORD)
  word_http_request = PyUnicode_InternFromString("http.request");
  return word_http_request != NULL;
}

/** poll(server's address): serves what is ready; the next time to poll in milliseconds, -1 for
 * none, -2 once the server has stopped. The lock is kept: handlers follow each other without taking
 * it. */
static PyObject *poll_server(PyObject *module, PyObject *address) {
  (void)module;
  mt_server *server = PyLong_AsVoidPtr(address);
  if (!server) return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "no server");
  mt_status status = mt_server_poll(server);
  if (status == MT_ERROR_CLOSED) return PyLong_FromLong(-2);
  if (status != MT_OK) return PyErr_Format(PyExc_RuntimeError, "poll: %s", mt_status_name(status));
  return PyLong_FromLong(mt_server_poll_timeout_ms(server));
}

static PyMethodDef methods[] = {
    {"poll", poll_server, METH_O, "Serves what is ready on a server that is polled."},
    {0},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "martlet._fast",
                                        .m_size = -1, .m_methods = methods};

static bool find_weak_references_of(void) {
  PyObject *weakref = PyImport_ImportModule("_weakref");
  if (weakref) weak_references_of = PyObject_GetAttrString(weakref, "getweakrefcount");
  Py_XDECREF(weakref);
  return weak_references_of != NULL;
}

PyMODINIT_FUNC PyInit__fast(void) {
  if (!intern_words() || !find_weak_references_of()) return NULL;
  if (PyType_Ready(&done_type) < 0 || PyType_Ready(&cycle_type) < 0) return NULL;
  PyObject *module = PyType_Ready(&asgi_type) < 0 ? NULL : PyModule_Create(&definition);
  Py_INCREF(&asgi_type);
  if (module && PyModule_AddObject(module, "Asgi", (PyObject *)&asgi_type) < 0) Py_CLEAR(module);
  return module;
}
