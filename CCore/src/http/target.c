#include "target.h"

#include "../base/number.h"
#include "../base/octets.h"

enum {
  HOST = 1,  /* reg-name, but for "%": RFC 3986 §3.2.2 */
  PATH = 2,  /* pchar, but for "%", and "/" */
  QUERY = 4, /* what a path may hold, "?", and what browsers leave as it is */
  IPV6 = 8,  /* what stands between the brackets of an IPv6 address */
};

/* What octets there are, by where they may stand. */
enum {
  QRY = QUERY,
  PCH = PATH | QUERY,
  REG = HOST | PCH,
  COL = IPV6 | PCH,
  HEX = IPV6 | REG,
};

/* clang-format off */
static const unsigned char classes[256] = {
    [' '] =
      0, REG,   0,   0, REG,   0, REG, REG, REG, REG, REG, REG, REG, REG, HEX, PCH, /* SP … / */
    HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, COL, REG,   0, REG,   0, QRY, /* 0 … ? */
    PCH, HEX, HEX, HEX, HEX, HEX, HEX, REG, REG, REG, REG, REG, REG, REG, REG, REG, /* @ … O */
    REG, REG, REG, REG, REG, REG, REG, REG, REG, REG, REG, QRY, QRY, QRY, QRY, REG, /* P … _ */
    QRY, HEX, HEX, HEX, HEX, HEX, HEX, REG, REG, REG, REG, REG, REG, REG, REG, REG, /* ` … o */
    REG, REG, REG, REG, REG, REG, REG, REG, REG, REG, REG, QRY, QRY, QRY, REG,   0, /* p … DEL */
};
/* clang-format on */

/** The value of the escape at `at`, or -1. */
static int read_escape(const char *at, const char *end) {
  if (end - at < 3 || *at != '%') return -1;
  int high = mt__number_hex_digit(at[1]);
  int low = mt__number_hex_digit(at[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static inline const char *skip_plain(const char *at, const char *end, int allowed) {
  while (at < end && classes[(unsigned char)*at] & allowed) at++;
  return at;
}

/** Goes on behind skip_plain, where well-formed escapes stand. Kept out of the way of paths without
 * any: it would cost them the saving of registers. */
static __attribute__((noinline)) const char *skip_escapes(const char *at, const char *end,
                                                          int allowed) {
  while (at < end && read_escape(at, end) >= 0) at = skip_plain(at + 3, end, allowed);
  return at;
}

/** The end of the run of octets of the `allowed` classes and of well-formed escapes at `at`. */
static inline const char *skip_run(const char *at, const char *end, int allowed) {
  at = skip_plain(at, end, allowed);
  return at < end && *at == '%' ? skip_escapes(at, end, allowed) : at;
}

static mt__place make_place(const mt__head *head, const char *from, const char *to) {
  return (mt__place){(uint32_t)(from - head->base), (uint32_t)(to - from)};
}

/** path-abempty [ "?" query ] */
static inline bool parse_path(mt__head *head, const char *from, const char *end) {
  const char *plain_end = skip_plain(from, end, PATH);
  const char *at = skip_run(plain_end, end, PATH);
  head->path = make_place(head, from, at);
  head->path_needs_decoding = at != plain_end;
  if (at == end) return true;
  if (*at != '?') return false;
  head->query = make_place(head, at + 1, end);
  return skip_run(at + 1, end, QUERY) == end;
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
  /* One by one: chained, the next would wait for the last in the store buffer. */
  const mt__place nothing = {head->target.offset, 0};
  head->path = nothing;
  head->query = nothing;
  head->authority = nothing;
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
    const char *host_end = skip_run(at, end, HOST);
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

/** The size of `octet` at `at`, plain or escaped (`escape` in lower case); 0: it is another. */
static size_t written(const char *at, const char *end, char octet, const char *escape) {
  if (at < end && *at == octet) return 1;
  return end - at >= 3 && mt__octets_equal_nocase(at, escape, 3) ? 3 : 0;
}

/** Whether what is from `at` to the next slash is one or two dots. */
static bool is_dot_segment(const char *at, const char *end) {
  int dots = 0;
  for (size_t size; (size = written(at, end, '.', "%2e")) != 0; dots++) at += size;
  return (dots == 1 || dots == 2) && (at == end || written(at, end, '/', "%2f"));
}

/** Whether a segment begins at `at`. */
static bool is_behind_slash(const char *begin, const char *at) {
  if (at == begin || at[-1] == '/') return true;
  return at - begin >= 3 && mt__octets_equal_nocase(at - 3, "%2f", 3);
}

bool mt__target_has_dot_segment(mt_slice path) {
  const char *end = path.data + path.size;
  for (const char *at = path.data; at < end; at++) {
    if (MT__LIKELY(*at != '.' && *at != '%')) continue;
    if (is_behind_slash(path.data, at) && is_dot_segment(at, end)) return true;
  }
  return false;
}
