/** The words of HTTP: methods, status codes, character classes. RFC 9110. */
#ifndef MT_HTTP_WORDS_H
#define MT_HTTP_WORDS_H

#include <martlet/route.h>

#include "../base/attributes.h"

MT__HIDDEN_BEGIN

/** The method of a token (exact case), MT_METHOD_UNKNOWN for others. By length and first octets. */
mt_method mt__method_parse(mt_slice token);
/** Its token; the empty slice for MT_METHOD_UNKNOWN. */
mt_slice mt__method_name(mt_method method);

/** "HTTP/1.1 200 OK\r\n", laid down once; codes without a registered reason get an empty one
 * ("HTTP/1.1 299 \r\n"). `status` is 100 … 599. Static lifetime; no formatting at run time for
 * registered codes. Returned storage for unregistered codes: `scratch` of 32 bytes. */
mt_slice mt__status_line(int status, char scratch[32]);
/** The registered reason phrase, or "Unknown". */
mt_slice mt__status_reason(int status);

/** 1*tchar: RFC 9110 §5.6.2. */
bool mt__is_token(mt_slice text);
/** A field value: no controls but HTAB: RFC 9110 §5.5. obs-text is allowed. */
bool mt__is_field_value(mt_slice text);
/** For each octet: whether it is a tchar. */
extern const unsigned char mt__token_octets[256];

MT__HIDDEN_END

#endif
