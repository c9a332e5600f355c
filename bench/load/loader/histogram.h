/* A histogram of durations with a relative error below one percent, whatever their size. */
#ifndef LOADER_HISTOGRAM_H
#define LOADER_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_SUB_BITS = 7, HISTOGRAM_SLOTS = (64 - HISTOGRAM_SUB_BITS) << HISTOGRAM_SUB_BITS };

typedef struct histogram {
  uint64_t count, sum_ns, max_ns;
  uint64_t slots[HISTOGRAM_SLOTS];
} histogram;

void histogram_add(histogram *h, uint64_t ns);

/* The duration below which lie `share` (0 … 1) of those added, in nanoseconds; 0 when there are
 * none. */
uint64_t histogram_quantile(const histogram *h, double share);

#endif
