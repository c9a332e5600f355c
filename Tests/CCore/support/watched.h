/** What watches this program: under a sanitizer or valgrind a process has another memory, other
 * limits and another speed. */
#ifndef MT_TESTS_WATCHED_H
#define MT_TESTS_WATCHED_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#define WATCHED_HAS_FEATURE(name) __has_feature(name)
#else
#define WATCHED_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || WATCHED_HAS_FEATURE(thread_sanitizer)
#define WATCHED_BY_TSAN 1
#else
#define WATCHED_BY_TSAN 0
#endif
#if defined(__SANITIZE_ADDRESS__) || WATCHED_HAS_FEATURE(address_sanitizer) || WATCHED_BY_TSAN
#define WATCHED_BY_SANITIZER 1
#else
#define WATCHED_BY_SANITIZER 0
#endif

/** Valgrind loads itself into what it watches. */
static inline bool watched_by_valgrind(void) {
  const char *preloaded = getenv("LD_PRELOAD");
  return preloaded && strstr(preloaded, "vgpreload");
}

#endif
