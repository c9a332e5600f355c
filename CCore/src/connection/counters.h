/** A reactor's counters: written by its thread alone, read by any without locks. */
#ifndef MT_CONNECTION_COUNTERS_H
#define MT_CONNECTION_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint64_t mt__counter;

typedef struct mt__counters {
  mt__counter connections_total;
  mt__counter connections_open;
  mt__counter connections_refused;
  mt__counter requests_total;
  mt__counter requests_active;
  mt__counter responses[5];
  mt__counter requests_rejected;
  mt__counter timeouts;
  mt__counter bytes_received;
  mt__counter bytes_sent;
  mt__counter worker_rejections;
} mt__counters;

/** A plain add: one writer, so no locked instruction is needed. */
static inline void mt__count(mt__counter *counter, uint64_t amount) {
  uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
  atomic_store_explicit(counter, value + amount, memory_order_relaxed);
}

static inline void mt__uncount(mt__counter *counter, uint64_t amount) {
  mt__count(counter, (uint64_t)0 - amount);
}

#endif
