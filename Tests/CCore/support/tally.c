#include "tally.h"

#include <time.h>

enum { PATIENCE_SECONDS = 20 };

void tally_init(tally *self) {
  pthread_mutex_init(&self->mutex, NULL);
  pthread_cond_init(&self->raised, NULL);
  self->count = 0;
}

void tally_deinit(tally *self) {
  pthread_cond_destroy(&self->raised);
  pthread_mutex_destroy(&self->mutex);
}

void tally_raise(tally *self) {
  pthread_mutex_lock(&self->mutex);
  self->count++;
  pthread_cond_broadcast(&self->raised);
  pthread_mutex_unlock(&self->mutex);
}

bool tally_await(tally *self, long count) {
  struct timespec limit;
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += PATIENCE_SECONDS;
  pthread_mutex_lock(&self->mutex);
  int failure = 0;
  while (self->count < count && failure == 0) {
    failure = pthread_cond_timedwait(&self->raised, &self->mutex, &limit);
  }
  bool is_reached = self->count >= count;
  pthread_mutex_unlock(&self->mutex);
  return is_reached;
}
