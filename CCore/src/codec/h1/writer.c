#include "writer.h"

#include "../../base/number.h"
#include "../../http/words.h"

/* Everything but preset and fields, at its longest: a status line of 64 octets, Content-Length with
 * 20 digits, "Connection: keep-alive", the empty line. */
enum { FIXED_BOUND = 64 + 38 + 24 + 2 };

/* The pieces of a head are 10 … 100 octets, of sizes that no compiler knows: a few overlapping
 * moves are twice as fast here as a call of memcpy. */
static inline char *put_few(char *out, const char *text, size_t size) {
  if (size >= 8) {
    memcpy(out, text, 8);
    memcpy(out + size - 8, text + size - 8, 8);
  } else if (size >= 4) {
    memcpy(out, text, 4);
    memcpy(out + size - 4, text + size - 4, 4);
  } else {
    for (size_t i = 0; i < size; i++) out[i] = text[i];
  }
  return out + size;
}

static inline char *put(char *out, mt_slice text) {
  if (text.size < 16) return put_few(out, text.data, text.size);
  if (text.size > 256) {
    memcpy(out, text.data, text.size);
    return out + text.size;
  }
  size_t last = text.size - 16;
  for (size_t at = 0; at < last; at += 16) memcpy(out + at, text.data + at, 16);
  memcpy(out + last, text.data + last, 16);
  return out + text.size;
}

/* Of a size that the compiler knows. */
#define PUT_LITERAL(out, literal)                                                                  \
  ((char *)memcpy((out), "" literal, sizeof(literal) - 1) + sizeof(literal) - 1)

static inline char *put_length(char *out, uint64_t length) {
  out = PUT_LITERAL(out, "Content-Length: ");
  out += mt__number_format_decimal(out, length);
  return PUT_LITERAL(out, "\r\n");
}

static inline char *put_body(char *out, const mt__h1_response_head *head) {
  if (head->body == MT__H1_BODY_LENGTH) return put_length(out, head->content_length);
  if (head->body == MT__H1_BODY_CHUNKED) return PUT_LITERAL(out, "Transfer-Encoding: chunked\r\n");
  return out;
}

static inline char *put_persistence(char *out, mt__h1_persistence persistence) {
  if (persistence == MT__H1_KEEP_SAID) return PUT_LITERAL(out, "Connection: keep-alive\r\n");
  if (persistence == MT__H1_CLOSE) return PUT_LITERAL(out, "Connection: close\r\n");
  return out;
}

size_t mt__h1_head_bound(const mt__h1_response_head *head) {
  return FIXED_BOUND + head->preset.size + head->fields.size;
}

size_t mt__h1_write_head(char *out, const mt__h1_response_head *head) {
  char scratch[32];
  char *end = put(out, mt__status_line(head->status, scratch));
  end = put(end, head->preset);
  end = put(end, head->fields);
  end = put_body(end, head);
  end = put_persistence(end, head->persistence);
  end = PUT_LITERAL(end, "\r\n");
  return (size_t)(end - out);
}

size_t mt__h1_write_chunk_line(char *out, uint64_t size) {
  size_t digits = mt__number_format_hex(out, size);
  memcpy(out + digits, "\r\n", 2);
  return digits + 2;
}
