/** A count that threads raise and wait for; made of what every system has. */
#ifndef MT_TESTS_TALLY_H
#define MT_TESTS_TALLY_H

#include <pthread.h>
#include <stdbool.h>

typedef struct tally {
  pthread_mutex_t mutex;
  pthread_cond_t raised;
  long count;
} tally;

void tally_init(tally *self);
void tally_deinit(tally *self);
void tally_raise(tally *self);
/** Waits until the count is at least `count`; false after 20 seconds, so that a wake that was lost
 * shows as a failure and not as a test that hangs. */
bool tally_await(tally *self, long count);

#endif
