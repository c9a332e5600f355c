#include "http/date.h"
#include "support/check.h"

#include <stdio.h>
#include <time.h>

static const int64_t now_2026 = 1785542400; /* 2026-08-01 */

static void formats_the_example_of_the_rfc(void **state) {
  (void)state;
  char text[MT__DATE_SIZE];
  mt__date_format(text, 784111777);
  check_slice(((mt_slice){text, MT__DATE_SIZE}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

/** As the C library sees it, in the C locale. */
static void format_reference(char text[64], int64_t seconds) {
  time_t moment = (time_t)seconds;
  struct tm parts;
  gmtime_r(&moment, &parts);
  static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  snprintf(text, 64, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday], parts.tm_mday,
           months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

static void check_round_trip(int64_t seconds) {
  char text[MT__DATE_SIZE], expected[64];
  int64_t parsed = -1;
  mt__date_format(text, seconds);
  format_reference(expected, seconds);
  check_slice(((mt_slice){text, MT__DATE_SIZE}), expected);
  assert_true(mt__date_parse((mt_slice){text, MT__DATE_SIZE}, now_2026, &parsed));
  assert_true(parsed == seconds);
}

static void agrees_with_the_c_library_from_year_1_to_9999(void **state) {
  (void)state;
  const int64_t first = -62135596800, last = 253402300799;
  check_round_trip(first);
  check_round_trip(last);
  for (int64_t day = -1; day <= 1; day++) check_round_trip(day);
  /* Every 400-year round has each kind of year; a prime step visits all times of day. */
  for (int64_t seconds = first; seconds <= last; seconds += 5000011) check_round_trip(seconds);
  /* Each day of 1896 … 1904, 1996 … 2004 and 2096 … 2104. */
  for (int century = 0; century < 3; century++)
    for (int64_t day = 0; day < 9 * 366; day++)
      check_round_trip(-2335219200 + century * INT64_C(3155716800) + day * 86400 + 86399);
}

static void what_no_year_of_four_digits_holds_is_clamped(void **state) {
  (void)state;
  char text[MT__DATE_SIZE];
  mt__date_format(text, INT64_MAX);
  check_slice(((mt_slice){text, MT__DATE_SIZE}), "Fri, 31 Dec 9999 23:59:59 GMT");
  mt__date_format(text, INT64_MIN);
  check_slice(((mt_slice){text, MT__DATE_SIZE}), "Mon, 01 Jan 0001 00:00:00 GMT");
}

static void parses_all_three_forms(void **state) {
  (void)state;
  const struct {
    const char *text;
    int64_t seconds;
  } cases[] = {
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
      {"Sun Nov  6 08:49:37 1994", 784111777},
      {"Wed, 16 Nov 1994 08:49:37 GMT", 784111777 + 10 * 86400},
      {"Wednesday, 16-Nov-94 08:49:37 GMT", 784111777 + 10 * 86400},
      {"Wed Nov 16 08:49:37 1994", 784111777 + 10 * 86400},
      {"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
      {"Tue, 29 Feb 2000 23:59:60 GMT", 951868800},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt_slice text = copy_exactly(mt_slice_from(cases[i].text));
    int64_t seconds = 0;
    if (!mt__date_parse(text, now_2026, &seconds)) fail_msg("rejected %s", cases[i].text);
    assert_int_equal(seconds, cases[i].seconds);
    free((void *)(uintptr_t)text.data);
  }
}

static void a_year_of_two_digits_is_at_most_50_years_ahead(void **state) {
  (void)state;
  const struct {
    const char *text;
    int64_t now;
    const char *expected;
  } cases[] = {
      {"Sunday, 01-Aug-76 00:00:00 GMT", 1785542400, "Sat, 01 Aug 2076 00:00:00 GMT"},
      {"Sunday, 01-Aug-76 00:00:01 GMT", 1785542400, "Sun, 01 Aug 1976 00:00:01 GMT"},
      {"Sunday, 01-Jan-77 00:00:00 GMT", 1785542400, "Sat, 01 Jan 1977 00:00:00 GMT"},
      {"Sunday, 01-Jan-26 00:00:00 GMT", 1785542400, "Thu, 01 Jan 2026 00:00:00 GMT"},
      {"Sunday, 29-Feb-00 00:00:00 GMT", 1785542400, "Tue, 29 Feb 2000 00:00:00 GMT"},
      /* In 2090, "20" is 2120. */
      {"Sunday, 01-Jan-20 00:00:00 GMT", 3786912000, "Mon, 01 Jan 2120 00:00:00 GMT"},
      /* In 1970, "99" is 1999 and "21" is 1921. */
      {"Sunday, 01-Jan-99 00:00:00 GMT", 0, "Fri, 01 Jan 1999 00:00:00 GMT"},
      {"Sunday, 01-Jan-21 00:00:00 GMT", 0, "Sat, 01 Jan 1921 00:00:00 GMT"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t seconds;
    char text[MT__DATE_SIZE];
    assert_true(mt__date_parse(mt_slice_from(cases[i].text), cases[i].now, &seconds));
    mt__date_format(text, seconds);
    check_slice(((mt_slice){text, MT__DATE_SIZE}), cases[i].expected);
  }
}

static void rejects_what_is_no_date(void **state) {
  (void)state;
  const char *const texts[] = {
      "",
      "0",
      "Sun, 06 Nov 1994 08:49:37",
      "Sun, 06 Nov 1994 08:49:37 GMT ",
      " Sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 06 Nov 1994 08:49:37 gmt",
      "sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 nov 1994 08:49:37 GMT",
      "Sux, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nox 1994 08:49:37 GMT",
      "Sun,  6 Nov 1994 08:49:37 GMT",
      "Sun, 00 Nov 1994 08:49:37 GMT",
      "Sun, 31 Nov 1994 08:49:37 GMT",
      "Sun, 32 Dec 1994 08:49:37 GMT",
      "Sun, 29 Feb 1900 08:49:37 GMT",
      "Sun, 29 Feb 2023 08:49:37 GMT",
      "Sun, 30 Feb 2024 08:49:37 GMT",
      "Sun, 06 Nov 0000 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT",
      "Sun, 06 Nov 1994 08:60:37 GMT",
      "Sun, 06 Nov 1994 08:49:61 GMT",
      "Sun, 06 Nov -994 08:49:37 GMT",
      "Sun, 06 Nov 1994 +8:49:37 GMT",
      "Sun, 06-Nov-1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37",
      "Sunday, 06-Nov-94 08:49:37 GMT!",
      "Sunday, 06-Nov-1994 08:49:37 GMT",
      "Someday, 06-Nov-94 08:49:37 GMT",
      "Sunday, 31-Apr-94 08:49:37 GMT",
      "Sunday, 29-Feb-23 08:49:37 GMT",
      "Sun Nov 06 08:49:37 94 ",
      "Sun Nov   6 08:49:37 199",
      "Sun Nov  0 08:49:37 1994",
      "Sun Nov 31 08:49:37 1994",
      "Sun Nov 6  08:49:37 1994",
      "Sun, 06 Nov 1994 08:49:37 GM",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    mt_slice text = copy_exactly(mt_slice_from(texts[i]));
    int64_t seconds = 77;
    if (mt__date_parse(text, now_2026, &seconds)) fail_msg("accepted %s", texts[i]);
    assert_int_equal(seconds, 77);
    free((void *)(uintptr_t)text.data);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(formats_the_example_of_the_rfc),
      cmocka_unit_test(agrees_with_the_c_library_from_year_1_to_9999),
      cmocka_unit_test(what_no_year_of_four_digits_holds_is_clamped),
      cmocka_unit_test(parses_all_three_forms),
      cmocka_unit_test(a_year_of_two_digits_is_at_most_50_years_ahead),
      cmocka_unit_test(rejects_what_is_no_date),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
