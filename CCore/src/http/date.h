/** Dates of HTTP: RFC 9110 §5.6.7. */
#ifndef MT_HTTP_DATE_H
#define MT_HTTP_DATE_H

#include <martlet/slice.h>

#include "../base/attributes.h"

MT__HIDDEN_BEGIN

enum { MT__DATE_SIZE = 29 };

/** Writes IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT"), 29 octets without NUL, for years 1 … 9999.
 * No locale, no libc time zone. */
void mt__date_format(char out[MT__DATE_SIZE], int64_t unix_seconds);
/** Parses IMF-fixdate, RFC 850 and asctime dates; false when it is none. */
bool mt__date_parse(mt_slice text, int64_t now_seconds, int64_t *unix_seconds);

MT__HIDDEN_END

#endif
