#include "number.h"

bool mt__number_parse_decimal(mt_slice digits, uint64_t limit, uint64_t *value) {
  uint64_t sum = 0;
  if (digits.size == 0) return false;
  for (size_t i = 0; i < digits.size; i++) {
    unsigned digit = (unsigned char)digits.data[i] - (unsigned)'0';
    if (digit > 9 || digit > limit || sum > (limit - digit) / 10) return false;
    sum = sum * 10 + digit;
  }
  *value = sum;
  return true;
}

size_t mt__number_format_decimal(char *out, uint64_t value) {
  char digits[20];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  memcpy(out, digits + at, sizeof digits - at);
  return sizeof digits - at;
}

size_t mt__number_format_hex(char *out, uint64_t value) {
  char digits[16];
  size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value);
  memcpy(out, digits + at, sizeof digits - at);
  return sizeof digits - at;
}

int mt__number_hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

uint32_t mt__number_power_of_two(uint32_t value) {
  uint32_t power = 1;
  while (power < value && power < UINT32_C(1) << 31) power <<= 1;
  return power;
}
