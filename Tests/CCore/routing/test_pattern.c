#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/pattern.h"

/** `pattern` as "kind:text" per segment: l literal, p parameter, r rest. */
static void describe(const mt__pattern *pattern, char *out, size_t capacity) {
  size_t used = 0;
  out[0] = 0;
  for (uint32_t i = 0; i < pattern->segment_count; i++) {
    const mt__segment *segment = &pattern->segments[i];
    used += (size_t)snprintf(out + used, capacity - used, "%s%c:%.*s", i ? " " : "",
                             "lpr"[segment->kind], (int)segment -> text.size, segment->text.data);
  }
}

static void cuts_patterns_into_segments(void **state) {
  static const struct {
    const char *pattern, *segments;
    uint32_t parameters;
  } cases[] = {
      {"/", "l:", 0},
      {"/hello", "l:hello", 0},
      {"/hello/", "l:hello l:", 0},
      {"/a/{id}/b/{rest...}", "l:a p:id l:b r:rest", 2},
      {"/a/{rest\xE2\x80\xA6}", "l:a r:rest", 1},
      {"/{A-z_0}", "p:A-z_0", 1},
      {"/caf\xC3\xA9/a b", "l:caf\xC3\xA9 l:a b", 0},
      {"/100%/a:b/~c;d=e", "l:100% l:a:b l:~c;d=e", 0},
      {"/%4", "l:%4", 0},
      {"/.../..", "l:... l:..", 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    mt__pattern pattern;
    mt_status status = mt__pattern_parse(mt_slice_from(cases[i].pattern), &pattern, NULL);
    assert_int_equal(status, MT_OK);
    char seen[256];
    describe(&pattern, seen, sizeof seen);
    assert_string_equal(seen, cases[i].segments);
    assert_int_equal(pattern.parameter_count, cases[i].parameters);
  }
}

static void refuses_with_the_place_and_the_rule(void **state) {
  static const struct {
    const char *pattern;
    int offset;
    const char *rule;
  } cases[] = {
      {"", 0, "begins with \"/\""},
      {"hello", 0, "begins with \"/\""},
      {"*", 0, "begins with \"/\""},
      {"{a}/b", 0, "begins with \"/\""},
      {"//", 1, "only the last segment may be empty"},
      {"/a//b", 3, "only the last segment may be empty"},
      {"/a/*", 3, "{name...}"},
      {"/a/**/b", 3, "{name...}"},
      {"/a?b", 2, "without \"?\""},
      {"/a#b", 2, "without \"?\" and \"#\""},
      {"/a\tb", 2, "control"},
      {"/a\x7F", 2, "control"},
      {"/a{id}", 2, "whole segment"},
      {"/{id}a", 1, "whole segment"},
      {"/{id", 1, "whole segment"},
      {"/id}", 3, "whole segment"},
      {"/}", 1, "whole segment"},
      {"/{a}{b}", 3, "letters, digits"},
      {"/{}", 2, "needs a name"},
      {"/{...}", 2, "needs a name"},
      {"/{a b}", 3, "letters, digits"},
      {"/{a..}", 3, "letters, digits"},
      {"/{a....}", 3, "letters, digits"},
      {"/{\xC3\xA9}", 2, "letters, digits"},
      {"/{a*}", 3, "letters, digits"},
      {"/{a...}/b", 1, "only be the last"},
      {"/{a...}/", 1, "only be the last"},
      {"/{a}/b/{a}", 8, "only once"},
      {"/{a}/{a...}", 6, "only once"},
      {"/%68ello", 1, "without percent-encoding"},
      {"/a/b%2f", 4, "without percent-encoding"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    mt__pattern pattern;
    mt_error error = {.struct_size = sizeof error};
    mt_status status = mt__pattern_parse(mt_slice_from(cases[i].pattern), &pattern, &error);
    char opening[128];
    snprintf(opening, sizeof opening, "pattern \"%s\" is refused at offset %d: ", cases[i].pattern,
             cases[i].offset);
    assert_int_equal(status, MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(error.status, MT_ERROR_INVALID_ARGUMENT);
    assert_ptr_equal(strstr(error.message, opening), error.message);
    assert_non_null(strstr(error.message, cases[i].rule));
  }
}

static void refuses_nul(void **state) {
  mt__pattern pattern;
  (void)state;
  assert_int_equal(mt__pattern_parse(MT_SLICE("/a\0b"), &pattern, NULL), MT_ERROR_INVALID_ARGUMENT);
}

static mt_status parse_text(const char *text, size_t size) {
  static mt__pattern pattern;
  return mt__pattern_parse((mt_slice){text, size}, &pattern, NULL);
}

static void takes_as_many_segments_as_the_limit_and_no_more(void **state) {
  char text[2 * MT__PATTERN_SEGMENTS_MAX + 2];
  (void)state;
  for (size_t i = 0; i + 1 < sizeof text; i += 2) memcpy(text + i, "/a", 2);
  assert_int_equal(parse_text(text, 2 * MT__PATTERN_SEGMENTS_MAX), MT_OK);
  assert_int_equal(parse_text(text, sizeof text), MT_ERROR_INVALID_ARGUMENT);
}

static void takes_as_many_parameters_as_the_limit_and_no_more(void **state) {
  char text[512];
  size_t used = 0, full = 0;
  (void)state;
  for (int i = 0; i <= MT__ROUTE_PARAMETERS_MAX; i++) {
    full = used;
    used += (size_t)snprintf(text + used, sizeof text - used, "/{p%d}", i);
  }
  assert_int_equal(parse_text(text, full), MT_OK);
  assert_int_equal(parse_text(text, used), MT_ERROR_INVALID_ARGUMENT);
}

static void takes_as_many_bytes_as_the_limit_and_no_more(void **state) {
  static char text[MT__PATTERN_BYTES_MAX + 1];
  (void)state;
  memset(text, 'a', sizeof text);
  text[0] = '/';
  assert_int_equal(parse_text(text, MT__PATTERN_BYTES_MAX), MT_OK);
  assert_int_equal(parse_text(text, sizeof text), MT_ERROR_INVALID_ARGUMENT);
}

static void shows_long_patterns_cut_between_characters(void **state) {
  char text[300];
  (void)state;
  memset(text, 'a', sizeof text);
  text[0] = '/';
  memcpy(text + 78, "\xE2\x80\xA6", 3);
  text[200] = '{';
  mt__pattern pattern;
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(mt__pattern_parse((mt_slice){text, sizeof text}, &pattern, &error),
                   MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "aaa...\" is refused at offset 200: braces"));
  assert_int_equal(mt__pattern_excerpt((mt_slice){text, sizeof text}).size, 78);
  assert_int_equal(mt__pattern_excerpt((mt_slice){text, 80}).size, 80);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cuts_patterns_into_segments),
      cmocka_unit_test(refuses_with_the_place_and_the_rule),
      cmocka_unit_test(refuses_nul),
      cmocka_unit_test(takes_as_many_segments_as_the_limit_and_no_more),
      cmocka_unit_test(takes_as_many_parameters_as_the_limit_and_no_more),
      cmocka_unit_test(takes_as_many_bytes_as_the_limit_and_no_more),
      cmocka_unit_test(shows_long_patterns_cut_between_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
