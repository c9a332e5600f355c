/** An allocator that counts, fails on demand, and knows what was not given back. Safe to use from
 * several threads. Fresh bytes are filled with 0xa5, so that nobody takes them for zeroes. */
#ifndef MT_TESTS_FAILING_ALLOCATOR_H
#define MT_TESTS_FAILING_ALLOCATOR_H

#include <martlet/allocator.h>
#include <stdatomic.h>

typedef struct failing_allocator {
  mt_allocator allocator;    /* what the code under test is given */
  atomic_size_t calls;       /* of allocate and reallocate, the failed ones included */
  atomic_size_t live_blocks; /* taken and not given back */
  size_t fail_at;            /* the first call that fails, counted from 1; 0: none */
  size_t fail_count;         /* how many calls fail from there */
} failing_allocator;

/** Fails only call number `fail_at` (0: none). `self` must not move afterwards. */
void failing_allocator_init(failing_allocator *self, size_t fail_at);
/** From now on every call fails, or none does. */
void failing_allocator_refuse(failing_allocator *self, bool refuse);
/** Whether the call that was to fail has come. */
bool failing_allocator_has_failed(const failing_allocator *self);

/** Does some work with `allocator`, tolerates every failure, and gives everything back. */
typedef void (*failing_allocator_scenario)(const mt_allocator *allocator, void *context);

/** Runs `scenario` with the first call failing, then the second, and so on, until a run needs no
 * further call; asserts after each that nothing leaked. Returns how many calls were made to fail.
 */
size_t failing_allocator_walk(failing_allocator_scenario scenario, void *context);

#endif
