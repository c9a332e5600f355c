#include "parser_engine.h"

#if MT__H1_HAS_X86

#include "scan_tables.h"
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2")
#endif

#include "scan_x86_16.inc.h"

static inline __m256i load_32(const unsigned char *octets) {
  return _mm256_loadu_si256((const __m256i *)(const void *)octets);
}

static inline uint64_t bits_32(__m256i octets) {
  return (uint32_t)_mm256_movemask_epi8(octets);
}

static inline uint64_t controls_32(const unsigned char *octets) {
  __m256i x = load_32(octets);
  __m256i limit = _mm256_set1_epi8(0x1f);
  __m256i low = _mm256_cmpeq_epi8(_mm256_max_epu8(x, limit), limit);
  __m256i tab = _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\t'));
  __m256i del = _mm256_cmpeq_epi8(x, _mm256_set1_epi8(0x7f));
  return bits_32(_mm256_or_si256(_mm256_andnot_si256(tab, low), del));
}

static inline uint64_t breaks_32(const unsigned char *octets) {
  __m256i x = load_32(octets);
  __m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));
  __m256i row = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(rows()), high);
  __m256i column = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(columns()), x);
  __m256i found = _mm256_and_si256(row, column);
  return bits_32(_mm256_cmpeq_epi8(found, _mm256_setzero_si256()));
}

static inline uint64_t stops_32(const unsigned char *octets) {
  __m256i x = load_32(octets);
  __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), x); /* from 0x80 it is negative */
  return bits_32(_mm256_or_si256(low, _mm256_cmpeq_epi8(x, _mm256_set1_epi8(0x7f))));
}

static inline uint64_t controls_64(const unsigned char *octets) {
  return controls_32(octets) | controls_32(octets + 32) << 32;
}

static inline uint64_t breaks_64(const unsigned char *octets) {
  return breaks_32(octets) | breaks_32(octets + 32) << 32;
}

static inline uint64_t stops_64(const unsigned char *octets) {
  return stops_32(octets) | stops_32(octets + 32) << 32;
}

#define MT__H1_ENGINE mt__h1_engine_avx2
#include "parser_engine.inc.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
