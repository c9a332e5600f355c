/* The same for Node's parser of today, which SwiftNIO carries under names of its own. Where its
 * header is not on the path, as when this file is only looked over, there is nothing to time. */
#if __has_include(<c_nio_llhttp.h>)
#include <c_nio_llhttp.h>

#include "recording.h"
#include "timing.h"

#include <stdio.h>

/* For which CPU, where it is not any. */
#ifndef BUILT
#define BUILT ""
#endif

static int on_target(llhttp_t *parser, const char *at, size_t size) {
  return record_target(parser->data, at, size);
}

static int on_name(llhttp_t *parser, const char *at, size_t size) {
  return record_name(parser->data, at, size);
}

static int on_value(llhttp_t *parser, const char *at, size_t size) {
  return record_value(parser->data, at, size);
}

static int on_head(llhttp_t *parser) {
  return record_head(parser->data);
}

static int on_end(llhttp_t *parser) {
  return record_end(parser->data);
}

static void parse(void *context, size_t turns) {
  const mt_slice *bytes = context;
  record kept;
  llhttp_t parser;
  llhttp_settings_t settings;
  c_nio_llhttp_settings_init(&settings);
  settings.on_url = on_target;
  settings.on_header_field = on_name;
  settings.on_header_value = on_value;
  settings.on_headers_complete = on_head;
  settings.on_message_complete = on_end;
  c_nio_llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &kept;
  for (size_t turn = 0; turn < turns; turn++) {
    llhttp_errno_t error = c_nio_llhttp_execute(&parser, bytes->data, bytes->size);
    demand(error == HPE_OK && kept.is_complete, "llhttp refuses a request");
    keep(&kept);
  }
}

int main(void) {
  char subject[64];
  snprintf(subject, sizeof subject, "llhttp %d.%d" BUILT, LLHTTP_VERSION_MAJOR,
           LLHTTP_VERSION_MINOR);
  for (size_t i = 0; i < SAMPLES; i++) {
    mt_slice bytes = samples[i].bytes;
    time_work(subject, samples[i].name, bytes.size, parse, &bytes);
  }
  return 0;
}
#else
int main(void) {
  return 1;
}
#endif
