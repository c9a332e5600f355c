/* A body made for this request, with its type, and text of the peer's where it can do no harm. */
#include "serve.h"
#include "tour.h"

#include <stdio.h>

enum { JSON_BYTES = 2048 };

/* Text that grows inside `bytes`; what does not fit is a failure, and no cut. */
typedef struct json_text {
  char bytes[JSON_BYTES];
  size_t size;
  bool is_too_long;
} json_text;

static void put(json_text *text, mt_slice bytes) {
  if (text->is_too_long || bytes.size > sizeof text->bytes - text->size) {
    text->is_too_long = true;
    return;
  }
  memcpy(text->bytes + text->size, bytes.data, bytes.size);
  text->size += bytes.size;
}

/* RFC 8259 §7: quote, backslash and control characters are escaped. */
static void put_escaped(json_text *text, mt_slice value) {
  for (size_t i = 0; i < value.size; i++) {
    unsigned char octet = (unsigned char)value.data[i];
    char escaped[8];
    if (octet == '"' || octet == '\\' || octet < 0x20) {
      int size = snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)octet);
      put(text, (mt_slice){escaped, (size_t)size});
    } else {
      put(text, (mt_slice){value.data + i, 1});
    }
  }
}

static void answer(mt_response *response, mt_slice name) {
  json_text text = {.size = 0};
  put(&text, MT_SLICE("{\"message\":\"Hello, "));
  put_escaped(&text, name);
  put(&text, MT_SLICE("!\"}"));
  if (text.is_too_long) {
    mt_response_status_set(response, 414);
    return;
  }
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("application/json"));
  mt_response_body_copy(response, (mt_slice){text.bytes, text.size});
}

static void answer_json(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  answer(response, MT_SLICE("World"));
}

static void answer_named(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  answer(response, mt_request_parameter_at(request, 0).value);
}

mt_status add_json(mt_server *server, void *user_data, mt_error *error) {
  (void)user_data;
  mt_status status = mt_server_route(server, MT_METHOD_GET, MT_SLICE("/json"), answer_json, NULL,
                                     NULL, NULL, error);
  if (status != MT_OK) return status;
  return mt_server_route(server, MT_METHOD_GET, MT_SLICE("/json/{name}"), answer_named, NULL, NULL,
                         NULL, error);
}

#ifndef PART_OF_TOUR
int main(void) {
  return serve(add_json, NULL);
}
#endif
