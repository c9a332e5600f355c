/** Comparing and cutting borrowed bytes. */
#ifndef MT_BASE_SLICE_H
#define MT_BASE_SLICE_H

#include <martlet/slice.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

/** Whether it is one at all: without data only the empty slice is. */
static inline bool mt__slice_is_valid(mt_slice slice) {
  return slice.data || !slice.size;
}

/** Whether both hold the same octets. */
static inline bool mt__slice_equal(mt_slice a, mt_slice b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/** Whether both hold the same octets but for the case of ASCII letters. */
bool mt__slice_equal_nocase(mt_slice a, mt_slice b);
/** Whether a comma-separated list (RFC 9110 §5.6.1) holds `token`, ASCII case ignored; parameters
 * behind ";" are not part of a member's token. */
bool mt__slice_list_has(mt_slice list, mt_slice token);
/** Without SP and HTAB at both ends. */
mt_slice mt__slice_trim(mt_slice text);
/** Cuts `*rest` at the first `separator`: returns what is before it and leaves what is behind it;
 * without one, returns everything and leaves the empty slice with NULL data. */
mt_slice mt__slice_cut(mt_slice *rest, char separator);
/** The octets [from, to) of `text`, both clamped to its size. */
mt_slice mt__slice_part(mt_slice text, size_t from, size_t to);

MT__HIDDEN_END

#endif
