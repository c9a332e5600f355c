#include "validators.h"

#include "../base/number.h"
#include "../base/slice.h"

size_t mt__etag_format(char out[MT__ETAG_CAPACITY], uint64_t file_size, int64_t modified_seconds,
                       uint32_t modified_nanoseconds) {
  uint64_t modified = (uint64_t)modified_seconds * 1000000000 + modified_nanoseconds;
  size_t at = 0;
  out[at++] = '"';
  at += mt__number_format_hex(out + at, file_size);
  out[at++] = '-';
  at += mt__number_format_hex(out + at, modified);
  out[at++] = '"';
  return at;
}

static bool has_weak_mark(mt_slice tag) {
  return tag.size >= 2 && tag.data[0] == 'W' && tag.data[1] == '/';
}

static mt_slice skip(mt_slice text, size_t size) {
  return mt__slice_part(text, size, text.size);
}

/** etagc: RFC 9110 §8.8.3. */
static bool is_tag_octet(char octet) {
  unsigned char value = (unsigned char)octet;
  return value > ' ' && value != '"' && value != 0x7f;
}

static mt_slice opaque_part(mt_slice tag) {
  return has_weak_mark(tag) ? skip(tag, 2) : tag;
}

/** Takes the entity tag at the front of `*list`; the empty slice when none is there. */
static mt_slice take_tag(mt_slice *list) {
  mt_slice whole = *list;
  mt_slice tag = opaque_part(whole);
  if (tag.size < 2 || tag.data[0] != '"') return MT_SLICE("");
  size_t end = 1;
  while (end < tag.size && is_tag_octet(tag.data[end])) end++;
  if (end == tag.size || tag.data[end] != '"') return MT_SLICE("");
  *list = skip(tag, end + 1);
  return mt__slice_part(whole, 0, whole.size - list->size);
}

/* RFC 9110 §8.8.3.2 */

static bool compare_weakly(mt_slice a, mt_slice b) {
  return mt__slice_equal(opaque_part(a), opaque_part(b));
}

static bool compare_strongly(mt_slice a, mt_slice b) {
  return !has_weak_mark(a) && !has_weak_mark(b) && mt__slice_equal(a, b);
}

static bool names(mt_slice value, mt_slice etag, bool (*compare)(mt_slice a, mt_slice b)) {
  mt_slice list = mt__slice_trim(value);
  if (mt__slice_equal(list, MT_SLICE("*"))) return true;
  while (list.size) {
    if (list.data[0] != ',') {
      mt_slice tag = take_tag(&list);
      if (tag.size == 0) return false;
      if (compare(tag, etag)) return true;
      list = mt__slice_trim(list);
      if (list.size && list.data[0] != ',') return false;
    }
    list = mt__slice_trim(skip(list, 1));
  }
  return false;
}

bool mt__etag_matches(mt_slice if_none_match, mt_slice etag) {
  return names(if_none_match, etag, compare_weakly);
}

bool mt__etag_matches_strongly(mt_slice if_match, mt_slice etag) {
  return names(if_match, etag, compare_strongly);
}
