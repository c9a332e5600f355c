#include "parser_engine.h"

#if MT__H1_HAS_NEON

#include "scan_tables.h"
#include <arm_neon.h>

typedef uint8x16x2_t half;

static inline half half_load(const unsigned char *octets) {
  return (half){{vld1q_u8(octets), vld1q_u8(octets + 16)}};
}

/* NEON has no movemask: each octet keeps the bit of its own place, pairs are added up. */
static inline uint8x16_t place_bits(uint8x16_t marks) {
  static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  return vandq_u8(marks, vld1q_u8(places));
}

static inline uint32_t bits(uint8x16_t a, uint8x16_t b) {
  uint8x16_t sum = vpaddq_u8(place_bits(a), place_bits(b));
  sum = vpaddq_u8(sum, sum);
  sum = vpaddq_u8(sum, sum);
  return vgetq_lane_u32(vreinterpretq_u32_u8(sum), 0);
}

static inline uint8x16_t look_up(uint8x16_t x, const mt__scan_set *columns) {
  uint8x16_t column_bits = vqtbl1q_u8(vld1q_u8(columns->octets), vandq_u8(x, vdupq_n_u8(0x0f)));
  return vandq_u8(column_bits, vqtbl1q_u8(vld1q_u8(mt__scan_rows.octets), vshrq_n_u8(x, 4)));
}

static inline uint8x16_t mark_controls(uint8x16_t x) {
  uint8x16_t low = vbicq_u8(vcltq_u8(x, vdupq_n_u8(0x20)), vceqq_u8(x, vdupq_n_u8('\t')));
  return vorrq_u8(low, vceqq_u8(x, vdupq_n_u8(0x7f)));
}

static inline uint8x16_t mark_breaks(uint8x16_t x) {
  uint8x16_t tokens = vdupq_n_u8(MT__SCAN_TOKEN_BITS);
  return vmvnq_u8(vtstq_u8(look_up(x, &mt__scan_tokens), tokens));
}

static inline uint8x16_t mark_stops(uint8x16_t x) {
  return vorrq_u8(vcleq_u8(x, vdupq_n_u8(0x20)), vcgeq_u8(x, vdupq_n_u8(0x7f)));
}

static inline uint32_t strangers(half x, const mt__scan_set *columns) {
  return bits(vceqzq_u8(look_up(x.val[0], columns)), vceqzq_u8(look_up(x.val[1], columns)));
}

static inline uint32_t half_controls(half x) {
  return bits(mark_controls(x.val[0]), mark_controls(x.val[1]));
}

static inline uint32_t half_breaks(half x) {
  return bits(mark_breaks(x.val[0]), mark_breaks(x.val[1]));
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
  return bits(mark_stops(x.val[0]), mark_stops(x.val[1]));
}

#include "parser_halves.inc.h"

#define MT__H1_ENGINE mt__h1_engine_neon
#include "parser_engine.inc.h"

#endif
