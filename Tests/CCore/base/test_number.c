#include "base/number.h"
#include "support/check.h"

#include <inttypes.h>
#include <stdio.h>

static void a_sum_that_does_not_fit_leaves_its_place_alone(void **state) {
  (void)state;
  size_t sum = 7;
  assert_false(mt__size_add(SIZE_MAX, 1, &sum));
  assert_false(mt__size_add(1, SIZE_MAX, &sum));
  assert_int_equal(sum, 7);
  assert_true(mt__size_add(SIZE_MAX - 1, 1, &sum));
  assert_true(sum == SIZE_MAX);
}

static void parses_decimals_up_to_the_limit(void **state) {
  (void)state;
  const struct {
    const char *text;
    uint64_t limit, value;
  } cases[] = {
      {"0", 0, 0},
      {"7", 7, 7},
      {"255", 255, 255},
      {"65535", 65535, 65535},
      {"0000000000000000000000000005", 9, 5},
      {"18446744073709551615", UINT64_MAX, UINT64_MAX},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    uint64_t value = 99;
    mt_slice text = mt_slice_from(cases[i].text);
    assert_true(mt__number_parse_decimal(text, cases[i].limit, &value));
    assert_true(value == cases[i].value);
  }
}

static void rejects_what_is_no_decimal_or_above_the_limit(void **state) {
  (void)state;
  const struct {
    const char *text;
    uint64_t limit;
  } cases[] = {
      {"", 9},
      {"1", 0},
      {"8", 7},
      {"256", 255},
      {"300", 255},
      {"2550", 255},
      {"65536", 65535},
      {"18446744073709551615", UINT64_MAX - 1},
      {"18446744073709551616", UINT64_MAX},
      {"99999999999999999999", UINT64_MAX},
      {"184467440737095516150", UINT64_MAX},
      {"-1", 9},
      {"+1", 9},
      {" 1", 9},
      {"1 ", 9},
      {"0x1", 99},
      {"1.0", 99},
      {"/", 99},
      {":", 99},
      {"\xb2", 99},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    uint64_t value = 99;
    assert_false(mt__number_parse_decimal(mt_slice_from(cases[i].text), cases[i].limit, &value));
    assert_true(value == 99);
  }
}

static void formats_like_the_c_library(void **state) {
  (void)state;
  uint64_t value = 0;
  for (int i = 0; i < 130; i++) {
    char ours[20], theirs[32];
    size_t size = mt__number_format_decimal(ours, value);
    assert_int_equal(size, snprintf(theirs, sizeof theirs, "%" PRIu64, value));
    assert_memory_equal(ours, theirs, size);
    size = mt__number_format_hex(ours, value);
    assert_int_equal(size, snprintf(theirs, sizeof theirs, "%" PRIx64, value));
    assert_memory_equal(ours, theirs, size);
    value = i % 2 ? value + 1 : value * 2 + 1; /* passes 2^64 - 1 */
    if (i == 128) value = UINT64_MAX;
  }
}

static void hexadecimal_digits_are_22_octets(void **state) {
  (void)state;
  int found = 0;
  for (int octet = 0; octet < 256; octet++) {
    int value = mt__number_hex_digit((char)octet);
    char digit[2] = {(char)octet, 0};
    char *end;
    long expected = octet && !strchr(" \t\n\v\f\r+-", octet) ? strtol(digit, &end, 16) : -1;
    if (value >= 0) assert_int_equal(value, expected);
    found += value >= 0;
  }
  assert_int_equal(found, 22);
}

static void powers_of_two_are_not_below(void **state) {
  (void)state;
  const uint32_t cases[][2] = {{0, 1}, {1, 1}, {2, 2}, {3, 4}, {4, 4}, {5, 8}, {1000, 1024}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(mt__number_power_of_two(cases[i][0]), cases[i][1]);
  assert_true(mt__number_power_of_two((UINT32_C(1) << 30) + 1) == UINT32_C(1) << 31);
  assert_true(mt__number_power_of_two(UINT32_C(1) << 31) == UINT32_C(1) << 31);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sum_that_does_not_fit_leaves_its_place_alone),
      cmocka_unit_test(parses_decimals_up_to_the_limit),
      cmocka_unit_test(rejects_what_is_no_decimal_or_above_the_limit),
      cmocka_unit_test(formats_like_the_c_library),
      cmocka_unit_test(hexadecimal_digits_are_22_octets),
      cmocka_unit_test(powers_of_two_are_not_below),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
