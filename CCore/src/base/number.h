/** Checked numbers: what comes from the wire is never added, multiplied or parsed without a bound.
 */
#ifndef MT_BASE_NUMBER_H
#define MT_BASE_NUMBER_H

#include <martlet/slice.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

/** `a + b` into `*sum`; false (and `*sum` unchanged) when it does not fit. */
static inline bool mt__size_add(size_t a, size_t b, size_t *sum) {
  if (b > SIZE_MAX - a) return false;
  *sum = a + b;
  return true;
}

/** 1*DIGIT (no sign, no white space) up to `limit`; false when malformed or larger. */
bool mt__number_parse_decimal(mt_slice digits, uint64_t limit, uint64_t *value);
/** Writes `value` in decimal without NUL; returns the number of digits (at most 20). */
size_t mt__number_format_decimal(char *out, uint64_t value);
/** Writes `value` in lower-case hexadecimal without leading zeros; returns the number of digits (at
 * most 16). */
size_t mt__number_format_hex(char *out, uint64_t value);
/** The value of a hexadecimal digit, or -1. */
int mt__number_hex_digit(char digit);
/** The least power of two that is not below `value` (1 for 0). `value` is at most 2^31. */
uint32_t mt__number_power_of_two(uint32_t value);

MT__HIDDEN_END

#endif
