/* The same for Node's former parser, as the distribution builds it: one parser for the messages of
 * a kept-alive connection, each handed over whole. */
#include <http_parser.h>

#include "recording.h"
#include "timing.h"

#include <stdio.h>

static int on_target(http_parser *parser, const char *at, size_t size) {
  return record_target(parser->data, at, size);
}

static int on_name(http_parser *parser, const char *at, size_t size) {
  return record_name(parser->data, at, size);
}

static int on_value(http_parser *parser, const char *at, size_t size) {
  return record_value(parser->data, at, size);
}

static int on_head(http_parser *parser) {
  return record_head(parser->data);
}

static int on_end(http_parser *parser) {
  return record_end(parser->data);
}

static void parse(void *context, size_t turns) {
  const mt_slice *bytes = context;
  record kept;
  http_parser parser;
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_url = on_target;
  settings.on_header_field = on_name;
  settings.on_header_value = on_value;
  settings.on_headers_complete = on_head;
  settings.on_message_complete = on_end;
  http_parser_init(&parser, HTTP_REQUEST);
  parser.data = &kept;
  for (size_t turn = 0; turn < turns; turn++) {
    size_t parsed = http_parser_execute(&parser, &settings, bytes->data, bytes->size);
    demand(parsed == bytes->size && kept.is_complete, "http-parser refuses a request");
    keep(&kept);
  }
}

int main(void) {
  char subject[32];
  snprintf(subject, sizeof subject, "http-parser %d.%d", HTTP_PARSER_VERSION_MAJOR,
           HTTP_PARSER_VERSION_MINOR);
  for (size_t i = 0; i < SAMPLES; i++) {
    mt_slice bytes = samples[i].bytes;
    time_work(subject, samples[i].name, bytes.size, parse, &bytes);
  }
  return 0;
}
