/** Laying down response heads and chunk lines. RFC 9112 §4, §7.1. */
#ifndef MT_CODEC_H1_WRITER_H
#define MT_CODEC_H1_WRITER_H

#include <martlet/slice.h>

#include "../../base/attributes.h"

MT__HIDDEN_BEGIN

typedef enum mt__h1_body {
  MT__H1_BODY_LENGTH,  /* Content-Length: content_length */
  MT__H1_BODY_CHUNKED, /* Transfer-Encoding: chunked */
  MT__H1_BODY_NONE, /* no framing field: 1xx, 204, 304, or a body that ends with the connection */
} mt__h1_body;

typedef enum mt__h1_persistence {
  MT__H1_KEEP_IMPLIED, /* HTTP/1.1: nothing to say */
  MT__H1_KEEP_SAID,    /* HTTP/1.0 that asked: "Connection: keep-alive" */
  MT__H1_CLOSE,        /* "Connection: close" */
} mt__h1_persistence;

typedef struct mt__h1_response_head {
  int status;
  mt__h1_body body;
  mt__h1_persistence persistence;
  uint64_t content_length;
  mt_slice preset; /* whole lines with CRLF that every response has: Date, Server */
  mt_slice fields; /* whole lines with CRLF that the handler added */
} mt__h1_response_head;

/** An upper bound of what mt__h1_write_head writes. */
size_t mt__h1_head_bound(const mt__h1_response_head *head);
/** Writes the head with its empty line to `out` (room: the bound); returns its size. */
size_t mt__h1_write_head(char *out, const mt__h1_response_head *head);

enum { MT__H1_CHUNK_LINE_BOUND = 20 };
/** Writes "<hex>\r\n" for a chunk of `size` > 0 octets; returns its size. The chunk's end is
 * "\r\n", the body's "0\r\n\r\n". */
size_t mt__h1_write_chunk_line(char *out, uint64_t size);

MT__HIDDEN_END

#endif
