#include "parser_engine.h"

#if MT__H1_HAS_X86

#include "scan_tables.h"
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt"))),           \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")
#endif

/* A block says for each octet in which sets it is: one look-up into a table of 128 octets. */
typedef __m512i block;

static inline __m512i load(const unsigned char *octets) {
  return _mm512_loadu_si512(octets);
}

static inline __m512i splat(char octet) {
  return _mm512_set1_epi8(octet);
}

/* Octets from 0x80 are in no set. */
static inline block classify(__m512i x) {
  __mmask64 is_ascii = _mm512_testn_epi8_mask(x, splat((char)0x80));
  return _mm512_maskz_permutex2var_epi8(is_ascii, load(mt__scan_classes), x,
                                        load(mt__scan_classes + 64));
}

static inline block load_whole(const unsigned char *octets) {
  return classify(load(octets));
}

/* The block at `at`, which is below `size`. The letters behind what is left are in every set. */
static inline block load_block(const unsigned char *data, size_t size, size_t at) {
  size_t left = size - at;
  if (MT__LIKELY(left >= 64)) return load_whole(data + at);
  return classify(_mm512_mask_loadu_epi8(splat('a'), (UINT64_C(1) << left) - 1, data + at));
}

static inline uint64_t controls_of(block b) {
  return _mm512_test_epi8_mask(b, splat(MT__SCAN_CONTROL));
}

static inline uint64_t breaks_of(block b) {
  return _mm512_testn_epi8_mask(b, splat(MT__SCAN_TOKEN));
}

static inline uint64_t paths_of(block b) {
  return _mm512_testn_epi8_mask(b, splat(MT__SCAN_PATH));
}

static inline uint64_t queries_of(block b) {
  return _mm512_testn_epi8_mask(b, splat(MT__SCAN_QUERY));
}

static inline uint64_t hosts_of(block b) {
  return _mm512_testn_epi8_mask(b, splat(MT__SCAN_HOST));
}

static inline uint64_t stops_of(block b) {
  return _mm512_testn_epi8_mask(b, splat(MT__SCAN_TARGET));
}

static const unsigned char counting[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/* Writes base + i for each bit i of `bits`, lowest first, and maybe seven more behind. Mostly there
 * are no more than eight. */
static inline void put_places(uint32_t *out, uint32_t base, uint64_t bits) {
  __m512i places = _mm512_maskz_compress_epi8(bits, load(counting));
  __m256i bases = _mm256_set1_epi32((int)base);
  unsigned count = (unsigned)__builtin_popcountll(bits);
  unsigned done = 0;
  do {
    __m256i eight = _mm256_cvtepu8_epi32(_mm512_castsi512_si128(places));
    _mm256_storeu_si256((__m256i *)(void *)(out + done), _mm256_add_epi32(eight, bases));
    places = _mm512_alignr_epi64(places, places, 1);
    done += 8;
  } while (MT__UNLIKELY(done < count));
}

#define MT__H1_ENGINE mt__h1_engine_avx512
#include "parser_engine.inc.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
