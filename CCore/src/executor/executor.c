#include "executor.h"

#include <pthread.h>
#include <stdio.h>

#include "queue.h"

/* How often an idle worker looks again before it sleeps: under steady load that spares the
 * submitter a system call, and an idle pool costs nothing. */
enum { LOOKS_BEFORE_SLEEP = 64 };

typedef struct worker {
  mt__executor *executor;
  mt__thread thread;
  pthread_t self;       /* valid while is_here */
  _Atomic bool is_here; /* it runs jobs: afterwards its number may be another thread's */
} worker;

struct mt__executor {
  const mt_allocator *allocator;
  mt__queue queue;
  pthread_mutex_t mutex; /* guards the step from "nothing to do" to asleep */
  pthread_cond_t wake;
  _Atomic uint32_t sleepers; /* threads asleep or about to be */
  _Atomic bool is_ending;
  bool is_joined; /* whoever ends it is the only one who looks */
  uint32_t count;
  worker workers[];
};

static void wake_one(mt__executor *executor) {
  if (atomic_load(&executor->sleepers) == 0) return;
  pthread_mutex_lock(&executor->mutex);
  pthread_cond_signal(&executor->wake);
  pthread_mutex_unlock(&executor->mutex);
}

static mt__job *look_for_job(mt__executor *executor) {
  for (int i = 0; i < LOOKS_BEFORE_SLEEP; i++) {
    mt__job *job = mt__queue_pop(&executor->queue);
    if (job != NULL) return job;
  }
  return NULL;
}

/* A worker first counts itself asleep, then looks once more; a submitter first queues, then looks
 * for sleepers. One of the two sees the other. NULL: the executor ends and nothing is queued. */
static mt__job *sleep_for_job(mt__executor *executor) {
  mt__job *job;
  pthread_mutex_lock(&executor->mutex);
  atomic_fetch_add(&executor->sleepers, 1);
  while ((job = mt__queue_pop(&executor->queue)) == NULL && !atomic_load(&executor->is_ending)) {
    pthread_cond_wait(&executor->wake, &executor->mutex);
  }
  atomic_fetch_sub(&executor->sleepers, 1);
  pthread_mutex_unlock(&executor->mutex);
  return job;
}

static mt__job *next_job(mt__executor *executor) {
  mt__job *job = look_for_job(executor);
  if (job == NULL) job = sleep_for_job(executor);
  /* A wake is lost on a worker that finds the oldest item half pushed: whoever takes that item
   * passes the wake on. */
  if (job != NULL && mt__queue_has_items(&executor->queue)) wake_one(executor);
  return job;
}

static void work(void *user_data) {
  worker *self = user_data;
  self->self = pthread_self();
  atomic_store(&self->is_here, true);
  for (mt__job *job; (job = next_job(self->executor)) != NULL;) job->run(job);
  atomic_store(&self->is_here, false);
}

static bool start_worker(mt__executor *executor, const mt__thread_maker *maker) {
  worker *next = &executor->workers[executor->count];
  next->executor = executor;
  atomic_init(&next->is_here, false);
  char name[MT__THREAD_NAME_CAPACITY];
  snprintf(name, sizeof name, "mt-worker-%u", executor->count);
  return mt__thread_start(&next->thread, maker, name, work, next) == 0;
}

static bool start_threads(mt__executor *executor, const mt__thread_maker *maker, uint32_t threads) {
  while (executor->count < threads && start_worker(executor, maker)) executor->count++;
  return executor->count == threads;
}

static mt_status init_locks(mt__executor *executor) {
  if (pthread_mutex_init(&executor->mutex, NULL) != 0) return MT_ERROR_SYSTEM;
  if (pthread_cond_init(&executor->wake, NULL) == 0) return MT_OK;
  pthread_mutex_destroy(&executor->mutex);
  return MT_ERROR_SYSTEM;
}

static mt_status init_executor(mt__executor *executor, const mt_allocator *allocator,
                               uint32_t capacity) {
  executor->allocator = allocator;
  atomic_init(&executor->sleepers, 0);
  atomic_init(&executor->is_ending, false);
  executor->count = 0;
  executor->is_joined = false;
  mt_status status = mt__queue_init(&executor->queue, allocator, capacity);
  if (status != MT_OK) return status;
  status = init_locks(executor);
  if (status != MT_OK) mt__queue_deinit(&executor->queue);
  return status;
}

mt_status mt__executor_create(const mt_allocator *allocator, const mt__thread_maker *maker,
                              uint32_t threads, uint32_t capacity, mt__executor **executor) {
  if (threads == 0 || threads > MT__EXECUTOR_MAX_THREADS) return MT_ERROR_INVALID_ARGUMENT;
  mt__executor *made = mt__allocate(allocator, sizeof *made + threads * sizeof made->workers[0]);
  if (made == NULL) return MT_ERROR_NO_MEMORY;
  mt_status status = init_executor(made, allocator, capacity);
  if (status != MT_OK) {
    mt__deallocate(allocator, made);
    return status;
  }
  if (!start_threads(made, maker, threads)) {
    mt__executor_destroy(made);
    return MT_ERROR_SYSTEM;
  }
  *executor = made;
  return MT_OK;
}

bool mt__executor_submit(mt__executor *executor, mt__job *job) {
  if (atomic_load_explicit(&executor->is_ending, memory_order_relaxed)) return false;
  if (!mt__queue_push(&executor->queue, job)) return false;
  wake_one(executor);
  return true;
}

void mt__executor_end(mt__executor *executor) {
  if (executor == NULL || executor->is_joined) return;
  pthread_mutex_lock(&executor->mutex);
  atomic_store(&executor->is_ending, true);
  pthread_cond_broadcast(&executor->wake);
  pthread_mutex_unlock(&executor->mutex);
  for (uint32_t i = 0; i < executor->count; i++) mt__thread_join(&executor->workers[i].thread);
  executor->is_joined = true;
}

void mt__executor_destroy(mt__executor *executor) {
  if (executor == NULL) return;
  mt__executor_end(executor);
  pthread_cond_destroy(&executor->wake);
  pthread_mutex_destroy(&executor->mutex);
  mt__queue_deinit(&executor->queue);
  mt__deallocate(executor->allocator, executor);
}

bool mt__executor_is_current(const mt__executor *executor) {
  pthread_t self = pthread_self();
  for (uint32_t i = 0; i < executor->count; i++) {
    const worker *other = &executor->workers[i];
    if (atomic_load(&other->is_here) && pthread_equal(other->self, self)) return true;
  }
  return false;
}
