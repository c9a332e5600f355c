#include "http/validators.h"
#include "support/check.h"

static mt_slice format(char out[MT__ETAG_CAPACITY], uint64_t size, int64_t seconds,
                       uint32_t nanoseconds) {
  return (mt_slice){out, mt__etag_format(out, size, seconds, nanoseconds)};
}

static void a_tag_is_size_and_time_in_quotes(void **state) {
  (void)state;
  char out[MT__ETAG_CAPACITY];
  check_slice(format(out, 0x5f, 0, 0x18b2c3), "\"5f-18b2c3\"");
  check_slice(format(out, 0, 0, 0), "\"0-0\"");
  check_slice(format(out, 1, 2, 3), "\"1-77359403\"");
}

static void the_longest_tag_fits(void **state) {
  (void)state;
  char out[MT__ETAG_CAPACITY];
  assert_int_equal(mt__etag_format(out, UINT64_MAX, -1, 999999999), 2 + 16 + 1 + 16);
}

static void a_change_of_any_part_changes_the_tag(void **state) {
  (void)state;
  char before[MT__ETAG_CAPACITY], after[MT__ETAG_CAPACITY];
  mt_slice tag = format(before, 10, 1000, 5);
  assert_false(mt__etag_matches(tag, format(after, 11, 1000, 5)));
  assert_false(mt__etag_matches(tag, format(after, 10, 1001, 5)));
  assert_false(mt__etag_matches(tag, format(after, 10, 1000, 6)));
  assert_true(mt__etag_matches(tag, format(after, 10, 1000, 5)));
}

static void matches_weakly(void **state) {
  (void)state;
  const char *const cases[][2] = {
      {"*", "\"a\""},
      {" * ", "\"a\""},
      {"\"a\"", "\"a\""},
      {"W/\"a\"", "\"a\""},
      {"\"a\"", "W/\"a\""},
      {"W/\"a\"", "W/\"a\""},
      {"\"x\", \"a\"", "\"a\""},
      {"\"x\",W/\"y\" , \"a\" ,\"z\"", "\"a\""},
      {",, \"a\",", "\"a\""},
      {"\"x,y\",\"a\"", "\"a\""},
      {"\"x,y\"", "\"x,y\""},
      {"\"\"", "\"\""},
      {"\"\x80\"", "\"\x80\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt_slice list = copy_exactly(mt_slice_from(cases[i][0]));
    if (!mt__etag_matches(list, mt_slice_from(cases[i][1]))) fail_msg("no match: %s", cases[i][0]);
    free((void *)(uintptr_t)list.data);
  }
}

static void does_not_match_what_is_not_named(void **state) {
  (void)state;
  const char *const lists[] = {
      "",          ",",       "\"b\"",    "a",        "\"a",      "a\"",         "\"A\"",
      "\"b,\"a\"", "w/\"a\"", "W/",       "W/a",      "*, \"a\"", "\"b\" \"a\"", "\"b\"x, \"a\"",
      "\"a b\"",   "\"aa\"",  "\"b\", *", "W/ \"a\"", "\"",       "x, \"a\"",
  };
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    mt_slice list = copy_exactly(mt_slice_from(lists[i]));
    if (mt__etag_matches(list, MT_SLICE("\"a\""))) fail_msg("match: %s", lists[i]);
    free((void *)(uintptr_t)list.data);
  }
}

static void matches_strongly_what_is_not_weak_on_either_side(void **state) {
  (void)state;
  static const struct {
    const char *list, *tag;
    bool matches;
  } cases[] = {
      {"*", "\"a\"", true},
      {"\"a\"", "\"a\"", true},
      {"\"x\", \"a\"", "\"a\"", true},
      {"W/\"a\", \"a\"", "\"a\"", true},
      {"W/\"a\"", "\"a\"", false},
      {"\"a\"", "W/\"a\"", false},
      {"W/\"a\"", "W/\"a\"", false},
      {"\"b\"", "\"a\"", false},
      {"", "\"a\"", false},
      {"a", "\"a\"", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt_slice list = copy_exactly(mt_slice_from(cases[i].list));
    bool matches = mt__etag_matches_strongly(list, mt_slice_from(cases[i].tag));
    if (matches != cases[i].matches) fail_msg("%s and %s", cases[i].list, cases[i].tag);
    free((void *)(uintptr_t)list.data);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_tag_is_size_and_time_in_quotes),
      cmocka_unit_test(the_longest_tag_fits),
      cmocka_unit_test(a_change_of_any_part_changes_the_tag),
      cmocka_unit_test(matches_weakly),
      cmocka_unit_test(does_not_match_what_is_not_named),
      cmocka_unit_test(matches_strongly_what_is_not_weak_on_either_side),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
