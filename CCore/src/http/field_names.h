/** Which names of fields the server itself acts on: RFC 9110 §5.1. */
#ifndef MT_HTTP_FIELD_NAMES_H
#define MT_HTTP_FIELD_NAMES_H

#include "../base/octets.h"
#include "head.h"

enum { MT__FIELD_NAME_MAX = 19 };

MT__HIDDEN_BEGIN

/** By size and by the low five bits of the first octet, which are those of a letter in either case:
 * the one mt__field_id that it can be. */
extern const unsigned char mt__field_candidates[MT__FIELD_NAME_MAX + 1][32];
/** By id, in lower case. */
extern const char mt__field_names[][MT__FIELD_NAME_MAX + 1];

MT__HIDDEN_END

/** Whether `word` is `name`, octets of a name in lower case, in any case. Of the octets there,
 * letters alone have 0x40, and differ from themselves in upper case by 0x20. */
static inline bool mt__field_word_is(uint64_t word, uint64_t name) {
  const uint64_t letters = name & 0x4040404040404040;
  return ((word ^ name) & ~(letters >> 1)) == 0;
}

/** Compares the names' ends, which overlap, and for the longest what is between. */
static inline bool mt__field_name_is(const char *text, const char *name, size_t size) {
  if (size >= 8)
    return mt__field_word_is(mt__octets_load8(text), mt__octets_load8(name)) &&
           mt__field_word_is(mt__octets_load8(text + size - 8),
                             mt__octets_load8(name + size - 8)) &&
           (size <= 16 ||
            mt__field_word_is(mt__octets_load8(text + 8), mt__octets_load8(name + 8)));
  if (size >= 4)
    return mt__field_word_is(mt__octets_load4(text), mt__octets_load4(name)) &&
           mt__field_word_is(mt__octets_load4(text + size - 4), mt__octets_load4(name + size - 4));
  return mt__octets_equal_nocase(text, name, size);
}

/** Which field this name is (any case): a look into a table, and for few names a compare. */
static inline mt__field_id mt__field_lookup(mt_slice name) {
  if (name.size == 0 || name.size > MT__FIELD_NAME_MAX) return MT__FIELD_OTHER;
  unsigned id = mt__field_candidates[name.size][name.data[0] & 31];
  if (id == MT__FIELD_OTHER || !mt__field_name_is(name.data, mt__field_names[id], name.size))
    return MT__FIELD_OTHER;
  return (mt__field_id)id;
}

#endif
