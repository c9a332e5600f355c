/** How much a test does: enough for every day, or what `make soak` asks for. */
#ifndef MT_TESTS_SOAK_H
#define MT_TESTS_SOAK_H

#include <stdlib.h>

#include "watched.h"

/** `usual`, a quarter of it under a sanitizer, `soaking` with MARTLET_SOAK in the environment. */
static inline int soak_count(int usual, int soaking) {
  if (getenv("MARTLET_SOAK")) return soaking;
  return WATCHED_BY_SANITIZER ? usual / 4 : usual;
}

#endif
