#include "thread.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "os.h"

/* --- ours --- */

static void *run_own(void *user_data) {
  mt__thread *thread = user_data;
  mt__os_name_thread(thread->name);
  thread->body(thread->argument);
  return NULL;
}

/* A host's handlers run on these threads. What a thread brings on itself stays open to it: a
 * blocked SIGSEGV kills without asking the handler. */
static void block_signals(sigset_t *before) {
  static const int OWN_FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t blocked;
  sigfillset(&blocked);
  for (size_t i = 0; i < sizeof OWN_FAULTS / sizeof OWN_FAULTS[0]; i++) {
    sigdelset(&blocked, OWN_FAULTS[i]);
  }
  pthread_sigmask(SIG_SETMASK, &blocked, before);
}

static int start_own(mt__thread *thread) {
  sigset_t before;
  block_signals(&before);
  int failure = pthread_create(&thread->own, NULL, run_own, thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failure;
}

/* --- the host's --- */

static void run_hosts(void *user_data) {
  mt__thread *thread = user_data;
  thread->body(thread->argument);
  pthread_mutex_lock(&thread->mutex);
  thread->has_returned = true;
  pthread_cond_signal(&thread->returned);
  pthread_mutex_unlock(&thread->mutex);
}

static void deinit_locks(mt__thread *thread) {
  pthread_cond_destroy(&thread->returned);
  pthread_mutex_destroy(&thread->mutex);
}

static int init_locks(mt__thread *thread) {
  int failure = pthread_mutex_init(&thread->mutex, NULL);
  if (failure != 0) return failure;
  failure = pthread_cond_init(&thread->returned, NULL);
  if (failure != 0) pthread_mutex_destroy(&thread->mutex);
  return failure;
}

static int start_hosts(mt__thread *thread, const mt__thread_maker *maker) {
  thread->is_hosts = true;
  int failure = init_locks(thread);
  if (failure != 0) return failure;
  failure = maker->spawn(thread->name, run_hosts, thread, maker->user_data);
  if (failure != 0) deinit_locks(thread);
  return failure;
}

static void join_hosts(mt__thread *thread) {
  pthread_mutex_lock(&thread->mutex);
  while (!thread->has_returned) pthread_cond_wait(&thread->returned, &thread->mutex);
  pthread_mutex_unlock(&thread->mutex);
  deinit_locks(thread);
}

/* --- either --- */

int mt__thread_start(mt__thread *thread, const mt__thread_maker *maker, const char *name,
                     void (*body)(void *argument), void *argument) {
  *thread = (mt__thread){.body = body, .argument = argument};
  size_t size = strlen(name);
  if (size >= sizeof thread->name) return EINVAL;
  memcpy(thread->name, name, size);
  return maker->spawn != NULL ? start_hosts(thread, maker) : start_own(thread);
}

void mt__thread_join(mt__thread *thread) {
  if (thread->is_hosts)
    join_hosts(thread);
  else
    pthread_join(thread->own, NULL);
}
