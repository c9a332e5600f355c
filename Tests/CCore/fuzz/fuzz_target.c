/* Request targets, hosts and percent-encoding against RFC 3986's grammar, written down here once
 * more and as plainly as it reads; and the parser's short cut for plain targets against the long
 * way.
 *
 * Input: the method's letter, the target. */
#include "codec/h1/parser.h"
#include "fuzz.h"
#include "http/target.h"
#include "http/words.h"

enum { TARGET_BYTES = 2048 };

/* --- RFC 3986 --- */

static bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_one_of(char c, const char *set) {
  return c != '\0' && strchr(set, c) != NULL;
}

/** unreserved / sub-delims: Appendix A. */
static bool is_host_octet(char c) {
  return is_alpha(c) || is_digit(c) || is_one_of(c, "-._~") || is_one_of(c, "!$&'()*+,;=");
}

/** pchar / "/" */
static bool is_path_octet(char c) {
  return is_host_octet(c) || is_one_of(c, ":@/");
}

/** And what browsers leave as it is. */
static bool is_query_octet(char c) {
  return is_path_octet(c) || is_one_of(c, "?[]{}|\\^`");
}

static bool is_escape(mt_slice text, size_t at) {
  return text.data[at] == '%' && text.size - at >= 3 && is_hex(text.data[at + 1]) &&
         is_hex(text.data[at + 2]);
}

/** *( octet / pct-encoded ) */
static bool consists_of(mt_slice text, bool (*is_octet)(char)) {
  for (size_t at = 0; at < text.size; at++) {
    if (is_escape(text, at))
      at += 2;
    else if (!is_octet(text.data[at]))
      return false;
  }
  return true;
}

static size_t find(mt_slice text, const char *set) {
  size_t at = 0;
  while (at < text.size && !is_one_of(text.data[at], set)) at++;
  return at;
}

static mt_slice part(mt_slice text, size_t from, size_t to) {
  return (mt_slice){text.data + from, to - from};
}

/** *DIGIT, as far as ports go. */
static bool is_port(mt_slice text) {
  uint64_t port = 0;
  for (size_t at = 0; at < text.size; at++) {
    if (!is_digit(text.data[at])) return false;
    port = port * 10 + (uint64_t)(text.data[at] - '0');
    if (port > 65535) return false;
  }
  return true;
}

/** What looks like an address between brackets. Whether it is one nobody asks who reads a name. */
static bool is_literal(mt_slice text) {
  size_t colons = 0;
  for (size_t at = 0; at < text.size; at++) {
    char c = text.data[at];
    if (!is_hex(c) && c != ':' && c != '.') return false;
    colons += c == ':';
  }
  return colons >= 2;
}

/** uri-host [ ":" port ], the host not empty. */
static bool is_authority(mt_slice text) {
  bool is_bracketed = text.size > 0 && text.data[0] == '[';
  size_t end = find(text, is_bracketed ? "]" : ":");
  if (is_bracketed) {
    if (end == text.size || !is_literal(part(text, 1, end))) return false;
    end++;
  } else if (end == 0 || !consists_of(part(text, 0, end), is_host_octet)) {
    return false;
  }
  if (end == text.size) return true;
  return text.data[end] == ':' && is_port(part(text, end + 1, text.size));
}

/* --- RFC 9112 §3.2 --- */

typedef struct reading {
  bool is_good;
  mt__target_form form;
  mt_slice path, query, authority;
} reading;

static void read_path(reading *r, mt_slice text) {
  size_t end = find(text, "?");
  r->path = part(text, 0, end);
  r->query = end < text.size ? part(text, end + 1, text.size) : (mt_slice){NULL, 0};
  r->is_good = consists_of(r->path, is_path_octet) && consists_of(r->query, is_query_octet);
}

static bool begins_with(mt_slice text, const char *word) {
  size_t size = strlen(word);
  if (text.size < size) return false;
  for (size_t at = 0; at < size; at++) {
    char c = text.data[at];
    if ((is_alpha(c) ? c | 0x20 : c) != word[at]) return false;
  }
  return true;
}

static reading read_absolute(mt_slice target) {
  reading r = {.form = MT__TARGET_ABSOLUTE};
  size_t from = begins_with(target, "http://") ? 7 : begins_with(target, "https://") ? 8 : 0;
  if (from == 0) return r;
  mt_slice rest = part(target, from, target.size);
  size_t end = find(rest, "/?");
  r.authority = part(rest, 0, end);
  read_path(&r, part(rest, end, rest.size));
  r.is_good = r.is_good && is_authority(r.authority);
  return r;
}

static reading read_target(mt_method method, mt_slice target) {
  if (method == MT_METHOD_CONNECT) {
    bool has_port = target.size > 0 && is_digit(target.data[target.size - 1]) &&
                    memchr(target.data, ':', target.size) != NULL;
    return (reading){has_port && is_authority(target), MT__TARGET_AUTHORITY, {0}, {0}, target};
  }
  if (fuzz_same(target, MT_SLICE("*")))
    return (reading){method == MT_METHOD_OPTIONS, MT__TARGET_ASTERISK, target, {0}, {0}};
  if (target.size == 0 || target.data[0] != '/') return read_absolute(target);
  reading r = {.form = MT__TARGET_ORIGIN};
  read_path(&r, target);
  return r;
}

/* --- decoding --- */

static int value_of(char c) {
  return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/** -1 for a broken escape or an escaped NUL. */
static ptrdiff_t decode_plainly(mt_slice text, char *out) {
  size_t size = 0;
  for (size_t at = 0; at < text.size; at++) {
    char c = text.data[at];
    if (c == '%') {
      if (!is_escape(text, at)) return -1;
      c = (char)(value_of(text.data[at + 1]) * 16 + value_of(text.data[at + 2]));
      if (c == '\0') return -1;
      at += 2;
    }
    out[size++] = c;
  }
  return (ptrdiff_t)size;
}

static void check_decoding(mt_slice text) {
  static char ours[TARGET_BYTES], plainly[TARGET_BYTES], coded[3 * TARGET_BYTES];
  static char again[sizeof coded];
  ptrdiff_t size = mt__target_decode(text, ours);
  fuzz_require(size == decode_plainly(text, plainly));
  if (size < 0) return;
  fuzz_require(memcmp(ours, plainly, (size_t)size) == 0);
  for (size_t at = 0; at < (size_t)size; at++) {
    if (ours[at] == '\0') return; /* written as itself it passes, escaped it does not */
    coded[3 * at] = '%';
    coded[3 * at + 1] = "0123456789abcdef"[(unsigned char)ours[at] >> 4];
    coded[3 * at + 2] = "0123456789ABCDEF"[ours[at] & 15];
  }
  fuzz_require(mt__target_decode((mt_slice){coded, 3 * (size_t)size}, again) == size);
  fuzz_require(memcmp(ours, again, (size_t)size) == 0);
}

/** The path with %2e and %2f written as what they are. */
static mt_slice unescape_dots(mt_slice path) {
  static char plain[1 << 16];
  size_t size = 0;
  for (size_t i = 0; i < path.size && size < sizeof plain; i++) {
    int value =
        is_escape(path, i) ? value_of(path.data[i + 1]) << 4 | value_of(path.data[i + 2]) : 0;
    bool is_dot = value == '.' || value == '/';
    plain[size++] = is_dot ? (char)value : path.data[i];
    if (is_dot) i += 2;
  }
  return (mt_slice){plain, size};
}

/** Segment by segment. */
static bool has_dot_segment(mt_slice raw) {
  mt_slice path = unescape_dots(raw);
  for (size_t at = 0; at <= path.size; at++) {
    mt_slice rest = part(path, at, path.size);
    mt_slice segment = part(rest, 0, find(rest, "/"));
    size_t dots = 0, octets = segment.size;
    while (dots < octets && segment.data[dots] == '.') dots++;
    if (dots == octets && (dots == 1 || dots == 2)) return true;
    at += segment.size;
  }
  return false;
}

/* --- the long way and the short cut --- */

static void require_reading(const mt__head *head, const reading *expected) {
  fuzz_require(head->target_form == expected->form);
  fuzz_require(fuzz_same(mt__head_slice(head, head->path), expected->path));
  fuzz_require(fuzz_same(mt__head_slice(head, head->query), expected->query));
  fuzz_require(fuzz_same(mt__head_slice(head, head->authority), expected->authority));
  bool has_escape = expected->path.size && memchr(expected->path.data, '%', expected->path.size);
  fuzz_require(head->path_needs_decoding == has_escape);
}

static void check_parse(mt_method method, mt_slice target, const reading *expected) {
  static fuzz_stage stage;
  fuzz_require(fuzz_stage_fill(&stage, target));
  fuzz_stage_show(&stage, target.size);
  mt__head head = {.base = stage.bytes, .method = (uint8_t)method};
  head.target.size = (uint32_t)target.size;
  for (int time = 0; time < 2; time++) { /* the second finds what the first left */
    fuzz_require(mt__target_parse(&head) == expected->is_good);
    if (expected->is_good) require_reading(&head, expected);
  }
}

/** Whether the parser hands the target on, or has already refused one of its octets. */
static bool is_visible(mt_slice target) {
  for (size_t at = 0; at < target.size; at++)
    if (target.data[at] <= ' ' || target.data[at] == 0x7f) return false;
  return target.size > 0;
}

static void check_in_request(mt_method method, mt_slice target, const reading *expected,
                             mt__scan_kind kind) {
  static const mt__h1_limits limits = {FUZZ_STAGE_BYTES, FUZZ_STAGE_BYTES, 1};
  static char bytes[TARGET_BYTES + 64];
  mt_slice name = mt__method_name(method);
  int size = snprintf(bytes, sizeof bytes, "%.*s %.*s HTTP/1.0\r\n\r\n", (int)name.size, name.data,
                      (int)target.size, target.data);
  mt__field_place fields[1];
  mt__head head = {.fields = fields, .field_capacity = 1};
  mt__h1_parser parser;
  mt__h1_parser_init(&parser, &limits, kind);
  mt__h1_result result = mt__h1_parser_feed(&parser, bytes, (size_t)size, &head);
  fuzz_require(result == (expected->is_good ? MT__H1_COMPLETE : MT__H1_REJECTED));
  if (expected->is_good) require_reading(&head, expected);
}

static mt_method method_of(unsigned char letter) {
  switch (letter) {
  case 'C':
    return MT_METHOD_CONNECT;
  case 'O':
    return MT_METHOD_OPTIONS;
  default:
    return MT_METHOD_GET;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mt_slice target = {(const char *)data, size};
  mt_method method = method_of(fuzz_take(&target));
  if (target.size > TARGET_BYTES) return -1;
  reading expected = read_target(method, target);
  check_parse(method, target, &expected);
  for (int kind = MT__SCAN_SCALAR; kind <= MT__SCAN_NEON && is_visible(target); kind++) {
    if (mt__scan_supports((mt__scan_kind)kind))
      check_in_request(method, target, &expected, (mt__scan_kind)kind);
  }
  fuzz_require(mt__target_is_host(target) == (target.size == 0 || is_authority(target)));
  fuzz_require(mt__target_has_dot_segment(target) == has_dot_segment(target));
  check_decoding(target);
  return 0;
}
