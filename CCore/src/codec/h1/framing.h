/** What a complete head means: the rules that tie fields together. RFC 9112 §3.2, §6, §9.3. */
#ifndef MT_CODEC_H1_FRAMING_H
#define MT_CODEC_H1_FRAMING_H

#include "parser.h"

MT__HIDDEN_BEGIN

/** Fills authority, framing, content_length, keep_alive and expects_continue from the fields.
 * False: rejected. */
bool mt__h1_check_head(mt__h1_parser *parser, mt__head *head);
/** Whether a trailer section holds only what may stand there. False: rejected. */
bool mt__h1_check_trailers(mt__h1_parser *parser);

MT__HIDDEN_END

#endif
