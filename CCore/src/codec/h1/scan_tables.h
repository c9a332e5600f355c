/** Sets of octets as tables of 16, twice, as wide as a vector. An octet is in a
 * set when the entry of its column (low nibble) has the bit of its row (high
 * nibble): bit 0 … 5 for rows 2 … 7, and in `tokens` bit 6 and 7 for the rows
 * of controls, 0 and 1, where it says "is a control" instead. Octets from 0x80
 * are in no set.
 *
 * In a file of their own so that compilers load them rather than put them
 * together anew, with three instructions each, for every block. */
#ifndef MT_CODEC_H1_SCAN_TABLES_H
#define MT_CODEC_H1_SCAN_TABLES_H

#include "../../base/attributes.h"

enum { MT__SCAN_TOKEN_BITS = 0x3f };

typedef struct mt__scan_set {
  _Alignas(32) unsigned char octets[32];
} mt__scan_set;

MT__HIDDEN_BEGIN

extern const mt__scan_set mt__scan_rows;
/** tchar: RFC 9110 §5.6.2. Controls: all but HTAB and 0x7f. */
extern const mt__scan_set mt__scan_tokens;
/** What mt__target_parse allows in a path, but "%". */
extern const mt__scan_set mt__scan_paths;
/** The same in a query. */
extern const mt__scan_set mt__scan_queries;
/** reg-name, but "%": RFC 3986 §3.2.2. */
extern const mt__scan_set mt__scan_hosts;

/** The same sets, and others, for those who look up 128 octets at once: a bit for each. */
enum {
  MT__SCAN_TOKEN = 1,
  MT__SCAN_HOST = 2,
  MT__SCAN_PATH = 4,
  MT__SCAN_QUERY = 8,
  MT__SCAN_TARGET = 16, /* what is visible */
  MT__SCAN_CONTROL = 32,
};
extern const unsigned char mt__scan_classes[128];

/** Vectors of one octet. */
extern const mt__scan_set mt__scan_0f;
extern const mt__scan_set mt__scan_40;
extern const mt__scan_set mt__scan_7f;

MT__HIDDEN_END

#endif
