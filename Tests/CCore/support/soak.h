/** How much a test does: enough for every day, or what `make soak` asks for. */
#ifndef MT_TESTS_SOAK_H
#define MT_TESTS_SOAK_H

#include <stdlib.h>

/** Whether code runs several times slower than it will for users. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SOAK_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SOAK_IS_SANITIZED 1
#endif
#endif
#ifndef SOAK_IS_SANITIZED
#define SOAK_IS_SANITIZED 0
#endif

/** `usual`, a quarter of it under a sanitizer, `soaking` with MARTLET_SOAK in the environment. */
static inline int soak_count(int usual, int soaking) {
  if (getenv("MARTLET_SOAK")) return soaking;
  return SOAK_IS_SANITIZED ? usual / 4 : usual;
}

#endif
