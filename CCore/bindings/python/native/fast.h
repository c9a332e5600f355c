/* The module martlet._fast: the way of an ASGI request, in C, for there each crossing counts.
 *
 * Everything runs with the interpreter's lock held. Callbacks of the library take it first: most
 * come from inside poll, which holds it already. */
#ifndef MARTLET_PYTHON_FAST_H
#define MARTLET_PYTHON_FAST_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <martlet.h>
#include <stdbool.h>

#if PY_VERSION_HEX < 0x030a0000
typedef enum { PYGEN_RETURN = 0, PYGEN_ERROR = -1, PYGEN_NEXT = 1 } PySendResult;
static inline PySendResult PyIter_Send(PyObject *coroutine, PyObject *value, PyObject **result) {
  *result = PyObject_CallMethod(coroutine, "send", "O", value);
  if (*result) return PYGEN_NEXT;
  return _PyGen_FetchStopIterationValue(result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
}
#endif

/** Names that are looked up again and again, interned: word_type is "type". */
/* clang-format off */
#define WORDS(WORD) \
  WORD(type) WORD(status) WORD(headers) WORD(body) WORD(more_body) WORD(method) WORD(path) \
  WORD(raw_path) WORD(query_string) WORD(client) WORD(http_version) WORD(state) WORD(extensions) \
  WORD(done) WORD(wait_message) WORD(wait_drained) WORD(send_other) WORD(take_over) \
  WORD(start_task) WORD(want_more) WORD(failed) WORD(unfinished) WORD(woken) WORD(retire) WORD(as_coroutine) \
  WORD(log_access)
/* clang-format on */
#define DECLARE_WORD(name) extern PyObject *word_##name;
WORDS(DECLARE_WORD)
#undef DECLARE_WORD
/** "http.request", and weakref.getweakrefcount. */
extern PyObject *word_http_request, *weak_references_of;

/** A small table from octets to objects that forgets: what is put at a place replaces what was. */
enum { MEMO_SLOTS = 512, MEMO_KEY_BYTES = 320 };
typedef struct memo {
  struct memo_slot {
    PyObject *key; /* bytes */
    PyObject *value;
  } slots[MEMO_SLOTS];
} memo;

/** The place of `key`, for memo_get and memo_put. */
struct memo_slot *memo_find(memo *memo, const char *key, size_t size);
/** What stands there for `key`, borrowed; NULL (without an exception) when it is something else. */
PyObject *memo_get(const struct memo_slot *slot, const char *key, size_t size);
/** Remembers `value` there. A failure is forgotten: the next request tries again. */
void memo_put(struct memo_slot *slot, const char *key, size_t size, PyObject *value);

enum { HABITS = 1024 };

/** What an application is served by: martlet.application's class inherits it and brings the slow
 * paths. */
typedef struct asgi {
  PyObject_HEAD PyObject *app;
  PyObject *loop;
  /** The scope that each request starts with a copy of: every key is there. */
  PyObject *template;
  /** Copied into each scope, or None. */
  PyObject *state;
  /** Prefix of each path, as text and as octets; "" most of the time. */
  PyObject *root_path;
  /** A list of (task, future, …): tasks that wait, to lend their identity. */
  PyObject *parked;
  PyObject *enter_task;
  PyObject *leave_task;
  /** Whether log_access(scope, status) is to be called. */
  char logs_access;
  /** Of habit.c: how surely requests of a kind wait, and how many were begun as waiters. */
  unsigned char habits[HABITS];
  unsigned waiters;
} asgi;
extern PyTypeObject asgi_type;

/** What a cycle has said so far. */
typedef enum cycle_phase {
  CYCLE_SILENT,
  CYCLE_STARTED,
  CYCLE_STREAMING,
  CYCLE_COMPLETE
} cycle_phase;

/** One request and its answer, as the application sees them through `receive` and `send`. */
typedef struct cycle {
  PyObject_HEAD asgi *asgi;
  /** Lent until the handler returns, or, deferred, the exchange's. NULL when over. */
  mt_request *request;
  mt_response *response;
  mt_exchange *exchange;
  PyObject *scope;
  /** The request's body where it was waited for, or NULL. */
  PyObject *body;
  /** What waits in `receive` or `send`, and its queue: martlet.application's, or NULL. */
  PyObject *waits;
  /** Of the Content-Length that the application gave, or MT_LENGTH_UNKNOWN. */
  uint64_t length;
  int status;
  cycle_phase phase;
  char is_head;
  /** The peer is gone. */
  char is_gone;
  /** Enough waits to be sent: `send` waits too. */
  char is_full;
  char is_body_streamed;
  char is_body_read;
} cycle;
extern PyTypeObject cycle_type;
/** Its methods; these two each application is given. */
enum { CYCLE_RECEIVE, CYCLE_SEND };
extern PyMethodDef cycle_methods[];

cycle *cycle_new(asgi *asgi, mt_request *request, mt_response *response);
/** Lets the answer come later. False, with an exception, when it cannot. */
bool cycle_defer(cycle *self);
/** What was completed before it was deferred goes out. */
void cycle_complete(cycle *self);
/** Lets go of the exchange: without an answer that is 500, in the middle of one it is cut. */
void cycle_release(cycle *self);
/** The answer is on its way: lets go, and lets what is left of the body flow, which nobody reads.
 */
void cycle_part(cycle *self);
/** Nothing more is to be said. */
void cycle_finish(cycle *self);
/** Tells whoever waits in `receive` or `send` that something changed. */
void cycle_wake(cycle *self);
/** Tells the access log of the status, where there is one. False with its exception. */
bool cycle_log_access(cycle *self);
/** For mt_destroy_fn: gives a reference of a cycle back. */
void cycle_unref(void *cycle);

/** messages.c: the methods that an application is given. */
PyObject *cycle_send(cycle *self, PyObject *message);
PyObject *cycle_receive(cycle *self, PyObject *ignored);

/** body.c: asks for the request's body, and starts the application when it is there (`is_awaited`),
 * or passes it on in pieces. False with an exception. */
bool body_ask(cycle *self, bool is_awaited);

/** begin.c: begins the application for the scope that the cycle holds. */
void begin_application(cycle *self);
/** Says what went wrong where no caller could be told; takes `result`. */
void tell(PyObject *result, void *about);

/** habit.c: whether requests like this one used to wait; `*habit` is for habit_learn. */
bool habit_is_to_wait(asgi *self, const mt_request *request, unsigned char **habit);
void habit_learn(unsigned char *habit, bool has_waited);

/** The scope of a request, or NULL with an exception. */
PyObject *scope_new(const asgi *asgi, const mt_request *request);

/** Puts status and fields of an http.response.start into the response. False with an exception. */
bool answer_start(cycle *self, PyObject *message);
/** Puts a whole body into the response, or raises. */
bool answer_whole(cycle *self, PyObject *body);

/** What is done already, as something to await: with None, or with `value`, which is taken. */
PyObject *done_none(void);
PyObject *done_with(PyObject *value);
extern PyTypeObject done_type;

#endif
