/** A coarse hashed wheel: setting a timer later than it already is costs two stores. One thread.
 *  Sans-clock: whoever owns it says what time it is. */
#ifndef MT_REACTOR_TIMERS_H
#define MT_REACTOR_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/attributes.h"
#include "../base/list.h"

MT__HIDDEN_BEGIN

typedef struct mt__timer mt__timer;
typedef void (*mt__timer_fn)(mt__timer *timer);

/** Embedded in what it times out; 40 bytes. */
struct mt__timer {
  mt__list link; /* in a slot of the wheel; to itself when it is not set */
  mt__timer_fn on_expire;
  uint64_t deadline_ms; /* when it is due */
  uint64_t slot_ms;     /* where it is filed: never later than deadline_ms */
};

enum { MT__WHEEL_SLOTS = 512, MT__WHEEL_TICK_MS = 100 };

typedef struct mt__wheel {
  mt__list slots[MT__WHEEL_SLOTS];
  uint64_t next_tick; /* the first tick (time / MT__WHEEL_TICK_MS) not yet looked at */
  uint32_t count;     /* timers that are set */
} mt__wheel;

void mt__wheel_init(mt__wheel *wheel, uint64_t now_ms);
/** Expires what is due at `now_ms`; a callback may set and clear any timer, its own included. Never
 * early. */
void mt__wheel_advance(mt__wheel *wheel, uint64_t now_ms);

void mt__timer_init(mt__timer *timer, mt__timer_fn on_expire);
/** (Re)sets the timer. */
void mt__timer_set(mt__wheel *wheel, mt__timer *timer, uint64_t deadline_ms);
/** Harmless when it is not set. */
void mt__timer_clear(mt__wheel *wheel, mt__timer *timer);
static inline bool mt__timer_is_set(const mt__timer *timer) {
  return !mt__list_is_empty(&timer->link);
}

MT__HIDDEN_END

#endif
