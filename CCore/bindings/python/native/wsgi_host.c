/* Where calls wait for a thread. A thread that finds one there keeps the interpreter lock; it lets
 * go only to wait. */
#include "wsgi.h"

static const char CAPSULE_NAME[] = "martlet._wsgi.host";
static const mt_method METHODS[] = {MT_METHOD_GET,   MT_METHOD_HEAD,   MT_METHOD_POST,
                                    MT_METHOD_PUT,   MT_METHOD_DELETE, MT_METHOD_OPTIONS,
                                    MT_METHOD_TRACE, MT_METHOD_PATCH};

/* --- as long as somebody may need it --- */

void wsgi_host_release(wsgi_host *host) {
  if (atomic_fetch_sub(&host->references, 1) > 1) return;
  pthread_cond_destroy(&host->is_filled);
  pthread_mutex_destroy(&host->mutex);
  free(host);
}

/** With the last route goes what is called, which holds the server and all. */
static void forget_route(void *user_data) {
  wsgi_host *host = user_data;
  bool is_last = atomic_fetch_sub(&host->routes, 1) == 1;
  if (is_last && host->handle && Py_IsInitialized()) {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_CLEAR(host->handle);
    PyGILState_Release(state);
  }
  wsgi_host_release(host);
}

/* --- from the reactor --- */

static void run_here(wsgi_call *call) {
  PyGILState_STATE state = PyGILState_Ensure();
  wsgi_call_acquire(call);
  PyObject *object = wsgi_object_make(call);
  PyObject *result = object ? PyObject_CallFunctionObjArgs(call->host->handle, object, NULL) : NULL;
  if (!result) PyErr_WriteUnraisable(call->host->handle);
  Py_XDECREF(result);
  wsgi_call_expire(call);
  Py_XDECREF(object);
  PyGILState_Release(state);
}

/** One thread is woken at a time: when it has its call, it wakes the next if there is more. */
static void wake_one(wsgi_host *host) {
  if (!host->queue.first || !host->queue.idle || host->queue.is_waking) return;
  host->queue.is_waking = true;
  pthread_cond_signal(&host->is_filled);
}

/** Under the mutex. */
static void append(wsgi_host *host, wsgi_call *call) {
  if (host->queue.first)
    host->queue.last->next = call;
  else
    host->queue.first = call;
  host->queue.last = call;
}

/** When nobody takes calls any more, it is let go of, and the server answers with 500. */
static void enqueue(wsgi_call *call) {
  wsgi_host *host = call->host;
  pthread_mutex_lock(&host->mutex);
  bool is_closed = host->queue.is_closed;
  if (!is_closed) {
    wsgi_call_acquire(call);
    append(host, call);
    wake_one(host);
  }
  pthread_mutex_unlock(&host->mutex);
  if (is_closed) wsgi_call_let_go(call);
}

void wsgi_host_hand_over(wsgi_call *call) {
  if (call->host->is_inline)
    run_here(call);
  else if (wsgi_call_defer(call))
    enqueue(call);
}

static void on_request(mt_request *request, mt_response *response, void *user_data) {
  wsgi_call *call = wsgi_call_create(user_data, request, response);
  if (!call) return;
  if (mt_request_content_length(request))
    wsgi_body_expect(call);
  else
    wsgi_host_hand_over(call);
  wsgi_call_release(call);
}

/* --- from Python --- */

static wsgi_host *host_of(PyObject *capsule) {
  return PyCapsule_GetPointer(capsule, CAPSULE_NAME);
}

/** What waits now, nobody will take. */
static void destroy(PyObject *capsule) {
  wsgi_host *host = host_of(capsule);
  pthread_mutex_lock(&host->mutex);
  wsgi_call *call = host->queue.first;
  host->queue.first = NULL;
  host->queue.is_closed = true;
  pthread_mutex_unlock(&host->mutex);
  while (call) {
    wsgi_call *next = call->next;
    wsgi_call_let_go(call);
    wsgi_call_release(call);
    call = next;
  }
  wsgi_host_release(host);
}

static PyObject *create(PyObject *handle) {
  wsgi_host *host = calloc(1, sizeof *host);
  if (!host) return PyErr_NoMemory();
  pthread_mutex_init(&host->mutex, NULL);
  pthread_cond_init(&host->is_filled, NULL);
  atomic_store(&host->references, 1);
  host->is_inline = handle != Py_None;
  PyObject *capsule = PyCapsule_New(host, CAPSULE_NAME, destroy);
  if (!capsule) wsgi_host_release(host);
  if (capsule && host->is_inline) {
    Py_INCREF(handle);
    host->handle = handle;
  }
  return capsule;
}

static bool route(mt_server *server, wsgi_host *host) {
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.body_mode = MT_BODY_STREAM;
  mt_error error = {.struct_size = sizeof error};
  for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++) {
    atomic_fetch_add(&host->references, 1);
    atomic_fetch_add(&host->routes, 1);
    mt_status status = mt_server_route(server, METHODS[i], MT_SLICE("/{path...}"), on_request, host,
                                       forget_route, &options, &error);
    if (status == MT_OK) continue;
    PyErr_SetString(PyExc_RuntimeError, error.message);
    return false;
  }
  return true;
}

/** attach(server's address, callable or None): a host. */
static PyObject *attach(PyObject *module, PyObject *arguments) {
  (void)module;
  unsigned long long address;
  PyObject *handle;
  if (!PyArg_ParseTuple(arguments, "KO", &address, &handle)) return NULL;
  PyObject *capsule = create(handle);
  if (capsule && !route((mt_server *)(uintptr_t)address, host_of(capsule))) Py_CLEAR(capsule);
  return capsule;
}

/** Under the mutex. */
static wsgi_call *dequeue(wsgi_host *host) {
  wsgi_call *call = host->queue.first;
  if (call) {
    host->queue.first = call->next;
    call->next = NULL;
    wake_one(host);
  }
  return call;
}

static wsgi_call *look(wsgi_host *host, bool was_woken, bool *is_closed) {
  pthread_mutex_lock(&host->mutex);
  if (was_woken) host->queue.is_waking = false;
  wsgi_call *call = dequeue(host);
  *is_closed = host->queue.is_closed;
  pthread_mutex_unlock(&host->mutex);
  return call;
}

static void await(wsgi_host *host) {
  Py_BEGIN_ALLOW_THREADS;
  pthread_mutex_lock(&host->mutex);
  host->queue.idle++;
  while (!host->queue.first && !host->queue.is_closed) {
    host->queue.is_waking = false; /* whoever was woken before found the call taken */
    pthread_cond_wait(&host->is_filled, &host->mutex);
  }
  host->queue.idle--;
  pthread_mutex_unlock(&host->mutex);
  Py_END_ALLOW_THREADS;
}

/** take(host): the next Call, once there is one; None when the host is closed. */
static PyObject *take(PyObject *module, PyObject *capsule) {
  (void)module;
  wsgi_host *host = host_of(capsule);
  if (!host) return NULL;
  bool is_closed = false;
  wsgi_call *call = look(host, false, &is_closed);
  while (!call && !is_closed) {
    await(host);
    call = look(host, true, &is_closed);
  }
  if (call) return wsgi_object_make(call);
  Py_RETURN_NONE;
}

/** close(host): who waits for a call, or will, gets None once there is none. */
static PyObject *close_host(PyObject *module, PyObject *capsule) {
  (void)module;
  wsgi_host *host = host_of(capsule);
  if (!host) return NULL;
  pthread_mutex_lock(&host->mutex);
  host->queue.is_closed = true;
  pthread_cond_broadcast(&host->is_filled);
  pthread_mutex_unlock(&host->mutex);
  Py_RETURN_NONE;
}

PyMethodDef wsgi_host_functions[] = {{"attach", attach, METH_VARARGS, NULL},
                                     {"take", take, METH_O, NULL},
                                     {"close", close_host, METH_O, NULL},
                                     {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "martlet._wsgi",
                                        .m_size = -1, .m_methods = wsgi_host_functions};

PyMODINIT_FUNC PyInit__wsgi(void) {
  return wsgi_environ_prepare() && wsgi_object_prepare() ? PyModule_Create(&definition) : NULL;
}
