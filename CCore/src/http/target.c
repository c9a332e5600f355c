#include "target.h"

#include "../base/number.h"
#include "../base/octets.h"
#include "../base/slice.h"

enum {
  HOST = 1,  /* reg-name, but for "%": RFC 3986 §3.2.2 */
  PATH = 2,  /* pchar, but for "%", and "/" */
  QUERY = 4, /* what a path may hold, "?", and what browsers leave as it is */
  IPV6 = 8,  /* what stands between the brackets of an IPv6 address */
  NAME = HOST | PATH | QUERY,
  HEX = NAME | IPV6, /* and "." */
};

static const unsigned char classes[256] = {
    ['!'] = NAME,
    ['$'] = NAME,
    ['&'] = NAME,
    ['\''] = NAME,
    ['('] = NAME,
    [')'] = NAME,
    ['*'] = NAME,
    ['+'] = NAME,
    [','] = NAME,
    ['-'] = NAME,
    ['.'] = HEX,
    ['/'] = PATH | QUERY,
    [':'] = PATH | QUERY | IPV6,
    [';'] = NAME,
    ['='] = NAME,
    ['?'] = QUERY,
    ['@'] = PATH | QUERY,
    ['['] = QUERY,
    ['\\'] = QUERY,
    [']'] = QUERY,
    ['^'] = QUERY,
    ['_'] = NAME,
    ['`'] = QUERY,
    ['{'] = QUERY,
    ['|'] = QUERY,
    ['}'] = QUERY,
    ['~'] = NAME,
    ['0'] = HEX,
    ['1'] = HEX,
    ['2'] = HEX,
    ['3'] = HEX,
    ['4'] = HEX,
    ['5'] = HEX,
    ['6'] = HEX,
    ['7'] = HEX,
    ['8'] = HEX,
    ['9'] = HEX,
    ['A'] = HEX,
    ['B'] = HEX,
    ['C'] = HEX,
    ['D'] = HEX,
    ['E'] = HEX,
    ['F'] = HEX,
    ['a'] = HEX,
    ['b'] = HEX,
    ['c'] = HEX,
    ['d'] = HEX,
    ['e'] = HEX,
    ['f'] = HEX,
    ['G'] = NAME,
    ['H'] = NAME,
    ['I'] = NAME,
    ['J'] = NAME,
    ['K'] = NAME,
    ['L'] = NAME,
    ['M'] = NAME,
    ['N'] = NAME,
    ['O'] = NAME,
    ['P'] = NAME,
    ['Q'] = NAME,
    ['R'] = NAME,
    ['S'] = NAME,
    ['T'] = NAME,
    ['U'] = NAME,
    ['V'] = NAME,
    ['W'] = NAME,
    ['X'] = NAME,
    ['Y'] = NAME,
    ['Z'] = NAME,
    ['g'] = NAME,
    ['h'] = NAME,
    ['i'] = NAME,
    ['j'] = NAME,
    ['k'] = NAME,
    ['l'] = NAME,
    ['m'] = NAME,
    ['n'] = NAME,
    ['o'] = NAME,
    ['p'] = NAME,
    ['q'] = NAME,
    ['r'] = NAME,
    ['s'] = NAME,
    ['t'] = NAME,
    ['u'] = NAME,
    ['v'] = NAME,
    ['w'] = NAME,
    ['x'] = NAME,
    ['y'] = NAME,
    ['z'] = NAME,
};

/** The value of the escape at `at`, or -1. */
static int read_escape(const char *at, const char *end) {
  if (end - at < 3) return -1;
  int high = mt__number_hex_digit(at[1]);
  int low = mt__number_hex_digit(at[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/** The end of the run of octets of the `allowed` classes and of well-formed escapes at `at`. */
static inline const char *skip_run(const char *at, const char *end, int allowed, bool *escaped) {
  for (;;) {
    while (at < end && classes[(unsigned char)*at] & allowed) at++;
    if (at == end || *at != '%' || read_escape(at, end) < 0) return at;
    *escaped = true;
    at += 3;
  }
}

static mt__place make_place(const mt__head *head, const char *from, const char *to) {
  return (mt__place){(uint32_t)(from - head->base), (uint32_t)(to - from)};
}

/** path-abempty [ "?" query ] */
static bool parse_path(mt__head *head, const char *from, const char *end) {
  const char *at = skip_run(from, end, PATH, &head->path_needs_decoding);
  head->path = make_place(head, from, at);
  if (at == end) return true;
  if (*at != '?') return false;
  bool escaped = false;
  head->query = make_place(head, at + 1, end);
  return skip_run(at + 1, end, QUERY, &escaped) == end;
}

static size_t skip_scheme(mt_slice target) {
  if (target.size > 7 && mt__octets_equal_nocase(target.data, "http://", 7)) return 7;
  if (target.size > 8 && mt__octets_equal_nocase(target.data, "https://", 8)) return 8;
  return 0;
}

/** Absolute-form of the two schemes that this server can be the origin of: RFC 9110 §4.2. An empty
 * host is to be rejected there. */
static bool parse_absolute(mt__head *head, mt_slice target) {
  size_t scheme = skip_scheme(target);
  if (scheme == 0) return false;
  const char *from = target.data + scheme;
  const char *end = target.data + target.size;
  const char *at = from;
  while (at < end && *at != '/' && *at != '?') at++;
  head->target_form = MT__TARGET_ABSOLUTE;
  head->authority = make_place(head, from, at);
  return at > from && mt__target_is_host(mt__head_slice(head, head->authority)) &&
         parse_path(head, at, end);
}

/** Only CONNECT has it, and there the port is not optional: RFC 9110 §9.3.6. */
static bool parse_authority(mt__head *head, mt_slice target) {
  head->target_form = MT__TARGET_AUTHORITY;
  head->authority = head->target;
  if (target.size == 0 || !memchr(target.data, ':', target.size)) return false;
  char last = target.data[target.size - 1];
  return last >= '0' && last <= '9' && mt__target_is_host(target);
}

bool mt__target_parse(mt__head *head) {
  mt_slice target = mt__head_slice(head, head->target);
  head->target_form = MT__TARGET_ORIGIN;
  head->path_needs_decoding = false;
  head->path = head->query = head->authority = (mt__place){head->target.offset, 0};
  if (head->method == MT_METHOD_CONNECT) return parse_authority(head, target);
  if (target.size == 0) return false;
  if (target.data[0] == '/') return parse_path(head, target.data, target.data + target.size);
  if (target.size > 1 || target.data[0] != '*') return parse_absolute(head, target);
  head->target_form = MT__TARGET_ASTERISK;
  head->path = head->target;
  return head->method == MT_METHOD_OPTIONS;
}

/** The end of uri-host at `at`, NULL when there is none. */
static const char *skip_host(const char *at, const char *end) {
  if (*at != '[') {
    bool escaped = false;
    const char *host_end = skip_run(at, end, HOST, &escaped);
    return host_end > at ? host_end : NULL;
  }
  const char *from = ++at;
  int colons = 0;
  for (; at < end && classes[(unsigned char)*at] & IPV6; at++) colons += *at == ':';
  /* The shortest is "::". */
  return at < end && *at == ']' && at - from >= 2 && colons >= 2 ? at + 1 : NULL;
}

bool mt__target_is_host(mt_slice text) {
  if (text.size == 0) return true;
  const char *end = text.data + text.size;
  const char *at = skip_host(text.data, end);
  if (!at || (at < end && *at != ':')) return false;
  if (end - at <= 1) return true;
  uint64_t port;
  return mt__number_parse_decimal((mt_slice){at + 1, (size_t)(end - at) - 1}, UINT16_MAX, &port);
}

ptrdiff_t mt__target_decode(mt_slice text, char *out) {
  const char *end = text.data + text.size;
  char *to = out;
  for (const char *at = text.data; at < end; at++) {
    int octet = (unsigned char)*at;
    if (octet == '%') {
      octet = read_escape(at, end);
      if (octet <= 0) return -1;
      at += 2;
    }
    *to++ = (char)octet;
  }
  return to - out;
}

/** Whether `segment` is one or two dots, each of them plain or escaped. */
static bool is_dot_segment(mt_slice segment) {
  int dots = 0;
  for (size_t at = 0; at < segment.size; dots++) {
    if (segment.data[at] == '.')
      at++;
    else if (segment.size - at >= 3 && mt__octets_equal_nocase(segment.data + at, "%2e", 3))
      at += 3;
    else
      return false;
  }
  return dots == 1 || dots == 2;
}

bool mt__target_has_dot_segment(mt_slice path) {
  if (path.size == 0) return false;
  if (!memchr(path.data, '.', path.size) && !memchr(path.data, '%', path.size)) return false;
  while (path.size)
    if (is_dot_segment(mt__slice_cut(&path, '/'))) return true;
  return false;
}
