/** How much a test does: enough for every day, or what `make soak` asks for. */
#ifndef MT_TESTS_SOAK_H
#define MT_TESTS_SOAK_H

#include <stdlib.h>

#ifdef __has_feature
#define SOAK_HAS_FEATURE(name) __has_feature(name)
#else
#define SOAK_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || SOAK_HAS_FEATURE(thread_sanitizer)
#define SOAK_HAS_TSAN 1
#else
#define SOAK_HAS_TSAN 0
#endif
#if defined(__SANITIZE_ADDRESS__) || SOAK_HAS_FEATURE(address_sanitizer) || SOAK_HAS_TSAN
#define SOAK_IS_SANITIZED 1
#else
#define SOAK_IS_SANITIZED 0
#endif

/** `usual`, a quarter of it under a sanitizer, `soaking` with MARTLET_SOAK in the environment. */
static inline int soak_count(int usual, int soaking) {
  if (getenv("MARTLET_SOAK")) return soaking;
  return SOAK_IS_SANITIZED ? usual / 4 : usual;
}

#endif
