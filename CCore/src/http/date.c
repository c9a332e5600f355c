#include "date.h"

#include "../base/number.h"

typedef struct civil {
  int year;
  int month; /* 1 … 12 */
  int day;   /* 1 … 31 */
  int hour, minute, second;
} civil;

enum {
  DAY_SECONDS = 86400,
  YEAR_DAYS = 365, /* without a leap day */
  ROUND4_DAYS = 4 * YEAR_DAYS + 1,
  ROUND100_DAYS = 25 * ROUND4_DAYS - 1,
  ROUND400_DAYS = 4 * ROUND100_DAYS + 1,
};

/* Years are counted from March here, so that the leap day is the last of its year and of its round.
   The first day is 0000-03-01; this is how far 1970-01-01 is from it. */
static const int64_t epoch_days = 719468;

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char day_names[] = "SunMonTueWedThuFriSat";

static const char *name_at(const char *names, int index) {
  return names + (ptrdiff_t)index * 3;
}

/** Days before the month that is `month` (0: March) of a year that begins in March. */
static int days_before(int month) {
  return (153 * month + 2) / 5;
}

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar, year 1 or later. */
static int64_t count_days(int year, int month, int day) {
  int march_month = (month + 9) % 12;
  if (month <= 2) year--;
  int64_t year_days = (int64_t)year * YEAR_DAYS + year / 4 - year / 100 + year / 400;
  return year_days + days_before(march_month) + day - 1 - epoch_days;
}

static int64_t count_seconds(const civil *date) {
  int64_t days = count_days(date->year, date->month, date->day);
  return ((days * 24 + date->hour) * 60 + date->minute) * 60 + date->second;
}

/** Takes as many whole `unit`s from `*days` as there are, but no more than `most`: the last day of
 * a round belongs to its last unit. */
static int64_t take_units(int64_t *days, int64_t unit, int64_t most) {
  int64_t count = *days / unit < most ? *days / unit : most;
  *days -= count * unit;
  return count;
}

/** Sets year, month and day from the days since 0000-03-01. */
static void split_days(int64_t days, civil *date) {
  int64_t year = 400 * take_units(&days, ROUND400_DAYS, INT64_MAX);
  year += 100 * take_units(&days, ROUND100_DAYS, 3);
  year += 4 * take_units(&days, ROUND4_DAYS, 24);
  year += take_units(&days, YEAR_DAYS, 3);
  int march_month = (int)(5 * days + 2) / 153;
  date->month = (march_month + 2) % 12 + 1;
  date->day = (int)days - days_before(march_month) + 1;
  date->year = (int)year + (date->month <= 2);
}

/** Clamped to the years 1 … 9999. */
static civil split_seconds(int64_t unix_seconds) {
  const int64_t first = -62135596800, last = 253402300799;
  if (unix_seconds < first) unix_seconds = first;
  if (unix_seconds > last) unix_seconds = last;
  int64_t seconds = unix_seconds + epoch_days * DAY_SECONDS; /* not negative */
  civil date = {.hour = (int)(seconds / 3600 % 24)};
  date.minute = (int)(seconds / 60 % 60);
  date.second = (int)(seconds % 60);
  split_days(seconds / DAY_SECONDS, &date);
  return date;
}

/** 0: Sunday. 0000-03-01 was a Wednesday. */
static int find_weekday(const civil *date) {
  return (int)((count_days(date->year, date->month, date->day) + epoch_days + 3) % 7);
}

static void put_digits(char *out, int count, int value) {
  for (; count > 0; value /= 10) out[--count] = (char)('0' + value % 10);
}

void mt__date_format(char out[MT__DATE_SIZE], int64_t unix_seconds) {
  civil date = split_seconds(unix_seconds);
  memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", MT__DATE_SIZE);
  memcpy(out, name_at(day_names, find_weekday(&date)), 3);
  put_digits(out + 5, 2, date.day);
  memcpy(out + 8, name_at(month_names, date.month - 1), 3);
  put_digits(out + 12, 4, date.year);
  put_digits(out + 17, 2, date.hour);
  put_digits(out + 20, 2, date.minute);
  put_digits(out + 23, 2, date.second);
}

static bool take_text(mt_slice *rest, const char *expected, size_t size) {
  if (rest->size < size || memcmp(rest->data, expected, size) != 0) return false;
  *rest = (mt_slice){rest->data + size, rest->size - size};
  return true;
}

static bool take_digits(mt_slice *rest, size_t count, int *value) {
  uint64_t parsed;
  if (rest->size < count) return false;
  if (!mt__number_parse_decimal((mt_slice){rest->data, count}, 9999, &parsed)) return false;
  *value = (int)parsed;
  *rest = (mt_slice){rest->data + count, rest->size - count};
  return true;
}

/** One of the three-letter names; its index. */
static bool take_name(mt_slice *rest, const char *names, int count, int *index) {
  for (*index = 0; *index < count; ++*index)
    if (take_text(rest, name_at(names, *index), 3)) return true;
  return false;
}

static bool take_month(mt_slice *rest, civil *date) {
  bool found = take_name(rest, month_names, 12, &date->month);
  date->month++;
  return found;
}

/** hour ":" minute ":" second */
static bool take_time(mt_slice *rest, civil *date) {
  return take_digits(rest, 2, &date->hour) && take_text(rest, ":", 1) &&
         take_digits(rest, 2, &date->minute) && take_text(rest, ":", 1) &&
         take_digits(rest, 2, &date->second);
}

/** Sun, 06 Nov 1994 08:49:37 GMT */
static bool parse_fixdate(mt_slice text, civil *date) {
  int weekday;
  return take_name(&text, day_names, 7, &weekday) && take_text(&text, ", ", 2) &&
         take_digits(&text, 2, &date->day) && take_text(&text, " ", 1) && take_month(&text, date) &&
         take_text(&text, " ", 1) && take_digits(&text, 4, &date->year) &&
         take_text(&text, " ", 1) && take_time(&text, date) && take_text(&text, " GMT", 4);
}

static bool take_long_weekday(mt_slice *rest) {
  static const char names[7][10] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                    "Thursday", "Friday", "Saturday"};
  for (int i = 0; i < 7; i++)
    if (take_text(rest, names[i], strlen(names[i]))) return true;
  return false;
}

/** The latest year with these last two digits in which `date` is no more than 50 years ahead of
 * now.
 */
static int find_year(civil date, int64_t now_seconds) {
  civil limit = split_seconds(now_seconds);
  int two_digits = date.year;
  limit.year += 50;
  int64_t latest = count_seconds(&limit);
  date.year = limit.year / 100 * 100 + two_digits;
  while (date.year >= 100 && count_seconds(&date) > latest) date.year -= 100;
  return date.year;
}

/** Sunday, 06-Nov-94 08:49:37 GMT */
static bool parse_rfc850(mt_slice text, int64_t now_seconds, civil *date) {
  bool matches = take_long_weekday(&text) && take_text(&text, ", ", 2) &&
                 take_digits(&text, 2, &date->day) && take_text(&text, "-", 1) &&
                 take_month(&text, date) && take_text(&text, "-", 1) &&
                 take_digits(&text, 2, &date->year) && take_text(&text, " ", 1) &&
                 take_time(&text, date) && take_text(&text, " GMT", 4) && text.size == 0;
  if (matches) date->year = find_year(*date, now_seconds);
  return matches;
}

/** Sun Nov  6 08:49:37 1994 */
static bool parse_asctime(mt_slice text, civil *date) {
  int weekday;
  return take_name(&text, day_names, 7, &weekday) && take_text(&text, " ", 1) &&
         take_month(&text, date) && take_text(&text, " ", 1) &&
         (take_text(&text, " ", 1) ? take_digits(&text, 1, &date->day)
                                   : take_digits(&text, 2, &date->day)) &&
         take_text(&text, " ", 1) && take_time(&text, date) && take_text(&text, " ", 1) &&
         take_digits(&text, 4, &date->year);
}

/** A second of 60 is a leap second's. */
static bool exists(const civil *date) {
  if (date->year < 1 || date->day < 1) return false;
  if (date->hour > 23 || date->minute > 59 || date->second > 60) return false;
  int next_month = date->month % 12 + 1;
  int next_year = date->month == 12 ? date->year + 1 : date->year;
  return count_days(date->year, date->month, date->day) < count_days(next_year, next_month, 1);
}

bool mt__date_parse(mt_slice text, int64_t now_seconds, int64_t *unix_seconds) {
  civil date;
  bool matches;
  /* The length tells the form: the shortest of RFC 850 has 30 octets. */
  if (text.size == MT__DATE_SIZE)
    matches = parse_fixdate(text, &date);
  else if (text.size == sizeof("Sun Nov  6 08:49:37 1994") - 1)
    matches = parse_asctime(text, &date);
  else
    matches = parse_rfc850(text, now_seconds, &date);
  if (!matches || !exists(&date)) return false;
  *unix_seconds = count_seconds(&date);
  return true;
}
