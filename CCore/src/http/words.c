#include "words.h"

#include "../base/octets.h"

/* Inlined with a constant word, it becomes one or two compares. */
#define SAME(token, word) (memcmp((token).data, word, sizeof(word) - 1) == 0)

mt_method mt__method_parse(mt_slice token) {
  switch (token.size) {
  case 3:
    if (SAME(token, "GET")) return MT_METHOD_GET;
    return SAME(token, "PUT") ? MT_METHOD_PUT : MT_METHOD_UNKNOWN;
  case 4:
    if (SAME(token, "POST")) return MT_METHOD_POST;
    return SAME(token, "HEAD") ? MT_METHOD_HEAD : MT_METHOD_UNKNOWN;
  case 5:
    if (SAME(token, "PATCH")) return MT_METHOD_PATCH;
    return SAME(token, "TRACE") ? MT_METHOD_TRACE : MT_METHOD_UNKNOWN;
  case 6:
    return SAME(token, "DELETE") ? MT_METHOD_DELETE : MT_METHOD_UNKNOWN;
  case 7:
    if (SAME(token, "OPTIONS")) return MT_METHOD_OPTIONS;
    return SAME(token, "CONNECT") ? MT_METHOD_CONNECT : MT_METHOD_UNKNOWN;
  default:
    return MT_METHOD_UNKNOWN;
  }
}

mt_slice mt__method_name(mt_method method) {
  static const char names[][8] = {
      [MT_METHOD_GET] = "GET",         [MT_METHOD_HEAD] = "HEAD",
      [MT_METHOD_POST] = "POST",       [MT_METHOD_PUT] = "PUT",
      [MT_METHOD_DELETE] = "DELETE",   [MT_METHOD_CONNECT] = "CONNECT",
      [MT_METHOD_OPTIONS] = "OPTIONS", [MT_METHOD_TRACE] = "TRACE",
      [MT_METHOD_PATCH] = "PATCH",
  };
  size_t index = (size_t)(unsigned)method;
  return index < sizeof names / sizeof names[0] ? mt_slice_from(names[index]) : MT_SLICE("");
}

/* "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT /
   ALPHA: RFC 9110 §5.6.2. */
const unsigned char mt__token_octets[256] = {
    ['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['*'] = 1, ['+'] = 1,
    ['-'] = 1, ['.'] = 1, ['^'] = 1, ['_'] = 1, ['`'] = 1, ['|'] = 1,  ['~'] = 1, ['0'] = 1,
    ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,  ['7'] = 1, ['8'] = 1,
    ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1,  ['F'] = 1, ['G'] = 1,
    ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1,  ['N'] = 1, ['O'] = 1,
    ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1,  ['V'] = 1, ['W'] = 1,
    ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1,  ['d'] = 1, ['e'] = 1,
    ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1,  ['l'] = 1, ['m'] = 1,
    ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1,  ['t'] = 1, ['u'] = 1,
    ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
};

bool mt__is_token(mt_slice text) {
  unsigned char all = text.size > 0;
  for (size_t i = 0; i < text.size; i++) all &= mt__token_octets[(unsigned char)text.data[i]];
  return all;
}

static bool has_forbidden_control(const char *at, size_t size) {
  for (size_t i = 0; i < size; i++) {
    unsigned char octet = (unsigned char)at[i];
    if ((octet < ' ' && octet != '\t') || octet == 0x7f) return true;
  }
  return false;
}

bool mt__is_field_value(mt_slice text) {
  size_t at = 0;
  for (; text.size - at >= 8; at += 8) {
    /* A tab looks like a forbidden one at first. */
    bool suspicious = mt__octets_have_control(mt__octets_load8(text.data + at));
    if (MT__UNLIKELY(suspicious) && has_forbidden_control(text.data + at, 8)) return false;
  }
  return !(at < text.size && has_forbidden_control(text.data + at, text.size - at));
}
