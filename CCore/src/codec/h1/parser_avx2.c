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

static inline __m256i set_32(const mt__scan_set *set) {
  return _mm256_load_si256((const __m256i *)(const void *)set->octets);
}

static inline __m256i look_up_32(__m256i x, const mt__scan_set *columns) {
  __m256i row = _mm256_and_si256(_mm256_srli_epi16(x, 4), set_32(&mt__scan_0f));
  return _mm256_and_si256(_mm256_shuffle_epi8(set_32(columns), x),
                          _mm256_shuffle_epi8(set_32(&mt__scan_rows), row));
}

static inline uint64_t strangers_32(__m256i found) {
  return bits_32(_mm256_cmpeq_epi8(found, _mm256_setzero_si256()));
}

static inline void classify_32(const unsigned char *octets, uint64_t *controls, uint64_t *others) {
  __m256i x = load_32(octets);
  __m256i found = look_up_32(x, &mt__scan_tokens);
  __m256i control = _mm256_adds_epu8(found, set_32(&mt__scan_40));
  *controls = bits_32(_mm256_or_si256(control, _mm256_cmpeq_epi8(x, set_32(&mt__scan_7f))));
  *others = strangers_32(found);
}

static inline void classify_64(const unsigned char *octets, uint64_t *controls, uint64_t *breaks) {
  uint64_t low, high, low_others, high_others;
  classify_32(octets, &low, &low_others);
  classify_32(octets + 32, &high, &high_others);
  *controls = low | high << 32;
  *breaks = *controls | low_others | high_others << 32;
}

static inline uint64_t controls_64(const unsigned char *octets) {
  uint64_t controls, breaks;
  classify_64(octets, &controls, &breaks);
  return controls;
}

static inline uint64_t breaks_64(const unsigned char *octets) {
  uint64_t controls, breaks;
  classify_64(octets, &controls, &breaks);
  return breaks;
}

static inline uint64_t paths_32(const unsigned char *octets) {
  return strangers_32(look_up_32(load_32(octets), &mt__scan_paths));
}

static inline uint64_t paths_64(const unsigned char *octets) {
  return paths_32(octets) | paths_32(octets + 32) << 32;
}

static inline uint64_t queries_32(const unsigned char *octets) {
  return strangers_32(look_up_32(load_32(octets), &mt__scan_queries));
}

static inline uint64_t queries_64(const unsigned char *octets) {
  return queries_32(octets) | queries_32(octets + 32) << 32;
}

static inline uint64_t stops_32(const unsigned char *octets) {
  __m256i x = load_32(octets);
  __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), x); /* from 0x80 it is negative */
  return bits_32(_mm256_or_si256(low, _mm256_cmpeq_epi8(x, set_32(&mt__scan_7f))));
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
