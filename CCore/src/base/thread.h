/** A thread that is waited for: of the library's making, or of the host's. */
#ifndef MT_BASE_THREAD_H
#define MT_BASE_THREAD_H

#include <martlet/thread.h>
#include <pthread.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

enum { MT__THREAD_NAME_CAPACITY = 24 };

/** Who makes threads. */
typedef struct mt__thread_maker {
  mt_thread_spawn_fn spawn; /* NULL: the library, by pthread_create */
  void *user_data;
} mt__thread_maker;

typedef struct mt__thread {
  void (*body)(void *argument);
  void *argument;
  char name[MT__THREAD_NAME_CAPACITY];
  bool is_hosts;
  pthread_t own; /* unless is_hosts */
  /* Of a host's thread, which cannot be joined. */
  pthread_mutex_t mutex;
  pthread_cond_t returned;
  bool has_returned;
} mt__thread;

/** Calls `body(argument)` on a thread called `name`. 0 or an errno value. On a thread of our own
 * the host's signals are blocked, but not those that a thread's own fault raises. */
int mt__thread_start(mt__thread *thread, const mt__thread_maker *maker, const char *name,
                     void (*body)(void *argument), void *argument);
/** Waits until the body has returned. Once for each thread that was started. */
void mt__thread_join(mt__thread *thread);

MT__HIDDEN_END

#endif
