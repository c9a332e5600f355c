#include "slice.h"

#include "octets.h"

bool mt__slice_equal_nocase(mt_slice a, mt_slice b) {
  return a.size == b.size && mt__octets_equal_nocase(a.data, b.data, a.size);
}

/** Where the list member that begins at `from` ends: its comma, or the end of `list`. A comma in a
 * quoted string is none (RFC 9110 §5.6.4). */
static size_t find_member_end(mt_slice list, size_t from) {
  bool quoted = false;
  for (size_t at = from; at < list.size; at++) {
    char octet = list.data[at];
    if (octet == '"') quoted = !quoted;
    if (quoted && octet == '\\') at++;
    if (!quoted && octet == ',') return at;
  }
  return list.size;
}

bool mt__slice_list_has(mt_slice list, mt_slice token) {
  size_t end;
  for (size_t from = 0; from < list.size; from = end + 1) {
    end = find_member_end(list, from);
    mt_slice parameters = mt__slice_part(list, from, end);
    mt_slice member = mt__slice_trim(mt__slice_cut(&parameters, ';'));
    if (mt__slice_equal_nocase(member, token)) return true;
  }
  return false;
}

static bool is_space(char octet) {
  return octet == ' ' || octet == '\t';
}

mt_slice mt__slice_trim(mt_slice text) {
  while (text.size && is_space(text.data[text.size - 1])) text.size--;
  while (text.size && is_space(text.data[0])) text.data++, text.size--;
  return text;
}

mt_slice mt__slice_cut(mt_slice *rest, char separator) {
  mt_slice head = *rest;
  const char *at = head.size ? memchr(head.data, separator, head.size) : NULL;
  if (!at) {
    *rest = (mt_slice){NULL, 0};
    return head;
  }
  head.size = (size_t)(at - head.data);
  *rest = (mt_slice){at + 1, rest->size - head.size - 1};
  return head;
}

mt_slice mt__slice_part(mt_slice text, size_t from, size_t to) {
  if (to > text.size) to = text.size;
  if (from >= to) return (mt_slice){NULL, 0};
  return (mt_slice){text.data + from, to - from};
}
