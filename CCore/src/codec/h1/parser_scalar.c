#include "parser_engine.h"
#include "scan_tables.h"

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

static inline bool is_stop(unsigned char octet) {
  return octet <= 0x20 || octet >= 0x7f;
}

typedef bool (*octet_fn)(unsigned char octet);

static inline __attribute__((always_inline)) uint64_t collect(const unsigned char *octets,
                                                              unsigned count, octet_fn ends) {
  uint64_t mask = 0;
  for (unsigned i = 0; i < count; i++) mask |= (uint64_t)ends(octets[i]) << i;
  return mask;
}

static uint64_t controls_16(const unsigned char *octets) {
  return collect(octets, 16, is_control);
}

static uint64_t controls_64(const unsigned char *octets) {
  return collect(octets, 64, is_control);
}

static uint64_t breaks_16(const unsigned char *octets) {
  return collect(octets, 16, is_break);
}

static uint64_t breaks_64(const unsigned char *octets) {
  return collect(octets, 64, is_break);
}

static uint64_t paths_16(const unsigned char *octets) {
  return collect(octets, 16, is_no_path);
}

static uint64_t paths_64(const unsigned char *octets) {
  return collect(octets, 64, is_no_path);
}

static uint64_t queries_16(const unsigned char *octets) {
  return collect(octets, 16, is_no_query);
}

static uint64_t queries_64(const unsigned char *octets) {
  return collect(octets, 64, is_no_query);
}

static uint64_t stops_16(const unsigned char *octets) {
  return collect(octets, 16, is_stop);
}

static uint64_t stops_64(const unsigned char *octets) {
  return collect(octets, 64, is_stop);
}

static inline void classify_64(const unsigned char *octets, uint64_t *controls, uint64_t *breaks) {
  *controls = controls_64(octets);
  *breaks = breaks_64(octets);
}

#define MT__H1_ENGINE mt__h1_engine_scalar
#include "parser_engine.inc.h"
