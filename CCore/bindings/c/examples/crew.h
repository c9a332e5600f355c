/** Threads of the host's own, as it has them anyway: they know nothing of the server. */
#ifndef EXAMPLES_CREW_H
#define EXAMPLES_CREW_H

#include <stdbool.h>

/** Runs `work` once, with `user_data`, on a thread of its own. False when there is none to be had;
 * `work` is then never called. */
bool crew_run(void (*work)(void *user_data), void *user_data);
/** Returns when no work is under way. */
void crew_wait(void);
/** Blocks the calling thread, as work does. */
void crew_sleep_ms(unsigned milliseconds);

#endif
