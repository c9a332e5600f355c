/** Conditional requests: RFC 9110 §13. */
#ifndef MT_HTTP_VALIDATORS_H
#define MT_HTTP_VALIDATORS_H

#include <martlet/slice.h>

#include "../base/attributes.h"

MT__HIDDEN_BEGIN

enum { MT__ETAG_CAPACITY = 40 };

/** Writes a strong entity tag from size and modification time ("\"5f-18b2c3\"", with quotes);
 * returns its size. */
size_t mt__etag_format(char out[MT__ETAG_CAPACITY], uint64_t file_size, int64_t modified_seconds,
                       uint32_t modified_nanoseconds);
/** Whether an If-None-Match value ("*" or a list) names `etag`, by weak comparison: RFC 9110
 * §13.1.2. */
bool mt__etag_matches(mt_slice if_none_match, mt_slice etag);
/** Whether an If-Match value ("*" or a list) names `etag`, by strong comparison: RFC 9110 §13.1.1.
 */
bool mt__etag_matches_strongly(mt_slice if_match, mt_slice etag);

MT__HIDDEN_END

#endif
