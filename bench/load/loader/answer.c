#define _GNU_SOURCE
#include "answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t least(uint64_t a, size_t b) {
  return a < b ? (size_t)a : b;
}

static bool is_field(const char *line, const char *end, const char *name) {
  size_t length = strlen(name);
  return (size_t)(end - line) > length && strncasecmp(line, name, length) == 0;
}

static answer_event start_body(answer_reader *r, bool is_chunked, bool is_counted,
                               uint64_t length) {
  bool has_none = r->status == 204 || r->status == 304 || r->status / 100 == 1;
  r->left = length;
  if (is_chunked)
    r->state = ANSWER_CHUNK_LINE;
  else if (is_counted || has_none)
    r->state = ANSWER_COUNTED;
  else
    r->state = ANSWER_UNTIL_END;
  if (r->state != ANSWER_COUNTED || r->left > 0) return ANSWER_MORE;
  r->state = ANSWER_HEAD;
  return ANSWER_DONE;
}

static answer_event read_head(answer_reader *r, const char *head, const char *end) {
  bool is_chunked = false, is_counted = false;
  uint64_t length = 0;
  if (end - head < 12 || memcmp(head, "HTTP/1.", 7) != 0) return ANSWER_BROKEN;
  r->status = atoi(head + 9);
  const char *line = head;
  while ((line = memchr(line, '\n', (size_t)(end - line))) != NULL && ++line < end) {
    if (is_field(line, end, "content-length:")) {
      is_counted = true;
      length = strtoull(line + strlen("content-length:"), NULL, 10);
    } else if (is_field(line, end, "transfer-encoding: chunked"))
      is_chunked = true;
  }
  return start_body(r, is_chunked, is_counted, length);
}

static size_t take_head(answer_reader *r, const char *bytes, size_t size, answer_event *event) {
  const char *blank = memmem(bytes, size, "\r\n\r\n", 4);
  if (!blank) return 0;
  r->body_bytes = 0;
  *event = read_head(r, bytes, blank + 4);
  return (size_t)(blank + 4 - bytes);
}

/* Of a body or a chunk, what is there of it. */
static size_t take_octets(answer_reader *r, size_t size, answer_event *event) {
  size_t taken = least(r->left, size);
  r->left -= taken;
  r->body_bytes += taken;
  if (r->left > 0) return taken;
  if (r->state == ANSWER_COUNTED) *event = ANSWER_DONE;
  r->state = r->state == ANSWER_COUNTED ? ANSWER_HEAD : ANSWER_CHUNK_END;
  return taken;
}

/* The line with a chunk's size, the one behind it, or one of the trailers. */
static size_t take_line(answer_reader *r, const char *bytes, size_t size, answer_event *event) {
  const char *end = memchr(bytes, '\n', size);
  if (!end) return 0;
  bool is_empty = end - bytes <= 1;
  if (r->state == ANSWER_CHUNK_LINE) {
    r->left = strtoull(bytes, NULL, 16);
    r->state = r->left > 0 ? ANSWER_CHUNK : ANSWER_TRAILER;
  } else if (r->state == ANSWER_CHUNK_END) {
    r->state = ANSWER_CHUNK_LINE;
    if (!is_empty) *event = ANSWER_BROKEN;
  } else if (is_empty) {
    r->state = ANSWER_HEAD;
    *event = ANSWER_DONE;
  }
  return (size_t)(end + 1 - bytes);
}

static size_t take(answer_reader *r, const char *bytes, size_t size, answer_event *event) {
  switch (r->state) {
  case ANSWER_HEAD:
    return take_head(r, bytes, size, event);
  case ANSWER_COUNTED:
  case ANSWER_CHUNK:
    return take_octets(r, size, event);
  case ANSWER_UNTIL_END:
    r->body_bytes += size;
    return size;
  default:
    return take_line(r, bytes, size, event);
  }
}

size_t answer_feed(answer_reader *r, const char *bytes, size_t size, answer_event *event) {
  size_t used = 0, taken = 1;
  *event = ANSWER_MORE;
  while (*event == ANSWER_MORE && used < size && taken > 0) {
    taken = take(r, bytes + used, size - used, event);
    used += taken;
  }
  return used;
}

answer_event answer_end(const answer_reader *r) {
  if (r->state == ANSWER_UNTIL_END) return ANSWER_DONE;
  return r->state == ANSWER_HEAD ? ANSWER_MORE : ANSWER_BROKEN;
}
