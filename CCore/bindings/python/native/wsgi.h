/* A request's way through a WSGI application: from the reactor into Python and back. What is said
 * here of threads: "reactor" holds no interpreter lock and must not wait for one, unless the
 * application runs on it. */
#ifndef MARTLET_PYTHON_WSGI_H
#define MARTLET_PYTHON_WSGI_H

#include "fast.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
  WSGI_NO_LENGTH = -1,
  WSGI_BODY_HIGH_BYTES =
      262144, /* of a body wait unread; with so many, or all, the application is called */
  WSGI_BODY_LOW_BYTES = 65536,
};

typedef struct wsgi_call wsgi_call;

/** What the calls of one server share. */
typedef struct wsgi_host {
  bool is_inline;   /* the application runs on the reactor */
  PyObject *handle; /* called with each Call then, while there are routes; else threads take them */
  atomic_int references; /* the capsule's, each route's and each call's */
  atomic_int routes;
  pthread_mutex_t mutex;
  pthread_cond_t is_filled;
  struct { /* under the mutex */
    wsgi_call *first, *last;
    int idle;
    bool is_waking;
    bool is_closed;
  } queue;
} wsgi_host;

/** The body of a request, as far as it has come and was not read. */
typedef struct wsgi_body {
  char *data;
  size_t start, size, capacity;
  bool is_expected; /* there is one */
  bool is_complete;
  bool has_failed;
  bool is_paused;
} wsgi_body;

/** One request. Held by its Call, by the queue, and by what the library may still call. */
struct wsgi_call {
  wsgi_host *host;
  mt_exchange *exchange; /* NULL while its handler runs and need not outlive it */
  mt_request *request;   /* NULL once the handler that lent it is over */
  mt_response *response;
  wsgi_call *next;
  atomic_int references;
  bool is_handed_over;
  pthread_mutex_t mutex;
  pthread_cond_t has_changed;
  wsgi_body body;  /* under the mutex */
  bool is_drained; /* under the mutex */
  PyObject
      *resume; /* what goes on when it is drained, on the reactor; under the interpreter lock */
};

/** wsgi_call.c */
wsgi_call *wsgi_call_create(wsgi_host *host, mt_request *request, mt_response *response);
void wsgi_call_acquire(wsgi_call *call);
void wsgi_call_release(wsgi_call *call);
/** Makes it outlive its handler. */
bool wsgi_call_defer(wsgi_call *call);
/** Releases the exchange: what was not answered is 500, a stream that was not ended is cut. */
void wsgi_call_let_go(wsgi_call *call);
/** The handler is over: what it lent is not to be touched. */
void wsgi_call_expire(wsgi_call *call);

/** wsgi_body.c: asks for the body, and hands the call over once there is enough of it. Thread:
 * reactor. */
void wsgi_body_expect(wsgi_call *call);
/** Up to `most` bytes; waits, without the interpreter lock, while there are none. Empty: the end.
 * NULL: an exception. */
PyObject *wsgi_body_read(wsgi_call *call, size_t most);
/** What is left of it, when all of it is there; None when it is still coming. */
PyObject *wsgi_body_whole(wsgi_call *call);

/** wsgi_host.c: gives a call to Python, here or on a thread that waits for one. Takes a reference.
 * Thread: reactor. */
void wsgi_host_hand_over(wsgi_call *call);
void wsgi_host_release(wsgi_host *host);
extern PyMethodDef wsgi_host_functions[];

/** wsgi_environ.c */
bool wsgi_environ_prepare(void);
/** A copy of `template` with what the request says. */
PyObject *wsgi_environ_make(const mt_request *request, PyObject *template);

/** wsgi_object.c: the type Call. */
bool wsgi_object_prepare(void);
/** A Call for `call`, whose reference it takes. */
PyObject *wsgi_object_make(wsgi_call *call);

/** wsgi_head.c: a response's status and fields, as start_response has them. */
bool wsgi_head_set(wsgi_call *call, PyObject *status, PyObject *fields, long long *length);
/** Takes the fields away again. */
void wsgi_head_clear(wsgi_call *call, PyObject *fields);

#endif
