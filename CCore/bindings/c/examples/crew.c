#include "crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct job {
  void (*work)(void *user_data);
  void *user_data;
} job;

static struct {
  pthread_mutex_t lock;
  pthread_cond_t is_idle;
  unsigned running;
} crew = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void begin(void) {
  pthread_mutex_lock(&crew.lock);
  crew.running++;
  pthread_mutex_unlock(&crew.lock);
}

static void end(void) {
  pthread_mutex_lock(&crew.lock);
  if (--crew.running == 0) pthread_cond_broadcast(&crew.is_idle);
  pthread_mutex_unlock(&crew.lock);
}

static void *run(void *given) {
  job own = *(job *)given;
  free(given);
  own.work(own.user_data);
  end();
  return NULL;
}

bool crew_run(void (*work)(void *user_data), void *user_data) {
  job *given = malloc(sizeof *given);
  if (!given) return false;
  *given = (job){work, user_data};
  begin();
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, given) != 0) {
    free(given);
    end();
    return false;
  }
  pthread_detach(thread);
  return true;
}

void crew_wait(void) {
  pthread_mutex_lock(&crew.lock);
  while (crew.running > 0) pthread_cond_wait(&crew.is_idle, &crew.lock);
  pthread_mutex_unlock(&crew.lock);
}

void crew_sleep_ms(unsigned milliseconds) {
  struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
}
