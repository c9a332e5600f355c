#include "feeding.h"

#include "http/words.h"

static void the_best_kind_is_supported(void **state) {
  (void)state;
  assert_true(mt__scan_supports(MT__SCAN_SCALAR));
  assert_true(mt__scan_supports(mt__scan_best()));
  assert_false(mt__scan_supports((mt__scan_kind)99));
}

/* Where an octet offends in a run of `size` good ones must not depend on vectors: every octet, at
 * every place of runs around the widths of vectors and blocks, in a heap block of its exact size.
 */
static bool refuses(mt__scan_kind kind, mt_slice bytes) {
  mt__field_place fields[2];
  mt__head head = {.fields = fields, .field_capacity = 2};
  mt__h1_parser parser;
  char *copy = malloc(bytes.size);
  memcpy(copy, bytes.data, bytes.size);
  mt__h1_parser_init(&parser, &feed_defaults.limits, kind);
  mt__h1_result result = mt__h1_parser_feed(&parser, copy, bytes.size, &head);
  free(copy);
  return result == MT__H1_REJECTED;
}

typedef bool (*allow_fn)(unsigned char octet);

static bool allow_in_name(unsigned char octet) {
  return mt__token_octets[octet] || octet == ':';
}

static bool allow_in_value(unsigned char octet) {
  return (octet >= 0x20 && octet != 0x7f) || octet == '\t';
}

static bool allow_in_target(unsigned char octet) {
  return octet > 0x20 && octet < 0x7f;
}

/* `start`, then `size` octets of which the one at `place` is tried with all 256 values. An
 * incomplete message is refused for what is in it only. CR and (in a target) SP end a run: left
 * out. */
static void try_octets(const char *start, size_t size, size_t place, allow_fn allow, bool may_end) {
  char bytes[256];
  size_t begin = strlen(start);
  memcpy(bytes, start, begin);
  for (int kind = MT__SCAN_SCALAR; kind <= MT__SCAN_NEON; kind++) {
    if (!mt__scan_supports((mt__scan_kind)kind)) continue;
    for (unsigned octet = 0; octet < 256; octet++) {
      if (may_end && (octet == '\r' || octet == ' ')) continue;
      memset(bytes + begin, 'a', size);
      bytes[begin + place] = (char)octet;
      bool refused = refuses((mt__scan_kind)kind, (mt_slice){bytes, begin + size});
      assert_int_equal(refused, !allow((unsigned char)octet));
    }
  }
}

static void try_places(const char *start, allow_fn allow, bool may_end) {
  static const size_t sizes[] = {2, 3, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 130};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    for (size_t place = 1; place < sizes[i]; place += 1 + place / 9) {
      try_octets(start, sizes[i], place, allow, may_end);
    }
    try_octets(start, sizes[i], sizes[i] - 1, allow, may_end);
  }
}

static void every_octet_at_every_place_of_a_name(void **state) {
  (void)state;
  try_places("GET / HTTP/1.1\r\n", allow_in_name, false);
}

static void every_octet_at_every_place_of_a_value(void **state) {
  (void)state;
  try_places("GET / HTTP/1.1\r\nHost: ", allow_in_value, true);
}

static void every_octet_at_every_place_of_a_target(void **state) {
  (void)state;
  try_places("GET ", allow_in_target, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_best_kind_is_supported),
      cmocka_unit_test(every_octet_at_every_place_of_a_name),
      cmocka_unit_test(every_octet_at_every_place_of_a_value),
      cmocka_unit_test(every_octet_at_every_place_of_a_target),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
