/** A fixed set of threads behind a bounded lock-free queue, for handlers that block. */
#ifndef MT_EXECUTOR_EXECUTOR_H
#define MT_EXECUTOR_EXECUTOR_H

#include <martlet/status.h>

#include "../base/allocator.h"
#include "../base/attributes.h"
#include "../base/thread.h"

MT__HIDDEN_BEGIN

typedef struct mt__executor mt__executor;
typedef struct mt__job mt__job;

/** Embedded in what is to be run. While submitted it is the executor's. */
struct mt__job {
  void (*run)(mt__job *job);
};

enum { MT__EXECUTOR_MAX_THREADS = 1024 };

/** Starts `threads` (1 to MT__EXECUTOR_MAX_THREADS) threads by `maker`; `capacity` is a power of
 * two. MT_ERROR_SYSTEM when a thread cannot be made: those made are waited for. */
mt_status mt__executor_create(const mt_allocator *allocator, const mt__thread_maker *maker,
                              uint32_t threads, uint32_t capacity, mt__executor **executor);
/** Queues the job; false when the queue is full or the executor ends (the job is still the
 * caller's). Never waits for a job. What returned true is run exactly once, also by a destroy that
 * begins meanwhile. Thread: any. */
bool mt__executor_submit(mt__executor *executor, mt__job *job);
/** Runs what is queued and waits for the threads; mt__executor_is_current may still be asked. A job
 * that is run meanwhile may still submit; other threads may not be in mt__executor_submit any more.
 * NULL is allowed. Once. Thread: none of the executor's. */
void mt__executor_end(mt__executor *executor);
/** Ends, unless that has happened, and frees. NULL is allowed. Thread: as mt__executor_end. */
void mt__executor_destroy(mt__executor *executor);
/** Whether the caller is one of the executor's threads. Thread: any. */
bool mt__executor_is_current(const mt__executor *executor);

MT__HIDDEN_END

#endif
