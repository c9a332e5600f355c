#include "parser_engine.h"
#include "scan_tables.h"

typedef struct half {
  unsigned char octets[32];
} half;

static inline half half_load(const unsigned char *octets) {
  half x;
  memcpy(x.octets, octets, sizeof x.octets);
  return x;
}

static inline unsigned look_up(unsigned char octet, const mt__scan_set *columns) {
  return columns->octets[octet & 15] & mt__scan_rows.octets[octet >> 4];
}

static inline bool is_control(unsigned char octet) {
  return (octet < 0x20 && octet != '\t') || octet == 0x7f;
}

static inline bool is_break(unsigned char octet) {
  return (look_up(octet, &mt__scan_tokens) & MT__SCAN_TOKEN_BITS) == 0;
}

static inline bool is_no_path(unsigned char octet) {
  return look_up(octet, &mt__scan_paths) == 0;
}

static inline bool is_no_query(unsigned char octet) {
  return look_up(octet, &mt__scan_queries) == 0;
}

static inline bool is_no_host(unsigned char octet) {
  return look_up(octet, &mt__scan_hosts) == 0;
}

static inline bool is_stop(unsigned char octet) {
  return octet <= 0x20 || octet >= 0x7f;
}

static inline __attribute__((always_inline)) uint32_t collect(const half *x,
                                                              bool (*is_in)(unsigned char octet)) {
  uint32_t mask = 0;
  for (unsigned i = 0; i < sizeof x->octets; i++) mask |= (uint32_t)is_in(x->octets[i]) << i;
  return mask;
}

static uint32_t half_controls(half x) {
  return collect(&x, is_control);
}

static uint32_t half_breaks(half x) {
  return collect(&x, is_break);
}

static uint32_t half_paths(half x) {
  return collect(&x, is_no_path);
}

static uint32_t half_queries(half x) {
  return collect(&x, is_no_query);
}

static uint32_t half_hosts(half x) {
  return collect(&x, is_no_host);
}

static uint32_t half_stops(half x) {
  return collect(&x, is_stop);
}

#include "parser_halves.inc.h"

#define MT__H1_ENGINE mt__h1_engine_scalar
#include "parser_engine.inc.h"
