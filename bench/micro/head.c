/* What it costs to lay down a response head. */
#include "codec/h1/writer.h"

#include "timing.h"

enum { ROOM = 2048 };

static void write_head(void *context, size_t turns) {
  char out[ROOM];
  const mt__h1_response_head *head = context;
  for (size_t turn = 0; turn < turns; turn++) {
    keep(head);
    demand(mt__h1_head_bound(head) <= sizeof out, "the head is too long");
    mt__h1_write_head(out, head);
    keep(out);
  }
}

#define PRESET MT_SLICE("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: martlet\r\n")
#define TYPE   "Content-Type: text/plain; charset=utf-8\r\n"
#define SIX_FIELDS                                                                                 \
  TYPE "Cache-Control: no-store\r\nX-Request-ID: 0123456789abcdef0123456789abcdef\r\n"             \
       "Vary: Accept-Encoding\r\nETag: \"5f3759df\"\r\nX-Content-Type-Options: nosniff\r\n"

int main(void) {
  static const struct {
    const char *name;
    mt__h1_response_head head;
  } heads[] = {
      {"hello", {200, MT__H1_BODY_LENGTH, MT__H1_KEEP_IMPLIED, 13, PRESET, MT_SLICE(TYPE)}},
      {"no fields", {204, MT__H1_BODY_NONE, MT__H1_KEEP_IMPLIED, 0, PRESET, MT_SLICE("")}},
      {"chunked", {200, MT__H1_BODY_CHUNKED, MT__H1_KEEP_IMPLIED, 0, PRESET, MT_SLICE(TYPE)}},
      {"six fields, close",
       {404, MT__H1_BODY_LENGTH, MT__H1_CLOSE, 1048576, PRESET, MT_SLICE(SIX_FIELDS)}},
  };
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    char out[ROOM];
    mt__h1_response_head head = heads[i].head;
    time_work("response head", heads[i].name, mt__h1_write_head(out, &head), write_head, &head);
  }
  return 0;
}
