#include "../../http/words.h"
#include "parser_engine.h"

static inline bool is_control(unsigned char octet) {
  return (octet < 0x20 && octet != '\t') || octet == 0x7f;
}

static inline bool is_break(unsigned char octet) {
  return !mt__token_octets[octet];
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
static uint64_t stops_16(const unsigned char *octets) {
  return collect(octets, 16, is_stop);
}
static uint64_t stops_64(const unsigned char *octets) {
  return collect(octets, 64, is_stop);
}

#define MT__H1_ENGINE mt__h1_engine_scalar
#include "parser_engine.inc.h"
