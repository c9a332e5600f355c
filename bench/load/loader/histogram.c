#include "histogram.h"

enum { SUB_SLOTS = 1 << HISTOGRAM_SUB_BITS };

/* Durations below 128 ns have a slot each; above, each doubling is cut into 128 slots of one width.
 */
static unsigned slot_of(uint64_t ns) {
  if (ns < SUB_SLOTS) return (unsigned)ns;
  unsigned doublings = 63 - (unsigned)__builtin_clzll(ns) - HISTOGRAM_SUB_BITS;
  unsigned slot =
      ((doublings + 1) << HISTOGRAM_SUB_BITS) + (unsigned)((ns >> doublings) - SUB_SLOTS);
  return slot < HISTOGRAM_SLOTS ? slot : HISTOGRAM_SLOTS - 1;
}

/* The middle of what a slot stands for. */
static uint64_t value_of(unsigned slot) {
  if (slot < SUB_SLOTS) return slot;
  unsigned doublings = (slot >> HISTOGRAM_SUB_BITS) - 1;
  uint64_t lowest = (uint64_t)(SUB_SLOTS + (slot & (SUB_SLOTS - 1))) << doublings;
  return lowest + (((uint64_t)1 << doublings) >> 1);
}

void histogram_add(histogram *h, uint64_t ns) {
  h->slots[slot_of(ns)]++;
  h->count++;
  h->sum_ns += ns;
  if (ns > h->max_ns) h->max_ns = ns;
}

uint64_t histogram_quantile(const histogram *h, double share) {
  uint64_t wanted = (uint64_t)((double)h->count * share), seen = 0;
  for (unsigned slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
    seen += h->slots[slot];
    if (seen > wanted || (seen == h->count && seen > 0)) {
      uint64_t value = value_of(slot);
      return value < h->max_ns ? value : h->max_ns;
    }
  }
  return 0;
}
