/** The two clocks. */
#ifndef MT_BASE_CLOCK_H
#define MT_BASE_CLOCK_H

#include <stdint.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

/** Milliseconds of a clock that never jumps. */
uint64_t mt__clock_monotonic_ms(void);
/** Seconds since 1970-01-01T00:00:00Z. */
int64_t mt__clock_wall_seconds(void);

MT__HIDDEN_END

#endif
