/* The small engines that read words: slices and lists, numbers, methods and field names, entity
 * tags, media types; each against the same thing done octet by octet.
 *
 * Input: a letter that chooses the engine, then a first line and the rest. */
#define _GNU_SOURCE /* memrchr */

#include "base/number.h"
#include "base/octets.h"
#include "base/slice.h"
#include "fuzz.h"
#include "http/field_names.h"
#include "http/media_type.h"
#include "http/validators.h"
#include "http/words.h"

/* --- octet by octet --- */

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same_nocase(mt_slice a, mt_slice b) {
  if (a.size != b.size) return false;
  for (size_t at = 0; at < a.size; at++)
    if (lower(a.data[at]) != lower(b.data[at])) return false;
  return true;
}

static bool is_white(char c) {
  return c == ' ' || c == '\t';
}

static mt_slice part(mt_slice text, size_t from, size_t to) {
  return (mt_slice){text.data + from, to - from};
}

static mt_slice trim(mt_slice text) {
  size_t from = 0, to = text.size;
  while (from < to && is_white(text.data[from])) from++;
  while (to > from && is_white(text.data[to - 1])) to--;
  return part(text, from, to);
}

/* --- slices: RFC 9110 §5.6 --- */

static void check_comparing(mt_slice a, mt_slice b) {
  fuzz_require(mt__slice_equal(a, b) == fuzz_same(a, b));
  fuzz_require(mt__slice_equal_nocase(a, b) == is_same_nocase(a, b));
  size_t size = a.size < b.size ? a.size : b.size;
  mt_slice end_of_a = part(a, a.size - size, a.size), end_of_b = part(b, b.size - size, b.size);
  fuzz_require(mt__slice_equal_nocase(end_of_a, end_of_b) == is_same_nocase(end_of_a, end_of_b));
  fuzz_require(fuzz_same(mt__slice_trim(b), trim(b)));
}

static void check_cutting(mt_slice separators, mt_slice text) {
  char separator = separators.size ? separators.data[0] : ',';
  mt_slice rest = text, left = text;
  do {
    mt_slice piece = mt__slice_cut(&rest, separator);
    size_t end = 0;
    while (end < left.size && left.data[end] != separator) end++;
    fuzz_require(fuzz_same(piece, part(left, 0, end)));
    fuzz_require((rest.data == NULL) == (end == left.size));
    left = end == left.size ? left : part(left, end + 1, left.size);
    fuzz_require(rest.data == NULL || fuzz_same(rest, left));
  } while (rest.data != NULL);
}

/** One member, up to its parameters. */
static bool is_member(mt_slice member, mt_slice token) {
  size_t end = 0;
  while (end < member.size && member.data[end] != ';') end++;
  return is_same_nocase(trim(part(member, 0, end)), token);
}

static bool list_has(mt_slice list, mt_slice token) {
  bool is_quoted = false;
  size_t from = 0;
  for (size_t at = 0; at < list.size; at++) {
    if (list.data[at] == '"') is_quoted = !is_quoted;
    if (list.data[at] == '\\' && is_quoted) {
      at++;
    } else if (list.data[at] == ',' && !is_quoted) {
      if (is_member(part(list, from, at), token)) return true;
      from = at + 1;
    }
  }
  return is_member(part(list, from, list.size), token);
}

static void check_list(mt_slice token, mt_slice list) {
  if (token.size > 0) fuzz_require(mt__slice_list_has(list, token) == list_has(list, token));
}

/* --- numbers --- */

static bool read_decimal(mt_slice text, uint64_t limit, uint64_t *value) {
  unsigned __int128 sum = 0;
  for (size_t at = 0; at < text.size; at++) {
    if (text.data[at] < '0' || text.data[at] > '9') return false;
    sum = sum * 10 + (unsigned)(text.data[at] - '0');
    if (sum > limit) return false;
  }
  *value = (uint64_t)sum;
  return text.size > 0;
}

static void check_number(mt_slice text, uint64_t limit) {
  uint64_t ours = 0, theirs = 0;
  bool is_number = mt__number_parse_decimal(text, limit, &ours);
  fuzz_require(is_number == read_decimal(text, limit, &theirs));
  fuzz_require(!is_number || ours == theirs);
}

static void check_formatting(uint64_t value) {
  char ours[20], theirs[24];
  size_t size = mt__number_format_decimal(ours, value);
  snprintf(theirs, sizeof theirs, "%llu", (unsigned long long)value);
  fuzz_require(fuzz_same((mt_slice){ours, size}, mt_slice_from(theirs)));
  size = mt__number_format_hex(ours, value);
  snprintf(theirs, sizeof theirs, "%llx", (unsigned long long)value);
  fuzz_require(fuzz_same((mt_slice){ours, size}, mt_slice_from(theirs)));
}

static void check_numbers(mt_slice line, mt_slice text) {
  uint64_t value = fuzz_take_number(&line, 8);
  check_number(text, value);
  check_number(text, UINT64_MAX);
  check_number(text, INT64_MAX);
  check_formatting(value);
  uint32_t small = (uint32_t)(value % ((1U << 31) + 1));
  uint32_t power = mt__number_power_of_two(small);
  fuzz_require(power >= small && (power & (power - 1)) == 0 && (power == 1 || power / 2 < small));
}

/* --- methods, fields, status codes --- */

static mt_method find_method(mt_slice text) {
  for (int method = MT_METHOD_GET; method <= MT_METHOD_PATCH; method++)
    if (fuzz_same(mt__method_name((mt_method)method), text)) return (mt_method)method;
  return MT_METHOD_UNKNOWN;
}

static mt__field_id find_field(mt_slice text) {
  static const struct {
    const char *name;
    mt__field_id id;
  } fields[] = {
      {"Host", MT__FIELD_HOST},
      {"Connection", MT__FIELD_CONNECTION},
      {"Content-Length", MT__FIELD_CONTENT_LENGTH},
      {"Transfer-Encoding", MT__FIELD_TRANSFER_ENCODING},
      {"Expect", MT__FIELD_EXPECT},
      {"Upgrade", MT__FIELD_UPGRADE},
      {"TE", MT__FIELD_TE},
      {"Trailer", MT__FIELD_TRAILER},
      {"Keep-Alive", MT__FIELD_KEEP_ALIVE},
      {"Date", MT__FIELD_DATE},
      {"Server", MT__FIELD_SERVER},
      {"Accept-Encoding", MT__FIELD_ACCEPT_ENCODING},
      {"If-None-Match", MT__FIELD_IF_NONE_MATCH},
      {"If-Modified-Since", MT__FIELD_IF_MODIFIED_SINCE},
      {"Range", MT__FIELD_RANGE},
  };
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    if (is_same_nocase(mt_slice_from(fields[i].name), text)) return fields[i].id;
  return MT__FIELD_OTHER;
}

static void check_status_line(int status) {
  char scratch[32], number[16];
  bool is_known = status >= 100 && status <= 599;
  mt_slice line = mt__status_line(status, scratch), reason = mt__status_reason(status);
  snprintf(number, sizeof number, "HTTP/1.1 %d ", is_known ? status : 500);
  fuzz_require(line.size >= 15 && memcmp(line.data, number, 13) == 0);
  fuzz_require(memcmp(line.data + line.size - 2, "\r\n", 2) == 0);
  mt_slice own = part(line, 13, line.size - 2);
  fuzz_require(fuzz_same(reason, own.size ? own : MT_SLICE("Unknown")));
}

static void check_names(mt_slice line, mt_slice text) {
  fuzz_require(mt__method_parse(text) == find_method(text));
  fuzz_require(mt__field_lookup(text) == find_field(text));
  fuzz_require(mt__is_token(text) == fuzz_is_token(text));
  fuzz_require(mt__is_field_value(text) == fuzz_is_field_value(text));
  check_status_line((int)(int16_t)fuzz_take_number(&line, 2));
}

/* --- entity tags: RFC 9110 §8.8.3, §13.1.2 --- */

static size_t skip_white(mt_slice text, size_t at) {
  while (at < text.size && is_white(text.data[at])) at++;
  return at;
}

/** The end of the entity tag's quoted part at `at`, 0 when there is none. */
static size_t tag_end(mt_slice text, size_t at) {
  if (at >= text.size || text.data[at] != '"') return 0;
  for (at++; at < text.size && text.data[at] != '"'; at++)
    if ((unsigned char)text.data[at] <= ' ' || text.data[at] == 0x7f) return 0;
  return at < text.size ? at + 1 : 0;
}

static size_t skip_weak(mt_slice text, size_t at) {
  return text.size - at >= 2 && memcmp(text.data + at, "W/", 2) == 0 ? at + 2 : at;
}

/** Whether the tag of `list` from `at` to `end` is `etag`: §8.8.3.2. */
static bool is_tag(mt_slice list, size_t at, size_t end, mt_slice etag, bool is_strong) {
  size_t ours = skip_weak(list, at), theirs = skip_weak(etag, 0);
  if (is_strong && (ours > at || theirs > 0)) return false;
  return fuzz_same(part(list, ours, end), part(etag, theirs, etag.size));
}

/** Reads members until one is malformed. */
static bool list_names(mt_slice list, mt_slice etag, bool is_strong) {
  if (fuzz_same(trim(list), MT_SLICE("*"))) return true;
  bool may_begin = true;
  for (size_t at = skip_white(list, 0); at < list.size; at = skip_white(list, at)) {
    if (list.data[at] == ',') {
      may_begin = true;
      at++;
      continue;
    }
    size_t end = tag_end(list, skip_weak(list, at));
    if (!may_begin || end == 0) return false;
    if (is_tag(list, at, end, etag, is_strong)) return true;
    may_begin = false;
    at = end;
  }
  return false;
}

static void check_tags(mt_slice etag, mt_slice list) {
  fuzz_require(mt__etag_matches(list, etag) == list_names(list, etag, false));
  fuzz_require(mt__etag_matches_strongly(list, etag) == list_names(list, etag, true));
  char made[MT__ETAG_CAPACITY];
  mt_slice left = list;
  uint64_t size = fuzz_take_number(&left, 8), seconds = fuzz_take_number(&left, 4);
  mt_slice own = {made,
                  mt__etag_format(made, size, (int64_t)seconds, (uint32_t)(size % 1000000000))};
  fuzz_require(own.size <= MT__ETAG_CAPACITY && tag_end(own, 0) == own.size);
  fuzz_require(mt__etag_matches(own, own) && mt__etag_matches_strongly(own, own));
}

/* --- media types --- */

static void check_media_type(mt_slice folder, mt_slice name) {
  char copy[256], path[520];
  mt_slice type = mt__media_type(name);
  fuzz_require(type.size > 2 && memchr(type.data, '/', type.size));
  if (name.size > sizeof copy || folder.size > sizeof copy) return;
  for (size_t at = 0; at < name.size; at++)
    copy[at] = lower(name.data[at]) == name.data[at] && name.data[at] >= 'a' && name.data[at] <= 'z'
                   ? (char)(name.data[at] - 'a' + 'A')
                   : lower(name.data[at]);
  fuzz_require(fuzz_same(mt__media_type((mt_slice){copy, name.size}), type));
  int size = snprintf(path, sizeof path, "%.*s/%.*s", (int)folder.size,
                      folder.size ? folder.data : "", (int)name.size, name.data);
  bool is_text = strlen(path) == folder.size + name.size + 1;
  if (is_text) fuzz_require(fuzz_same(mt__media_type((mt_slice){path, (size_t)size}), type));
  const char *dot = name.size ? memrchr(name.data, '.', name.size) : NULL;
  bool is_plain = !dot || memchr(dot, '/', (size_t)(name.data + name.size - dot));
  if (is_plain) fuzz_require(fuzz_same(type, MT_SLICE("application/octet-stream")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static void (*const engines[])(mt_slice line, mt_slice rest) = {
      check_comparing, check_cutting, check_list,       check_numbers,
      check_names,     check_tags,    check_media_type,
  };
  mt_slice input = {(const char *)data, size};
  unsigned char letter = fuzz_take(&input);
  mt_slice line = fuzz_take_until(&input, '\n');
  engines[letter % (sizeof engines / sizeof engines[0])](line, input);
  return 0;
}
