#include "parser_engine.h"

#if MT__H1_HAS_X86

#include "scan_tables.h"
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sse4.2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("sse4.2")
#endif

#include "scan_x86_16.inc.h"

static inline uint64_t join(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  return a | b << 16 | c << 32 | d << 48;
}

static inline uint64_t controls_64(const unsigned char *octets) {
  return join(controls_16(octets), controls_16(octets + 16), controls_16(octets + 32),
              controls_16(octets + 48));
}

static inline uint64_t breaks_64(const unsigned char *octets) {
  return join(breaks_16(octets), breaks_16(octets + 16), breaks_16(octets + 32),
              breaks_16(octets + 48));
}

static inline uint64_t paths_64(const unsigned char *octets) {
  return join(paths_16(octets), paths_16(octets + 16), paths_16(octets + 32),
              paths_16(octets + 48));
}

static inline uint64_t queries_64(const unsigned char *octets) {
  return join(queries_16(octets), queries_16(octets + 16), queries_16(octets + 32),
              queries_16(octets + 48));
}

static inline uint64_t stops_64(const unsigned char *octets) {
  return join(stops_16(octets), stops_16(octets + 16), stops_16(octets + 32),
              stops_16(octets + 48));
}

static inline void classify_64(const unsigned char *octets, uint64_t *controls, uint64_t *breaks) {
  *controls = controls_64(octets);
  *breaks = breaks_64(octets);
}

#define MT__H1_ENGINE mt__h1_engine_sse42
#include "parser_engine.inc.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
