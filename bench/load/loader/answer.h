/* Reads answers out of the bytes of one connection: where each ends, its status, its body's length.
 */
#ifndef LOADER_ANSWER_H
#define LOADER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum answer_state {
  ANSWER_HEAD,
  ANSWER_COUNTED,
  ANSWER_CHUNK_LINE,
  ANSWER_CHUNK,
  ANSWER_CHUNK_END,
  ANSWER_TRAILER,
  ANSWER_UNTIL_END,
} answer_state;

typedef struct answer_reader {
  answer_state state;
  int status;
  uint64_t left; /* of the body or of the chunk */
  uint64_t body_bytes;
} answer_reader;

typedef enum answer_event { ANSWER_MORE, ANSWER_DONE, ANSWER_BROKEN } answer_event;

/* Takes bytes up to the end of an answer, and says how many. A line or head that is not whole yet
 * is not taken: it must be there again, at the front, with what follows. */
size_t answer_feed(answer_reader *reader, const char *bytes, size_t size, answer_event *event);

/* Whether the connection may end here: between answers, or where only its end ends the body. */
answer_event answer_end(const answer_reader *reader);

#endif
