/** Times one small piece of work by itself: what the programs of this folder share. */
#ifndef BENCH_TIMING_H
#define BENCH_TIMING_H

#include <stddef.h>

/** Does its work `turns` times. */
typedef void (*timed_fn)(void *context, size_t turns);

enum { TURNS_MAX = 1 << 16 };

/** Prints a line for run.py: `subject`, `name`, `bytes` that one turn works through (0: it is not
 * about bytes), the best and the median run's nanoseconds a turn. Runs last half a millisecond
 * where TURNS_MAX allows it: what a run is disturbed by seldom lasts longer, and the best was not
 * disturbed. */
void time_work(const char *subject, const char *name, size_t bytes, timed_fn work, void *context);
/** As time_work, with so many turns a run: for work that is slow to begin. */
void time_turns(size_t turns, const char *subject, const char *name, size_t bytes, timed_fn work,
                void *context);

/** Makes the compiler believe that somebody has this pointer, and reads and writes all memory. */
static inline void keep(const void *pointer) {
  __asm__ volatile("" : : "r"(pointer) : "memory");
}

/** Ends the program with a line that says why, unless `holds`. */
void demand(int holds, const char *what);

#endif
