/* Dates against the C library's calendar, in both directions.
 *
 * Input: what time it is (a digit), then a date; its first 8 octets are also a number of seconds.
 */
#include <time.h>

#include "fuzz.h"
#include "http/date.h"

enum { TEXT_BYTES = 64 };

static const int64_t nows[] = {0,          784111777,   951782400,   1700000000, 4102444799,
                               4102444800, -2208988801, 32503680000, 68169600,   1709164800};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};

typedef enum form { FIXDATE, RFC850, ASCTIME } form;

/* --- writing --- */

static size_t write_date(char *out, form how, const struct tm *at) {
  const char *day = days[at->tm_wday], *month = months + 3 * at->tm_mon;
  int year = at->tm_year + 1900, size = 0;
  if (how == FIXDATE)
    size = snprintf(out, TEXT_BYTES, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", day, at->tm_mday,
                    month, year, at->tm_hour, at->tm_min, at->tm_sec);
  if (how == RFC850)
    size = snprintf(out, TEXT_BYTES, "%s, %02d-%.3s-%02d %02d:%02d:%02d GMT", day, at->tm_mday,
                    month, year % 100, at->tm_hour, at->tm_min, at->tm_sec);
  if (how == ASCTIME)
    size = snprintf(out, TEXT_BYTES, "%.3s %.3s %2d %02d:%02d:%02d %04d", day, month, at->tm_mday,
                    at->tm_hour, at->tm_min, at->tm_sec, year);
  return (size_t)size;
}

static struct tm split(int64_t seconds) {
  struct tm at;
  time_t time = (time_t)seconds;
  fuzz_require(gmtime_r(&time, &at) != NULL);
  return at;
}

static void check_formatting(int64_t seconds) {
  const int64_t first = -62135596800, last = 253402300799; /* of the years 1 and 9999 */
  char ours[MT__DATE_SIZE], theirs[TEXT_BYTES];
  mt__date_format(ours, seconds);
  int64_t clamped = seconds < first ? first : seconds > last ? last : seconds;
  struct tm at = split(clamped);
  size_t size = write_date(theirs, FIXDATE, &at);
  fuzz_require(size == sizeof ours && memcmp(ours, theirs, size) == 0);
  int64_t again;
  fuzz_require(mt__date_parse((mt_slice){ours, sizeof ours}, 0, &again) && again == clamped);
}

/* --- reading: what stands at the form's places is written again, and has to come out the same ---
 */

static int digits_at(mt_slice text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = 0; i < count; i++) {
    char c = at + i < text.size ? text.data[at + i] : '0';
    value = value * 10 + (c == ' ' ? 0 : c - '0');
  }
  return value;
}

static int month_at(mt_slice text, size_t at) {
  for (int month = 0; month < 12 && at + 3 <= text.size; month++)
    if (memcmp(text.data + at, months + 3 * month, 3) == 0) return month;
  return 0;
}

/** Where the form's day of the week ends; 0: there is none. */
static size_t weekday_end(mt_slice text, form how) {
  for (size_t i = 0; i < 7; i++) {
    size_t size = how == RFC850 ? strlen(days[i]) : 3;
    if (text.size >= size && memcmp(text.data, days[i], size) == 0) return size;
  }
  return 0;
}

static struct tm read_places(mt_slice text, form how, size_t end) {
  size_t day = how == ASCTIME ? end + 5 : end + 2, month = how == ASCTIME ? end + 1 : day + 3;
  size_t year = how == ASCTIME ? 20 : month + 4;
  size_t time = how == FIXDATE ? 17 : how == RFC850 ? year + 3 : 11;
  return (struct tm){
      .tm_mday = digits_at(text, day, 2),
      .tm_mon = month_at(text, month),
      .tm_year = digits_at(text, year, how == RFC850 ? 2 : 4) - 1900,
      .tm_hour = digits_at(text, time, 2),
      .tm_min = digits_at(text, time + 3, 2),
      .tm_sec = digits_at(text, time + 6, 2),
  };
}

/** RFC 9110 §5.6.7: the latest of the years that end so, not more than 50 years ahead. */
static void find_century(struct tm *at, int64_t now) {
  struct tm limit = split(now);
  limit.tm_year += 50;
  time_t latest = timegm(&limit);
  int first = at->tm_year;
  for (int year = first + 9900; year >= first; year -= 100) {
    struct tm candidate = *at;
    candidate.tm_year = at->tm_year = year;
    if (timegm(&candidate) <= latest) return;
  }
}

/** Whether `text` is what writing `at` gives, but for the day of the week, which need not be right,
 * and for how an asctime date fills up its day. */
static bool is_written(mt_slice text, form how, size_t end, const struct tm *at) {
  char written[TEXT_BYTES];
  size_t size = write_date(written, how, at);
  size_t skipped = how == RFC850 ? strlen(days[at->tm_wday]) : 3;
  if (how == ASCTIME && text.size > 8 && text.data[8] == '0' && written[8] == ' ') written[8] = '0';
  return fuzz_same((mt_slice){text.data + end, text.size - end},
                   (mt_slice){written + skipped, size - skipped});
}

static bool read_date(mt_slice text, int64_t now, form how, int64_t *seconds) {
  size_t end = weekday_end(text, how);
  if (end == 0) return false;
  struct tm at = read_places(text, how, end);
  if (how == RFC850) find_century(&at, now);
  bool is_leap_second = at.tm_sec == 60;
  if (is_leap_second) at.tm_sec = 59;
  *seconds = (int64_t)timegm(&at);
  if (is_leap_second) at.tm_sec = 60;
  *seconds += is_leap_second;
  return at.tm_year > -1900 && is_written(text, how, end, &at);
}

static void check_parsing(mt_slice text, int64_t now) {
  int64_t ours = 0, theirs = 0;
  bool is_date = mt__date_parse(text, now, &ours);
  bool is_expected = read_date(text, now, FIXDATE, &theirs) ||
                     read_date(text, now, RFC850, &theirs) ||
                     read_date(text, now, ASCTIME, &theirs);
  fuzz_require(is_date == is_expected);
  fuzz_require(!is_date || ours == theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mt_slice input = {(const char *)data, size};
  int64_t now = nows[fuzz_take(&input) % (sizeof nows / sizeof nows[0])];
  check_parsing(input, now);
  if (input.size < 8) return 0;
  int64_t seconds = (int64_t)fuzz_take_number(&input, 8);
  check_formatting(seconds);
  check_formatting(seconds >> 24); /* some 30,000 years around now */
  return 0;
}
