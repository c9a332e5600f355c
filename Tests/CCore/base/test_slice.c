#include "base/slice.h"
#include "support/check.h"

static char lower(int octet) {
  return (char)(octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet);
}

static void equality_looks_at_every_octet(void **state) {
  (void)state;
  assert_true(mt__slice_equal(MT_SLICE("abc"), MT_SLICE("abc")));
  assert_true(mt__slice_equal(MT_SLICE("a\0b"), MT_SLICE("a\0b")));
  assert_true(mt__slice_equal((mt_slice){NULL, 0}, MT_SLICE("")));
  assert_false(mt__slice_equal(MT_SLICE("a\0b"), MT_SLICE("a\0c")));
  assert_false(mt__slice_equal(MT_SLICE("abc"), MT_SLICE("Abc")));
  assert_false(mt__slice_equal(MT_SLICE("abc"), MT_SLICE("ab")));
}

static void case_is_ignored_for_letters_and_for_nothing_else(void **state) {
  (void)state;
  const size_t places[] = {0, 3, 7, 8, 12, 15, 16, 18};
  for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
    char a[20] = "Content-Type-Of-All", b[20] = "cOnTENT-tYPE-oF-aLL";
    for (int x = 0; x < 256; x++) {
      for (int y = 0; y < 256; y++) {
        a[places[p]] = (char)x;
        b[places[p]] = (char)y;
        bool equal = mt__slice_equal_nocase((mt_slice){a, 19}, (mt_slice){b, 19});
        assert_int_equal(equal, lower(x) == lower(y));
      }
    }
  }
}

static void a_difference_is_found_at_every_place_of_every_length(void **state) {
  (void)state;
  for (size_t size = 1; size <= 40; size++) {
    mt_slice a = copy_exactly((mt_slice){"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ab", size});
    mt_slice b = copy_exactly((mt_slice){"abcdefghijklmnopqrstuvwxyz0123456789-_AB", size});
    char *changed = (char *)(uintptr_t)b.data;
    assert_true(mt__slice_equal_nocase(a, b));
    assert_false(mt__slice_equal_nocase(a, (mt_slice){b.data, size - 1}));
    for (size_t i = 0; i < size; i++) {
      char before = changed[i];
      changed[i] = '~';
      assert_false(mt__slice_equal_nocase(a, b));
      changed[i] = before;
    }
    free((void *)(uintptr_t)a.data);
    free(changed);
  }
}

static void nothing_equals_nothing(void **state) {
  (void)state;
  assert_true(mt__slice_equal_nocase((mt_slice){NULL, 0}, MT_SLICE("")));
}

static void finds_a_token_in_a_list(void **state) {
  (void)state;
  const char *const lists[] = {
      "close",
      "CLOSE",
      "keep-alive, close",
      "close,keep-alive",
      " \tclose\t ",
      ",, ,close",
      "upgrade,close ;x=1,te",
      "close;q=0.5",
      "a;x=\"b\",close",
      "a;x=\"\\\"\",close",
  };
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
    assert_true(mt__slice_list_has(mt_slice_from(lists[i]), MT_SLICE("close")));
}

static void finds_no_token_where_there_is_none(void **state) {
  (void)state;
  const char *const lists[] = {
      "",
      ",",
      "closed",
      "clos",
      "x close",
      "x;close",
      "close x",
      "a;x=\"b, close\"",
      "x=\",close",
      "a;\"\\\",close",
      "x;y=close,xclose",
      "a;x=\"\\",
  };
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    mt_slice list = copy_exactly(mt_slice_from(lists[i]));
    assert_false(mt__slice_list_has(list, MT_SLICE("close")));
    free((void *)(uintptr_t)list.data);
  }
}

static void trims_only_space_and_tab(void **state) {
  (void)state;
  check_slice(mt__slice_trim(MT_SLICE(" \t a b\t \t")), "a b");
  check_slice(mt__slice_trim(MT_SLICE("a")), "a");
  check_slice(mt__slice_trim(MT_SLICE("\r\na\v")), "\r\na\v");
  check_slice(mt__slice_trim(MT_SLICE(" \t ")), "");
  check_slice(mt__slice_trim((mt_slice){NULL, 0}), "");
}

static void cuts_at_the_first_separator(void **state) {
  (void)state;
  mt_slice rest = MT_SLICE("a,,b");
  check_slice(mt__slice_cut(&rest, ','), "a");
  check_slice(mt__slice_cut(&rest, ','), "");
  check_slice(rest, "b");
  check_slice(mt__slice_cut(&rest, ','), "b");
  assert_null(rest.data);
  assert_int_equal(rest.size, 0);
  check_slice(mt__slice_cut(&rest, ','), "");
}

static void a_trailing_separator_leaves_an_empty_rest_that_is_not_null(void **state) {
  (void)state;
  mt_slice rest = MT_SLICE("a,");
  check_slice(mt__slice_cut(&rest, ','), "a");
  assert_non_null(rest.data);
  assert_int_equal(rest.size, 0);
}

static void parts_are_clamped(void **state) {
  (void)state;
  mt_slice text = MT_SLICE("abcdef");
  check_slice(mt__slice_part(text, 1, 3), "bc");
  check_slice(mt__slice_part(text, 4, SIZE_MAX), "ef");
  check_slice(mt__slice_part(text, 6, 7), "");
  check_slice(mt__slice_part(text, SIZE_MAX, SIZE_MAX), "");
  check_slice(mt__slice_part(text, 3, 2), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equality_looks_at_every_octet),
      cmocka_unit_test(case_is_ignored_for_letters_and_for_nothing_else),
      cmocka_unit_test(a_difference_is_found_at_every_place_of_every_length),
      cmocka_unit_test(nothing_equals_nothing),
      cmocka_unit_test(finds_a_token_in_a_list),
      cmocka_unit_test(finds_no_token_where_there_is_none),
      cmocka_unit_test(trims_only_space_and_tab),
      cmocka_unit_test(cuts_at_the_first_separator),
      cmocka_unit_test(a_trailing_separator_leaves_an_empty_rest_that_is_not_null),
      cmocka_unit_test(parts_are_clamped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
