#include "parser_engine.h"

#if MT__H1_HAS_X86

#include "scan_tables.h"
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sse4.2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("sse4.2,popcnt")
#endif

typedef struct half {
  __m128i a, b;
} half;

static inline half half_load(const unsigned char *octets) {
  const __m128i *from = (const __m128i *)(const void *)octets;
  return (half){_mm_loadu_si128(from), _mm_loadu_si128(from + 1)};
}

static inline uint32_t bits(__m128i a, __m128i b) {
  return (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
}

static inline __m128i set(const mt__scan_set *set) {
  return _mm_load_si128((const __m128i *)(const void *)set->octets);
}

/* An octet from 0x80 looks up 0 in the columns. */
static inline __m128i look_up(__m128i x, const mt__scan_set *columns) {
  __m128i row = _mm_and_si128(_mm_srli_epi16(x, 4), set(&mt__scan_0f));
  return _mm_and_si128(_mm_shuffle_epi8(set(columns), x),
                       _mm_shuffle_epi8(set(&mt__scan_rows), row));
}

static inline __m128i mark_strangers(__m128i x, const mt__scan_set *columns) {
  return _mm_cmpeq_epi8(look_up(x, columns), _mm_setzero_si128());
}

static inline __m128i mark_controls(__m128i x) {
  __m128i found = look_up(x, &mt__scan_tokens);
  __m128i control = _mm_adds_epu8(found, set(&mt__scan_40)); /* bit 7 if bit 6 or 7 was set */
  return _mm_or_si128(control, _mm_cmpeq_epi8(x, set(&mt__scan_7f)));
}

static inline __m128i mark_stops(__m128i x) {
  __m128i low = _mm_cmplt_epi8(x, _mm_set1_epi8(0x21)); /* from 0x80 it is negative */
  return _mm_or_si128(low, _mm_cmpeq_epi8(x, set(&mt__scan_7f)));
}

static inline uint32_t strangers(half x, const mt__scan_set *columns) {
  return bits(mark_strangers(x.a, columns), mark_strangers(x.b, columns));
}

static inline uint32_t half_controls(half x) {
  return bits(mark_controls(x.a), mark_controls(x.b));
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
  return bits(mark_stops(x.a), mark_stops(x.b));
}

#include "parser_halves.inc.h"

#define MT__H1_ENGINE mt__h1_engine_sse42
#include "parser_engine.inc.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
