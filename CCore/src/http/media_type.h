/** Media types by file name. RFC 9110 §8.3.1. */
#ifndef MT_HTTP_MEDIA_TYPE_H
#define MT_HTTP_MEDIA_TYPE_H

#include <martlet/slice.h>

#include "../base/attributes.h"

MT__HIDDEN_BEGIN

/** The Content-Type for a file called `name` by its extension (any case), text types with
 * charset=utf-8; "application/octet-stream" for others. Static lifetime. */
mt_slice mt__media_type(mt_slice name);

MT__HIDDEN_END

#endif
