/** One request of each kind that a world's routes know, and what it is answered. */
#ifndef MT_TESTS_REQUESTS_H
#define MT_TESTS_REQUESTS_H

#include <stddef.h>

typedef struct request_kind {
  const char *name;
  const char *text;
  const char *answer; /* how the output begins */
} request_kind;

/** The last of them is all others, pipelined. */
extern const request_kind request_kinds[];
extern const size_t request_kind_count;

/** A folder with the files that /file serves: "small.txt" and "large.bin". Made when first asked
 * for; removed by requests_clean_up, a group teardown. */
const char *requests_root(void);
int requests_clean_up(void **state);

#endif
