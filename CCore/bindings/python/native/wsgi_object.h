/* A request and its answer as a Python object. */
#ifndef MARTLET_PYTHON_WSGI_OBJECT_H
#define MARTLET_PYTHON_WSGI_OBJECT_H

#include "wsgi.h"

typedef enum wsgi_phase { WSGI_UNSAID, WSGI_SAID, WSGI_STREAMING, WSGI_ANSWERED } wsgi_phase;

typedef struct wsgi_object {
  PyObject_HEAD wsgi_call *call;
  PyObject *fields; /* as start_response got them */
  long long length; /* the announced length, or WSGI_NO_LENGTH */
  int status;
  wsgi_phase phase;
  bool has_no_body; /* to HEAD, and by status 204 and 304 */
} wsgi_object;

/** Whether the request is still lent: NULL with an exception when not. */
wsgi_call *wsgi_object_call(wsgi_object *self);
/** NULL, with an exception that says why. */
PyObject *wsgi_object_refuse(const char *why);

/** wsgi_answer.c: the methods that send. */
PyObject *wsgi_answer(wsgi_object *self, PyObject *body);
PyObject *wsgi_answer_file(wsgi_object *self, PyObject *arguments);
PyObject *wsgi_answer_write(wsgi_object *self, PyObject *piece);
PyObject *wsgi_answer_write_now(wsgi_object *self, PyObject *piece);
PyObject *wsgi_answer_end(wsgi_object *self, PyObject *unused);
PyObject *wsgi_answer_resume_with(wsgi_object *self, PyObject *callable);
PyObject *wsgi_answer_fail(wsgi_object *self, PyObject *unused);

#endif
