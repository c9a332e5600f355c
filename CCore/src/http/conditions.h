/** What a request makes its own condition: RFC 9110 §13. */
#ifndef MT_HTTP_CONDITIONS_H
#define MT_HTTP_CONDITIONS_H

#include "head.h"

MT__HIDDEN_BEGIN

/** What becomes of a request by GET or HEAD for what has these validators: 200 (its conditions
 * hold, or it has none), 304 or 412. `now_seconds` is for dates whose year has two digits. Units:
 * seconds since 1970. RFC 9110 §13.2.2. */
int mt__conditions_evaluate(const mt__head *head, mt_slice etag, int64_t modified_seconds,
                            int64_t now_seconds);

MT__HIDDEN_END

#endif
