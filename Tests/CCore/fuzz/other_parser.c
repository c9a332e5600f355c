#include "other_parser.h"

#include <http_parser.h>
#include <string.h>

#include "base/slice.h"
#include "fuzz.h"

/* The parser is fed once, so each part of a message comes in one piece. */

static other_message *message_of(http_parser *parser) {
  return parser->data;
}

static int note_target(http_parser *parser, const char *at, size_t size) {
  message_of(parser)->target = (mt_slice){at, size};
  return 0;
}

static int note_reason(http_parser *parser, const char *at, size_t size) {
  message_of(parser)->reason = (mt_slice){at, size};
  return 0;
}

static int note_name(http_parser *parser, const char *at, size_t size) {
  other_message *message = message_of(parser);
  uint32_t index = message->field_count++;
  if (index < OTHER_FIELDS) message->fields[index] = (mt_field){{at, size}, {NULL, 0}};
  return 0;
}

static int note_value(http_parser *parser, const char *at, size_t size) {
  other_message *message = message_of(parser);
  uint32_t index = message->field_count - 1;
  if (index < OTHER_FIELDS) message->fields[index].value = (mt_slice){at, size};
  return 0;
}

static int note_head(http_parser *parser) {
  other_message *message = message_of(parser);
  message->has_head = true;
  message->method = (int)parser->method;
  message->status = (int)parser->status_code;
  message->minor_version = parser->http_minor;
  message->has_length = parser->flags & F_CONTENTLENGTH;
  message->content_length = message->has_length ? parser->content_length : 0;
  message->is_chunked = parser->flags & F_CHUNKED;
  message->says_close = parser->flags & F_CONNECTION_CLOSE;
  message->says_keep_alive = parser->flags & F_CONNECTION_KEEP_ALIVE;
  return message->body ? 0 : -1; /* -1 ends it here */
}

static int note_body(http_parser *parser, const char *at, size_t size) {
  other_message *message = message_of(parser);
  fuzz_require(size <= message->body_capacity - message->body_size);
  memcpy(message->body + message->body_size, at, size);
  message->body_size += size;
  return 0;
}

static int note_end(http_parser *parser) {
  message_of(parser)->is_complete = true;
  http_parser_pause(parser, 1);
  return 0;
}

static const http_parser_settings settings = {
    .on_url = note_target,
    .on_status = note_reason,
    .on_header_field = note_name,
    .on_header_value = note_value,
    .on_headers_complete = note_head,
    .on_body = note_body,
    .on_message_complete = note_end,
};

static void parse(enum http_parser_type type, mt_slice bytes, other_message *message) {
  http_parser parser;
  http_parser_init(&parser, type);
  parser.data = message;
  message->target = message->reason = (mt_slice){NULL, 0};
  message->field_count = 0;
  message->has_head = message->is_complete = false;
  message->body_size = 0;
  message->consumed = http_parser_execute(&parser, &settings, bytes.data, bytes.size);
  enum http_errno error = HTTP_PARSER_ERRNO(&parser);
  bool is_ours = error == HPE_PAUSED || error == HPE_CB_headers_complete;
  message->error = error == HPE_OK || is_ours ? NULL : http_errno_name(error);
}

void other_parse_request(mt_slice bytes, other_message *message) {
  parse(HTTP_REQUEST, bytes, message);
}

void other_parse_response_head(mt_slice bytes, other_message *message) {
  message->body = NULL;
  parse(HTTP_RESPONSE, bytes, message);
}

bool other_mistakes(mt_slice name) {
  const mt_slice coding = MT_SLICE("Transfer-Encoding");
  if (mt__slice_equal_nocase(name, MT_SLICE("Proxy-Connection"))) return true;
  return name.size > coding.size &&
         mt__slice_equal_nocase(mt__slice_part(name, 0, coding.size), coding);
}

int other_method(mt_slice name) {
  for (int method = HTTP_DELETE; method <= HTTP_SOURCE; method++) {
    const char *text = http_method_str((enum http_method)method);
    if (strlen(text) == name.size && memcmp(text, name.data, name.size) == 0) return method;
  }
  return -1;
}
