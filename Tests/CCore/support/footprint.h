/** What this process holds, so that a test can see that it holds no more than before. A number that
 * the system does not tell is 0. */
#ifndef MT_TESTS_FOOTPRINT_H
#define MT_TESTS_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct footprint {
  size_t descriptors;
  int next_descriptor; /* the number that the next one gets: the lowest that is free */
  size_t threads;
  size_t heap_bytes; /* in use, whoever took them; 0 where a sanitizer brings its own heap */
  size_t resident_bytes;
} footprint;

/** What is held once the number of threads rests: one that was joined is counted for a moment yet.
 */
footprint footprint_take(void);

#endif
