#include "base/hash.h"
#include "support/check.h"

#include <stdio.h>

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

static void check_distinct(uint64_t *hashes, size_t count) {
  qsort(hashes, count, sizeof hashes[0], compare);
  for (size_t i = 1; i < count; i++) assert_true(hashes[i - 1] != hashes[i]);
}

static void equal_octets_hash_equal_wherever_they_lie(void **state) {
  (void)state;
  char text[64], moved[65];
  for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(i * 7);
  memcpy(moved + 1, text, sizeof text);
  for (size_t size = 0; size <= sizeof text; size++) {
    uint64_t hash = mt__hash((mt_slice){text, size}, 5);
    assert_true(hash == mt__hash((mt_slice){moved + 1, size}, 5));
  }
}

static void every_octet_of_every_length_counts(void **state) {
  (void)state;
  for (size_t size = 1; size <= 64; size++) {
    char zeroes[64] = {0};
    mt_slice exact = copy_exactly((mt_slice){zeroes, size});
    uint64_t hashes[65];
    hashes[size] = mt__hash(exact, 1);
    for (size_t i = 0; i < size; i++) {
      ((char *)(uintptr_t)exact.data)[i] = 1;
      hashes[i] = mt__hash(exact, 1);
      ((char *)(uintptr_t)exact.data)[i] = 0;
    }
    check_distinct(hashes, size + 1);
    free((void *)(uintptr_t)exact.data);
  }
}

static void zeroes_of_each_length_differ(void **state) {
  (void)state;
  char zeroes[64] = {0};
  uint64_t hashes[65];
  for (size_t size = 0; size <= 64; size++) hashes[size] = mt__hash((mt_slice){zeroes, size}, 0);
  check_distinct(hashes, 65);
}

static void the_seed_changes_every_hash(void **state) {
  (void)state;
  uint64_t hashes[1000];
  for (uint64_t seed = 0; seed < 1000; seed++) hashes[seed] = mt__hash(MT_SLICE("/users"), seed);
  check_distinct(hashes, 1000);
}

static void numbered_names_fill_a_table_evenly(void **state) {
  (void)state;
  enum { NAMES = 65536, SLOTS = 4096 };
  unsigned high[SLOTS] = {0}, low[SLOTS] = {0};
  for (int i = 0; i < NAMES; i++) {
    char name[16];
    size_t size = (size_t)snprintf(name, sizeof name, "x-%d", i);
    uint64_t hash = mt__hash((mt_slice){name, size}, 42);
    low[hash % SLOTS]++;
    high[hash >> 52]++;
  }
  /* 16 on average; a random function passes 48 once in a billion tables. */
  for (int i = 0; i < SLOTS; i++) assert_true(low[i] < 48 && high[i] < 48);
}

static void one_bit_of_input_flips_half_of_the_hash(void **state) {
  (void)state;
  const size_t sizes[] = {1, 3, 4, 7, 8, 12, 16, 17, 32, 40};
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    long flipped = 0, rounds = 0;
    for (unsigned bit = 0; bit < sizes[s] * 8; bit++) {
      for (uint64_t seed = 1; seed <= 64; seed++, rounds++) {
        char text[40] = "the quick brown fox jumps over the lazy";
        uint64_t before = mt__hash((mt_slice){text, sizes[s]}, seed);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        flipped += __builtin_popcountll(before ^ mt__hash((mt_slice){text, sizes[s]}, seed));
      }
    }
    assert_in_range(flipped * 10 / rounds, 305, 335);
  }
}

static void no_word_erases_the_rest_under_every_seed(void **state) {
  (void)state;
  /* A constant of the function, as a word of the input, must not make a factor zero. */
  const uint64_t words[] = {0x9e3779b97f4a7c15, 0x6a09e667f3bcc909, 0xbb67ae8584caa73b, 0,
                            UINT64_MAX};
  for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
    uint64_t hashes[2];
    for (uint64_t i = 0; i < 2; i++) {
      uint64_t text[4] = {words[w], i, i, words[w]};
      hashes[i] = mt__hash((mt_slice){(const char *)text, sizeof text}, 7);
    }
    check_distinct(hashes, 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_octets_hash_equal_wherever_they_lie),
      cmocka_unit_test(every_octet_of_every_length_counts),
      cmocka_unit_test(zeroes_of_each_length_differ),
      cmocka_unit_test(the_seed_changes_every_hash),
      cmocka_unit_test(numbered_names_fill_a_table_evenly),
      cmocka_unit_test(one_bit_of_input_flips_half_of_the_hash),
      cmocka_unit_test(no_word_erases_the_rest_under_every_seed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
