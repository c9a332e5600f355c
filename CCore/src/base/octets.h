/** Octets taken a word at a time. */
#ifndef MT_BASE_OCTETS_H
#define MT_BASE_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t mt__octets_load4(const char *from) {
  uint32_t word;
  memcpy(&word, from, sizeof word);
  return word;
}

static inline uint64_t mt__octets_load8(const char *from) {
  uint64_t word;
  memcpy(&word, from, sizeof word);
  return word;
}

/** `word` with each of its octets that is an ASCII upper-case letter made lower-case. */
static inline uint64_t mt__octets_lower(uint64_t word) {
  const uint64_t each = 0x0101010101010101;
  uint64_t low_bits = word & (0x7f * each);
  /* The sums set an octet's high bit when it is at least 'A', or above 'Z'; none carries over. */
  uint64_t from_a = low_bits + (0x80 - 'A') * each;
  uint64_t above_z = low_bits + (0x7f - 'Z') * each;
  uint64_t upper = from_a & ~above_z & ~word & (0x80 * each);
  return word | upper >> 2;
}

/** Whether one of the octets of `word` is below SP or is DEL. */
static inline bool mt__octets_have_control(uint64_t word) {
  const uint64_t each = 0x0101010101010101;
  uint64_t deletes = word ^ 0x7f * each; /* zero where DEL is */
  /* Subtracting n sets the high bit of the lowest octet that is below n and had it clear. */
  uint64_t below = (word - ' ' * each) & ~word;
  return ((below | ((deletes - each) & ~deletes)) & 0x80 * each) != 0;
}

static inline char mt__octet_lower(char octet) {
  return (char)(octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet);
}

/* Mostly two names agree in every bit or in none that matters: the first compare decides. */

static inline bool mt__octets_differ4(const char *a, const char *b) {
  uint32_t x = mt__octets_load4(a), y = mt__octets_load4(b);
  return x != y && mt__octets_lower(x) != mt__octets_lower(y);
}

static inline bool mt__octets_differ8(const char *a, const char *b) {
  uint64_t x = mt__octets_load8(a), y = mt__octets_load8(b);
  return x != y && mt__octets_lower(x) != mt__octets_lower(y);
}

/** Whether `size` octets are the same but for the case of ASCII letters. Folds to a few compares
 * when `size` and `b` are constants. */
static inline bool mt__octets_equal_nocase(const char *a, const char *b, size_t size) {
  if (size >= 8) {
    for (size_t at = 0; at < size - 8; at += 8)
      if (mt__octets_differ8(a + at, b + at)) return false;
    return !mt__octets_differ8(a + size - 8, b + size - 8);
  }
  if (size >= 4)
    return !(mt__octets_differ4(a, b) || mt__octets_differ4(a + size - 4, b + size - 4));
  for (size_t at = 0; at < size; at++)
    if (mt__octet_lower(a[at]) != mt__octet_lower(b[at])) return false;
  return true;
}

#endif
