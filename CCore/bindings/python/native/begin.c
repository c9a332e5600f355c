/* Beginning the application. Its coroutine is begun inside the handler, with the identity
 * of a task that waits for this: one that ends without having waited needed no task of its own, and
 * is answered at once. Another is taken over by that task, which then goes on with it. */
#include "fast.h"

void tell(PyObject *result, void *about) {
  if (!result) PyErr_WriteUnraisable(about);
  Py_XDECREF(result);
}

/* --- a task's identity, lent --- */

static PyObject *pop(PyObject *list) {
  Py_ssize_t count = PyList_GET_SIZE(list);
  if (count == 0) return NULL;
  PyObject *last = PyList_GET_ITEM(list, count - 1);
  Py_INCREF(last);
  if (PyList_SetSlice(list, count - 1, count, NULL) < 0) Py_CLEAR(last);
  return last;
}

static void retire(asgi *self, PyObject *lender) {
  tell(PyObject_CallMethodObjArgs((PyObject *)self, word_retire, lender, NULL), self);
}

/** Not so, when its task was cancelled meanwhile. */
static bool is_still_waiting(PyObject *lender) {
  PyObject *done = PyObject_CallMethodObjArgs(PyTuple_GET_ITEM(lender, 1), word_done, NULL);
  bool is_waiting = done == Py_False;
  if (!done) PyErr_Clear();
  Py_XDECREF(done);
  return is_waiting;
}

/** A waiting task out of `parked`, or NULL when there is none. */
static PyObject *take_parked(asgi *self) {
  PyObject *lender = pop(self->parked);
  while (lender && !is_still_waiting(lender)) {
    retire(self, lender);
    Py_DECREF(lender);
    lender = pop(self->parked);
  }
  return lender;
}

static bool has_weak_references(PyObject *task, PyObject *expected) {
  PyObject *count = PyObject_CallOneArg(weak_references_of, task);
  bool is_same = count && PyObject_RichCompareBool(count, expected, Py_EQ) == 1;
  if (!count) PyErr_Clear();
  Py_XDECREF(count);
  return !is_same;
}

/** Puts the task back, unless the application kept it, or a sign of it: the next request must not
 * meet what this one left. */
static void give_parked(asgi *self, PyObject *lender, Py_ssize_t references) {
  PyObject *task = PyTuple_GET_ITEM(lender, 0);
  bool is_clean =
      Py_REFCNT(task) == references && !has_weak_references(task, PyTuple_GET_ITEM(lender, 2));
  if (!is_clean || PyList_Append(self->parked, lender) < 0) retire(self, lender);
}

/* --- beginning the application --- */

/** What became of a beginning: its coroutine, and what it waits for, or its exception. */
typedef struct begun {
  PyObject *coroutine;
  PyObject *waited;
  PyObject *exception;
  bool is_waiting;
} begun;

static PyObject *take_exception(void) {
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  if (trace && value) PyException_SetTraceback(value, trace);
  Py_XDECREF(type);
  Py_XDECREF(trace);
  return value;
}

static PyObject *call_app(cycle *self, PyObject *scope) {
  asgi *asgi = self->asgi;
  PyObject *receive = PyCFunction_New(&cycle_methods[CYCLE_RECEIVE], (PyObject *)self);
  PyObject *send = PyCFunction_New(&cycle_methods[CYCLE_SEND], (PyObject *)self);
  PyObject *arguments[] = {NULL, scope, receive, send};
  PyObject *result = NULL;
  if (receive && send)
    result =
        PyObject_Vectorcall(asgi->app, arguments + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
  Py_XDECREF(receive);
  Py_XDECREF(send);
  if (!result || PyCoro_CheckExact(result)) return result;
  PyObject *wrapped = PyObject_CallMethodObjArgs((PyObject *)asgi, word_as_coroutine, result, NULL);
  Py_DECREF(result);
  return wrapped;
}

static void step(cycle *self, PyObject *scope, begun *begun) {
  begun->coroutine = call_app(self, scope);
  PySendResult result =
      begun->coroutine ? PyIter_Send(begun->coroutine, Py_None, &begun->waited) : PYGEN_ERROR;
  begun->is_waiting = result == PYGEN_NEXT;
  if (result == PYGEN_RETURN) Py_CLEAR(begun->waited);
  if (result == PYGEN_ERROR) begun->exception = take_exception();
}

static void step_in(PyObject *context, cycle *self, PyObject *scope, begun *begun) {
  if (PyContext_Enter(context) < 0) {
    begun->exception = take_exception();
    return;
  }
  step(self, scope, begun);
  if (PyContext_Exit(context) < 0) PyErr_WriteUnraisable(context);
}

/** One step as `task`, in `context`. */
static void begin(cycle *self, PyObject *scope, PyObject *task, PyObject *context, begun *begun) {
  asgi *asgi = self->asgi;
  PyObject *identity[] = {asgi->loop, task};
  PyObject *entered = PyObject_Vectorcall(asgi->enter_task, identity, 2, NULL);
  if (!entered) {
    begun->exception = take_exception();
    return;
  }
  Py_DECREF(entered);
  step_in(context, self, scope, begun);
  tell(PyObject_Vectorcall(asgi->leave_task, identity, 2, NULL), task);
}

/** What had to wait goes on in the task that it began as. */
static void hand_over(cycle *self, PyObject *lender, PyObject *context, begun *begun) {
  asgi *asgi = self->asgi;
  if (self->phase == CYCLE_COMPLETE && !self->exchange)
    cycle_complete(self);
  else if (self->phase != CYCLE_COMPLETE && !cycle_defer(self))
    PyErr_WriteUnraisable((PyObject *)self);
  tell(PyObject_CallMethodObjArgs((PyObject *)asgi, word_take_over, lender, begun->coroutine,
                                  context, begun->waited, self, NULL),
       asgi);
}

static void conclude(cycle *self, begun *begun) {
  asgi *asgi = self->asgi;
  if (begun->exception)
    tell(PyObject_CallMethodObjArgs((PyObject *)asgi, word_failed, self, begun->exception, NULL),
         asgi);
  else if (self->phase != CYCLE_COMPLETE)
    tell(PyObject_CallMethodObjArgs((PyObject *)asgi, word_unfinished, self, NULL), asgi);
}

/** Whether it had to wait. */
static bool start_eagerly(cycle *self, PyObject *scope, PyObject *lender, PyObject *context) {
  PyObject *task = PyTuple_GET_ITEM(lender, 0);
  Py_ssize_t references = Py_REFCNT(task);
  begun begun = {0};
  begin(self, scope, task, context, &begun);
  if (begun.is_waiting)
    hand_over(self, lender, context, &begun);
  else
    conclude(self, &begun);
  Py_XDECREF(begun.coroutine);
  Py_XDECREF(begun.waited);
  Py_XDECREF(begun.exception);
  if (!begun.is_waiting) give_parked(self->asgi, lender, references);
  return begun.is_waiting;
}

/** Gives it a task of its own, which begins with the loop's next turn. */
static void start_task(cycle *self, PyObject *scope) {
  if (!cycle_defer(self)) return PyErr_WriteUnraisable((PyObject *)self);
  tell(PyObject_CallMethodObjArgs((PyObject *)self->asgi, word_start_task, self, scope, NULL),
       self->asgi);
}

static void start(cycle *self, PyObject *scope) {
  unsigned char *habit;
  if (habit_is_to_wait(self->asgi, self->request, &habit)) return start_task(self, scope);
  PyObject *lender = take_parked(self->asgi);
  if (!lender) {
    tell(PyObject_CallMethodObjArgs((PyObject *)self->asgi, word_want_more, NULL), self->asgi);
    return start_task(self, scope);
  }
  PyObject *context = PyContext_CopyCurrent();
  if (context)
    habit_learn(habit, start_eagerly(self, scope, lender, context));
  else
    PyErr_WriteUnraisable((PyObject *)self->asgi);
  Py_XDECREF(context);
  Py_DECREF(lender);
}

void begin_application(cycle *self) {
  PyObject *scope = self->scope;
  if (self->asgi->logs_access)
    Py_INCREF(scope);
  else
    self->scope = NULL;
  start(self, scope);
  Py_DECREF(scope);
}
