/** The chunked transfer coding: RFC 9112 §7.1. Sans-I/O, incremental, no copy. */
#ifndef MT_CODEC_H1_CHUNKED_H
#define MT_CODEC_H1_CHUNKED_H

#include <martlet/slice.h>

#include "../../base/attributes.h"

MT__HIDDEN_BEGIN

typedef enum mt__chunked_result {
  MT__CHUNKED_MORE, /* all input is consumed, more is needed */
  MT__CHUNKED_DATA, /* `data` is a piece of the body within the input; call again with the rest */
  MT__CHUNKED_TRAILERS, /* the last chunk's line is consumed: a trailer section follows (maybe just
                           its empty line) */
  MT__CHUNKED_REJECTED, /* reject_reason says why: 400 and close */
} mt__chunked_result;

typedef struct mt__chunked {
  uint64_t left;             /* octets of the current chunk not yet given out */
  uint32_t extension_bytes;  /* of all extensions so far, limited to 16 KiB a message */
  uint8_t state;             /* private */
  uint8_t digits;            /* of the current chunk's size */
  const char *reject_reason; /* static, for the log */
} mt__chunked;

enum { MT__CHUNKED_EXTENSION_LIMIT = 16384 };

/** Starts a body. */
void mt__chunked_init(mt__chunked *decoder);
/** Decodes from `in`; `*consumed` octets of it are done with (those of `*data` included). Strict:
 * sizes are 1 … 16 hexadecimal digits below 2^63, no white space before the size, extensions
 * checked as RFC 9112 §7.1.1 tokens or quoted strings, CRLF only. `*data` is set for
 * MT__CHUNKED_DATA only. MT__CHUNKED_TRAILERS and MT__CHUNKED_REJECTED stay. */
mt__chunked_result mt__chunked_decode(mt__chunked *decoder, mt_slice in, size_t *consumed,
                                      mt_slice *data);

MT__HIDDEN_END

#endif
