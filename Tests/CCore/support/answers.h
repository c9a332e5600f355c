/** Reads a connection's output as a client would: response by response, as RFC 9112 §6 frames them.
 * Not for answers to HEAD. */
#ifndef MT_TESTS_ANSWERS_H
#define MT_TESTS_ANSWERS_H

#include <martlet/slice.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct answers {
  size_t whole;        /* final responses that came in full; 1xx are read over */
  bool is_cut;         /* the last one did not */
  bool is_closing;     /* … or said "Connection: close" */
  int last_status;     /* of the last that came in full */
  const char *offence; /* NULL, or what no server may send */
} answers;

/** Lifetime: `offence` is static. */
answers answers_read(mt_slice output);

#endif
