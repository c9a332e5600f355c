/** An event loop and two clocks that the test turns. Its objects stand in front of the library when
 * a test below faults/ is linked, so that the library's own loop and clocks are left out; all else
 * is the real thing. One thread turns it. */
#ifndef MT_TESTS_FAKE_LOOP_H
#define MT_TESTS_FAKE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/** What mt__loop_run (behind mt_server_run) calls once, on the loop's thread, before it goes on
 * until it is broken. NULL: nothing. */
void fake_loop_on_run(void (*function)(void *context), void *context);
/** Serves what is due and ready now; whether there was anything. To be called by that function. */
bool fake_loop_turn(void);
/** Whether the script began and did not end, because a failed assertion left it; forgets that loop.
 */
bool fake_loop_was_left(void);
/** The `nth` change of interest from now on is refused; 0: none. */
void fake_loop_refuse_watch(uint32_t nth);

/** Sets both clocks to where they are when a program starts, so that a run depends on nothing
 * before it. */
void fake_clock_reset(void);
/** Moves the monotonic clock, also backwards. */
void fake_clock_move(int64_t by_ms);
/** Sets the wall clock, in seconds since 1970. */
void fake_clock_set_wall(int64_t seconds);

#endif
