/** Request targets: RFC 9112 §3.2, RFC 3986. */
#ifndef MT_HTTP_TARGET_H
#define MT_HTTP_TARGET_H

#include <martlet/status.h>

#include "head.h"

MT__HIDDEN_BEGIN

/** Classifies the target at `head->target` for `head->method` and fills target_form, path, query,
 * path_needs_decoding and (absolute-, authority-form) authority. The octets are checked here: path
 * of RFC 3986 pchar and "/", every "%" followed by two hexadecimal digits; in the query
 * additionally what browsers leave unescaped ([ ] { } | \ ^ `). No fragment, no userinfo, no
 * control, no octet above 0x7e. asterisk-form only for OPTIONS (the path is "*" then),
 * authority-form for CONNECT and only there, with a port; absolute-form with http or https and a
 * host (RFC 9110 §4.2). False: 400. */
bool mt__target_parse(mt__head *head);
/** Whether `text` is uri-host [":" port] as the Host field may hold it (empty is allowed): RFC 9110
 * §7.2. Checks IPv6 literals' brackets and characters, reg-name characters, port digits up to
 * 65535. */
bool mt__target_is_host(mt_slice text);
/** Percent-decodes `text` into `out` (room for text.size octets); returns the decoded size, or -1
 * for a broken escape or %00. */
ptrdiff_t mt__target_decode(mt_slice text, char *out);
/** Whether a path (raw) holds a "." or ".." between slashes, dots and slashes written plainly or as
 * %2e and %2f: what a handler that joins paths would walk. RFC 3986 §3.3. */
bool mt__target_has_dot_segment(mt_slice path);

MT__HIDDEN_END

#endif
