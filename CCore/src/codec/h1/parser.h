/** The HTTP/1 head parser: sans-I/O, incremental, no copy, no allocation. RFC 9112 §2 … §6.
 *
 *  It is given the message from its first octet, again and again as more octets arrive (at any
 * address), looks at most twice at an octet, and gives the same result however the input was split.
 */
#ifndef MT_CODEC_H1_PARSER_H
#define MT_CODEC_H1_PARSER_H

#include "../../http/head.h"
#include "scan.h"

MT__HIDDEN_BEGIN

typedef struct mt__h1_limits {
  uint32_t max_request_line; /* octets without CRLF; past it 414 */
  uint32_t max_head;         /* octets of the whole head; past it 431 */
  uint32_t max_fields;       /* past it 431; never above head->field_capacity */
} mt__h1_limits;

typedef enum mt__h1_result {
  MT__H1_INCOMPLETE, /* more octets are needed */
  MT__H1_COMPLETE,   /* the head is filled; head->size octets belong to it */
  MT__H1_REJECTED,   /* reject_status and reject_reason say why; the connection must close */
} mt__h1_result;

typedef struct mt__h1_parser {
  const mt__h1_limits *limits;
  uint32_t position;         /* the first octet not yet looked at */
  uint32_t mark;             /* where the current token began */
  uint8_t state;             /* private */
  uint8_t kind;              /* mt__scan_kind */
  bool is_trailers;          /* a trailer section, not a head */
  bool is_plain_host;        /* private: mt__target_is_host has nothing to add */
  uint16_t reject_status;    /* 400, 414, 417 (unknown expectation), 431, 501 (unknown transfer
                                coding, method of more than 32 octets), 505 */
  uint32_t seen;             /* private: bit 1 << id for each mt__field_id that came */
  uint32_t repeated;         /* private: the same for those that came more than once */
  const char *reject_reason; /* static, for the log: "space before the colon of a field" */
} mt__h1_parser;

/** Starts a request. `limits` outlives the parser. */
void mt__h1_parser_init(mt__h1_parser *parser, const mt__h1_limits *limits, mt__scan_kind kind);
/** Starts a trailer section (fields up to an empty line): RFC 9112 §7.1.2. Only head->base,
 * fields, field_count and size are set. Host, Content-Length and Transfer-Encoding are refused
 * there: RFC 9110 §6.5.1. */
void mt__h1_parser_init_trailers(mt__h1_parser *parser, const mt__h1_limits *limits,
                                 mt__scan_kind kind);
/** Parses `data` (everything since the message began). Before the first call of a message
 * `head->fields` and `field_capacity` are set by the caller; everything else is set here,
 * `head->base` to `data`. At most one empty line before a request line is skipped (RFC 9112 §2.2).
 * On MT__H1_COMPLETE target, Host, framing, persistence and Expect have been checked and filled in.
 * Limits count octets of the message, not of the input: which octet is the first offence does not
 * depend on how the input was split. Called again after an end, it says the same again. */
mt__h1_result mt__h1_parser_feed(mt__h1_parser *parser, const char *data, size_t size,
                                 mt__head *head);

MT__HIDDEN_END

#endif
