#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 41, RUN_NS = 500000 };

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_run(timed_fn work, void *context, size_t turns) {
  double begin = now_ns();
  work(context, turns);
  return now_ns() - begin;
}

/* How many turns a run has. Warms caches and branch predictors up on the way. */
static size_t find_turns(timed_fn work, void *context) {
  size_t turns = 16;
  while (turns < TURNS_MAX && time_run(work, context, turns) < RUN_NS) turns *= 2;
  return turns;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

void time_turns(size_t turns, const char *subject, const char *name, size_t bytes, timed_fn work,
                void *context) {
  double runs[RUNS];
  for (size_t i = 0; i < RUNS; i++) runs[i] = time_run(work, context, turns) / (double)turns;
  qsort(runs, RUNS, sizeof runs[0], compare);
  printf("%s\t%s\t%zu\t%.3f\t%.3f\n", subject, name, bytes, runs[0], runs[RUNS / 2]);
}

void time_work(const char *subject, const char *name, size_t bytes, timed_fn work, void *context) {
  time_turns(find_turns(work, context), subject, name, bytes, work, context);
}

void demand(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s\n", what);
  exit(1);
}
