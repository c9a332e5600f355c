/* What it costs a reactor to have work done by a worker: submitted, run, and the result home
 * through the mailbox. With one job at a time it is a way there and back between two sleeping
 * threads; with more, neither sleeps long. */
#include "executor/executor.h"
#include "reactor/reactor.h"

#include "timing.h"

#include <semaphore.h>

enum { JOBS_MAX = 64, QUEUE = 1024 };

typedef struct office office;

/* What goes to the worker and comes home. */
typedef struct errand {
  mt__job job;
  mt__message home;
  office *office;
} errand;

struct office {
  mt__reactor reactor;
  mt__executor *executor;
  mt__message start, quit;
  errand errands[JOBS_MAX];
  size_t jobs; /* at a time */
  size_t left; /* to submit; the reactor's */
  size_t out;  /* submitted and not home; the reactor's */
  sem_t is_done;
};

#define CONTAINER(type, member, pointer) ((type *)((char *)(pointer)-offsetof(type, member)))

static void do_errand(mt__job *job) {
  errand *self = CONTAINER(errand, job, job);
  demand(mt__reactor_post(&self->office->reactor, &self->home), "the mailbox is closed");
}

static void send_out(office *self, errand *sent) {
  if (self->left == 0) return;
  self->left--;
  self->out++;
  demand(mt__executor_submit(self->executor, &sent->job), "the queue is full");
}

static void come_home(mt__message *message) {
  errand *self = CONTAINER(errand, home, message);
  self->office->out--;
  send_out(self->office, self);
  if (self->office->out == 0) sem_post(&self->office->is_done);
}

static void start(mt__message *message) {
  office *self = CONTAINER(office, start, message);
  for (size_t i = 0; i < self->jobs; i++) send_out(self, &self->errands[i]);
}

static void quit(mt__message *message) {
  mt__reactor_quit(&CONTAINER(office, quit, message)->reactor);
}

static void *run_reactor(void *context) {
  mt__reactor_run(&((office *)context)->reactor);
  return NULL;
}

static void hand_off(void *context, size_t turns) {
  office *self = context;
  self->left = turns;
  mt__reactor_post(&self->reactor, &self->start);
  sem_wait(&self->is_done);
}

static void open_office(office *self, pthread_t *thread) {
  *self = (office){.start.deliver = start, .quit.deliver = quit};
  for (size_t i = 0; i < JOBS_MAX; i++)
    self->errands[i] = (errand){{do_errand}, {NULL, come_home}, self};
  demand(sem_init(&self->is_done, 0, 0) == 0, "no semaphore");
  demand(mt__reactor_init(&self->reactor, &mt__allocator_system) == MT_OK, "no reactor");
  demand(mt__executor_create(&mt__allocator_system, &(mt__thread_maker){0}, 1, QUEUE,
                             &self->executor) == MT_OK,
         "no worker");
  demand(pthread_create(thread, NULL, run_reactor, self) == 0, "no thread");
}

static void close_office(office *self, pthread_t thread) {
  mt__executor_destroy(self->executor);
  mt__reactor_post(&self->reactor, &self->quit);
  pthread_join(thread, NULL);
  mt__reactor_deinit(&self->reactor);
  sem_destroy(&self->is_done);
}

int main(void) {
  static office self;
  static const struct {
    const char *name;
    size_t jobs;
  } cases[] = {{"1 job at a time", 1}, {"16 jobs at a time", 16}, {"64 jobs at a time", JOBS_MAX}};
  pthread_t thread;
  open_office(&self, &thread);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    self.jobs = cases[i].jobs;
    time_work("hand-off", cases[i].name, 0, hand_off, &self);
  }
  close_office(&self, thread);
  return 0;
}
