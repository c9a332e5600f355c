#include "parser_engine.h"

#if MT__H1_HAS_NEON

#include "scan_tables.h"
#include <arm_neon.h>

static inline uint8x16_t look_up(const unsigned char *octets, const mt__scan_set *columns) {
  uint8x16_t x = vld1q_u8(octets);
  uint8x16_t column_bits = vqtbl1q_u8(vld1q_u8(columns->octets), vandq_u8(x, vdupq_n_u8(0x0f)));
  return vandq_u8(column_bits, vqtbl1q_u8(vld1q_u8(mt__scan_rows.octets), vshrq_n_u8(x, 4)));
}

static inline uint8x16_t mark_controls(const unsigned char *octets) {
  uint8x16_t x = vld1q_u8(octets);
  uint8x16_t low = vbicq_u8(vcltq_u8(x, vdupq_n_u8(0x20)), vceqq_u8(x, vdupq_n_u8('\t')));
  return vorrq_u8(low, vceqq_u8(x, vdupq_n_u8(0x7f)));
}

static inline uint8x16_t mark_breaks(const unsigned char *octets) {
  uint8x16_t tokens = vdupq_n_u8(MT__SCAN_TOKEN_BITS);
  return vmvnq_u8(vtstq_u8(look_up(octets, &mt__scan_tokens), tokens));
}

static inline uint8x16_t mark_paths(const unsigned char *octets) {
  return vceqzq_u8(look_up(octets, &mt__scan_paths));
}

static inline uint8x16_t mark_queries(const unsigned char *octets) {
  return vceqzq_u8(look_up(octets, &mt__scan_queries));
}

static inline uint8x16_t mark_stops(const unsigned char *octets) {
  uint8x16_t x = vld1q_u8(octets);
  return vorrq_u8(vcleq_u8(x, vdupq_n_u8(0x20)), vcgeq_u8(x, vdupq_n_u8(0x7f)));
}

/* NEON has no movemask: each octet keeps the bit of its own place, pairs are
 * added up. */
static inline uint8x16_t place_bits(uint8x16_t marks) {
  static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  return vandq_u8(marks, vld1q_u8(places));
}

static inline uint64_t bits_16(uint8x16_t marks) {
  uint8x16_t sum = place_bits(marks);
  sum = vpaddq_u8(sum, sum);
  sum = vpaddq_u8(sum, sum);
  sum = vpaddq_u8(sum, sum);
  return vgetq_lane_u16(vreinterpretq_u16_u8(sum), 0);
}

static inline uint64_t bits_64(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
  uint8x16_t low = vpaddq_u8(place_bits(a), place_bits(b));
  uint8x16_t high = vpaddq_u8(place_bits(c), place_bits(d));
  uint8x16_t sum = vpaddq_u8(low, high);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline uint64_t controls_16(const unsigned char *octets) {
  return bits_16(mark_controls(octets));
}

static inline uint64_t controls_64(const unsigned char *octets) {
  return bits_64(mark_controls(octets), mark_controls(octets + 16), mark_controls(octets + 32),
                 mark_controls(octets + 48));
}

static inline uint64_t breaks_16(const unsigned char *octets) {
  return bits_16(mark_breaks(octets));
}

static inline uint64_t breaks_64(const unsigned char *octets) {
  return bits_64(mark_breaks(octets), mark_breaks(octets + 16), mark_breaks(octets + 32),
                 mark_breaks(octets + 48));
}

static inline uint64_t paths_16(const unsigned char *octets) {
  return bits_16(mark_paths(octets));
}

static inline uint64_t paths_64(const unsigned char *octets) {
  return bits_64(mark_paths(octets), mark_paths(octets + 16), mark_paths(octets + 32),
                 mark_paths(octets + 48));
}

static inline uint64_t queries_16(const unsigned char *octets) {
  return bits_16(mark_queries(octets));
}

static inline uint64_t queries_64(const unsigned char *octets) {
  return bits_64(mark_queries(octets), mark_queries(octets + 16), mark_queries(octets + 32),
                 mark_queries(octets + 48));
}

static inline uint64_t stops_16(const unsigned char *octets) {
  return bits_16(mark_stops(octets));
}

static inline uint64_t stops_64(const unsigned char *octets) {
  return bits_64(mark_stops(octets), mark_stops(octets + 16), mark_stops(octets + 32),
                 mark_stops(octets + 48));
}

static inline void classify_64(const unsigned char *octets, uint64_t *controls, uint64_t *breaks) {
  *controls = controls_64(octets);
  *breaks = breaks_64(octets);
}

#define MT__H1_ENGINE mt__h1_engine_neon
#include "parser_engine.inc.h"

#endif
