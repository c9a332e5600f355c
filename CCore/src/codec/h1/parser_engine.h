/** The engine behind the parser, once per vector kind: what parser.c and the engines share. */
#ifndef MT_CODEC_H1_PARSER_ENGINE_H
#define MT_CODEC_H1_PARSER_ENGINE_H

#include "../../http/field_names.h"
#include "../../http/words.h"
#include "parser.h"

#if defined(__x86_64__)
#define MT__H1_HAS_X86 1
#else
#define MT__H1_HAS_X86 0
#endif
#if defined(__aarch64__) && defined(__ARM_NEON) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MT__H1_HAS_NEON 1
#else
#define MT__H1_HAS_NEON 0
#endif

MT__HIDDEN_BEGIN

/** What the next octet belongs to. In the order in which a message passes through them. */
enum {
  MT__H1_AT_START,
  MT__H1_AT_METHOD,
  MT__H1_AT_TARGET,
  MT__H1_AT_VERSION,
  MT__H1_AT_LINE_CR,
  MT__H1_AT_LINE_LF,
  MT__H1_AT_FIELD,
  MT__H1_AT_NAME,
  MT__H1_AT_VALUE,
  MT__H1_AT_VALUE_LF,
  MT__H1_AT_LAST_LF,
  MT__H1_AT_END,      /* every octet is seen; what they mean is not checked */
  MT__H1_AT_CHECKED,  /* MT__H1_COMPLETE was returned */
  MT__H1_AT_REJECTED, /* MT__H1_REJECTED was returned */
};

/** RFC 9112 §3: a longer method than any implemented is answered 501. */
enum { MT__H1_METHOD_LIMIT = 32 };

/** Goes on at parser->position until the section or the input ends or an octet offends;
 * parser->state says which. */
typedef void (*mt__h1_engine_fn)(mt__h1_parser *parser, const char *data, uint32_t size,
                                 mt__head *head);

void mt__h1_engine_scalar(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head);
#if MT__H1_HAS_X86
void mt__h1_engine_sse42(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head);
void mt__h1_engine_avx2(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head);
void mt__h1_engine_avx512(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head);
#endif
#if MT__H1_HAS_NEON
void mt__h1_engine_neon(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head);
#endif

/** Ends the message with that status. Returns false. */
bool mt__h1_reject(mt__h1_parser *parser, int status, const char *reason) __attribute__((cold));
/** Version, method and target of a complete request line; false: rejected. */
bool mt__h1_finish_request_line(mt__h1_parser *parser, mt__head *head);
/** Why a token that had to be followed by something else was not: static text for the log. */
const char *mt__h1_method_offence(unsigned char octet, bool is_empty);
const char *mt__h1_target_offence(unsigned char octet, bool is_empty);
const char *mt__h1_name_offence(unsigned char octet, bool is_empty);
const char *mt__h1_value_offence(unsigned char octet);

MT__HIDDEN_END

#endif
