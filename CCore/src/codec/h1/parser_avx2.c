#include "parser_engine.h"

#if MT__H1_HAS_X86

#include "scan_tables.h"
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif

typedef __m256i half;

static inline half half_load(const unsigned char *octets) {
  return _mm256_loadu_si256((const __m256i *)(const void *)octets);
}

static inline uint32_t bits(half octets) {
  return (uint32_t)_mm256_movemask_epi8(octets);
}

static inline half set(const mt__scan_set *set) {
  return _mm256_load_si256((const __m256i *)(const void *)set->octets);
}

/* An octet from 0x80 looks up 0 in the columns. */
static inline half look_up(half x, const mt__scan_set *columns) {
  half row = _mm256_and_si256(_mm256_srli_epi16(x, 4), set(&mt__scan_0f));
  return _mm256_and_si256(_mm256_shuffle_epi8(set(columns), x),
                          _mm256_shuffle_epi8(set(&mt__scan_rows), row));
}

static inline uint32_t strangers(half x, const mt__scan_set *columns) {
  return bits(_mm256_cmpeq_epi8(look_up(x, columns), _mm256_setzero_si256()));
}

static inline uint32_t half_controls(half x) {
  half found = look_up(x, &mt__scan_tokens);
  half control = _mm256_adds_epu8(found, set(&mt__scan_40)); /* bit 7 if bit 6 or 7 was set */
  return bits(_mm256_or_si256(control, _mm256_cmpeq_epi8(x, set(&mt__scan_7f))));
}

static inline uint32_t half_breaks(half x) {
  return strangers(x, &mt__scan_tokens) | half_controls(x);
}

static inline uint32_t half_paths(half x) {
  return strangers(x, &mt__scan_paths);
}

static inline uint32_t half_queries(half x) {
  return strangers(x, &mt__scan_queries);
}

static inline uint32_t half_hosts(half x) {
  return strangers(x, &mt__scan_hosts);
}

static inline uint32_t half_stops(half x) {
  half low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), x); /* from 0x80 it is negative */
  return bits(_mm256_or_si256(low, _mm256_cmpeq_epi8(x, set(&mt__scan_7f))));
}

#include "parser_halves.inc.h"

#define MT__H1_ENGINE mt__h1_engine_avx2
#include "parser_engine.inc.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
