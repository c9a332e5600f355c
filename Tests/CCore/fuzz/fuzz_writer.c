/* What a handler says and what leaves as a head: fields go in through the public functions, beside
 * a list that does the same by the letter; the head has to fit its bound and to be, for another
 * parser, exactly that status and those fields, whatever a value tries to smuggle in.
 *
 * Input: the body's kind, the connection's, the status (2 octets) and the length (8 octets); then
 * records that end with RS: what to do ("a" add, "s" set, "r" remove, "g" get), name, US, value. */
#include <martlet/response.h>

#include "base/slice.h"
#include "codec/h1/writer.h"
#include "connection/response.h"
#include "fuzz.h"
#include "other_parser.h"

enum { FIELDS_MAX = 64, HEAD_BYTES = FUZZ_STAGE_BYTES, RS = 0x1e, US = 0x1f };

#define PRESET "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: Martlet\r\n"
enum { PRESET_FIELDS = 2 };

/** The fields as they should be, and whether the handler asked for the connection's end. */
typedef struct model {
  mt_field fields[FIELDS_MAX];
  uint32_t count;
  bool wants_close;
} model;

/* --- by the letter --- */

static bool is_named(mt_slice name, const char *word) {
  return mt__slice_equal_nocase(name, mt_slice_from(word));
}

static bool is_servers(mt_slice name) {
  static const char *const words[] = {"Connection", "Content-Length", "Transfer-Encoding",
                                      "Keep-Alive", "Date",           "Server"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (is_named(name, words[i])) return true;
  return false;
}

static bool says_close(mt_slice name, mt_slice value) {
  return is_named(name, "Connection") && is_named(value, "close");
}

static mt_status model_add(model *self, mt_slice name, mt_slice value) {
  if (!fuzz_is_token(name) || !fuzz_is_field_value(value)) return MT_ERROR_INVALID_ARGUMENT;
  if (says_close(name, value)) {
    self->wants_close = true;
    return MT_OK;
  }
  if (is_servers(name)) return MT_ERROR_INVALID_ARGUMENT;
  self->fields[self->count++] = (mt_field){name, value};
  return MT_OK;
}

static void model_remove(model *self, mt_slice name) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < self->count; i++) {
    bool goes = mt__slice_equal_nocase(self->fields[i].name, name);
    if (!goes) self->fields[kept++] = self->fields[i];
  }
  self->count = kept;
  if (is_named(name, "Connection")) self->wants_close = false;
}

static mt_status model_set(model *self, mt_slice name, mt_slice value) {
  model without = *self;
  model_remove(&without, name);
  mt_status status = model_add(&without, name, value);
  if (status == MT_OK) *self = without;
  return status;
}

static const mt_field *model_find(const model *self, mt_slice name) {
  for (uint32_t i = 0; i < self->count; i++)
    if (mt__slice_equal_nocase(self->fields[i].name, name)) return &self->fields[i];
  return NULL;
}

/* --- both at once --- */

static void get(const mt_response *response, const model *expected, mt_slice name) {
  mt_slice value;
  const mt_field *field = model_find(expected, name);
  fuzz_require(mt_response_field_get(response, name, &value) == (field != NULL));
  fuzz_require(!field || fuzz_same(value, field->value));
}

static void obey(mt_response *response, model *expected, mt_slice record) {
  unsigned char what = fuzz_take(&record);
  mt_slice name = fuzz_take_until(&record, US);
  switch (what) {
  case 'a':
    fuzz_require(mt_response_field_add(response, name, record) ==
                 model_add(expected, name, record));
    break;
  case 's':
    fuzz_require(mt_response_field_set(response, name, record) ==
                 model_set(expected, name, record));
    break;
  case 'r':
    fuzz_require(mt_response_field_remove(response, name) == MT_OK);
    model_remove(expected, name);
    break;
  default:
    get(response, expected, name);
  }
}

/** 200 … 599, or what stood there before. */
static void set_status(mt_response *response, int status) {
  bool is_good = status >= 200 && status <= 599;
  int before = mt_response_status_get(response);
  mt_status outcome = mt_response_status_set(response, status);
  fuzz_require(outcome == (is_good ? MT_OK : MT_ERROR_INVALID_ARGUMENT));
  fuzz_require(mt_response_status_get(response) == (is_good ? status : before));
}

/* --- the head --- */

static void require_field(const mt_field *theirs, mt_slice name, mt_slice value) {
  fuzz_require(fuzz_same(theirs->name, name));
  fuzz_require(fuzz_same(mt__slice_trim(theirs->value), mt__slice_trim(value)));
}

/** The fields that the writer adds behind the handler's. */
static void require_servers(const mt__h1_response_head *head, const other_message *other,
                            uint32_t at) {
  char digits[24];
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)head->content_length);
  if (head->body == MT__H1_BODY_LENGTH)
    require_field(&other->fields[at++], MT_SLICE("Content-Length"), mt_slice_from(digits));
  if (head->body == MT__H1_BODY_CHUNKED)
    require_field(&other->fields[at++], MT_SLICE("Transfer-Encoding"), MT_SLICE("chunked"));
  if (head->persistence == MT__H1_KEEP_SAID)
    require_field(&other->fields[at++], MT_SLICE("Connection"), MT_SLICE("keep-alive"));
  if (head->persistence == MT__H1_CLOSE)
    require_field(&other->fields[at++], MT_SLICE("Connection"), MT_SLICE("close"));
  fuzz_require(other->field_count == at);
}

static void require_head(const mt__h1_response_head *head, const other_message *other,
                         const model *expected) {
  fuzz_require(!other->error && other->has_head && other->minor_version == 1);
  fuzz_require(other->status == head->status);
  require_field(&other->fields[0], MT_SLICE("Date"), MT_SLICE("Sun, 06 Nov 1994 08:49:37 GMT"));
  for (uint32_t i = 0; i < expected->count; i++) {
    const mt_field *field = &expected->fields[i];
    require_field(&other->fields[PRESET_FIELDS + i], field->name, field->value);
  }
  require_servers(head, other, PRESET_FIELDS + expected->count);
  fuzz_require(other->is_chunked == (head->body == MT__H1_BODY_CHUNKED));
  fuzz_require(other->has_length == (head->body == MT__H1_BODY_LENGTH));
  fuzz_require(!other->has_length || other->content_length == head->content_length);
  fuzz_require(other->says_close == (head->persistence == MT__H1_CLOSE));
}

/** The first empty line is the end. */
static void require_one_end(mt_slice head) {
  for (size_t at = 0; at + 4 <= head.size; at++) {
    bool is_end = memcmp(head.data + at, "\r\n\r\n", 4) == 0;
    fuzz_require(is_end == (at + 4 == head.size));
  }
}

static bool is_mistaken(const model *expected) {
  for (uint32_t i = 0; i < expected->count; i++)
    if (other_mistakes(expected->fields[i].name)) return true;
  return false;
}

static void write_and_read(const mt__h1_response_head *head, const model *expected) {
  static fuzz_stage stage;
  static other_message other;
  size_t bound = mt__h1_head_bound(head);
  fuzz_require(fuzz_stage_fill(&stage, MT_SLICE("")) && bound <= HEAD_BYTES);
  fuzz_stage_show(&stage, bound);
  size_t size = mt__h1_write_head(stage.bytes, head);
  fuzz_require(size <= bound);
  fuzz_stage_show(&stage, size);
  mt_slice written = {stage.bytes, size};
  require_one_end(written);
  if (is_mistaken(expected)) return;
  other_parse_response_head(written, &other);
  require_head(head, &other, expected);
}

/** An exchange with nothing but what filling its response needs. */
static mt_response *start_response(mt_exchange *exchange) {
  memset(&exchange->response, 0, sizeof exchange->response);
  exchange->response.status = 200;
  mt__arena_init(&exchange->arena, &mt__allocator_system, exchange->block, sizeof exchange->block);
  return &exchange->response;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static mt_exchange exchange;
  mt_slice input = {(const char *)data, size};
  mt__h1_response_head head = {.body = (mt__h1_body)(fuzz_take(&input) % 3),
                               .persistence = (mt__h1_persistence)(fuzz_take(&input) % 3),
                               .preset = MT_SLICE(PRESET)};
  mt_response *response = start_response(&exchange);
  model expected = {.count = 0};
  set_status(response, (int)fuzz_take_number(&input, 2) % 1024);
  head.content_length = fuzz_take_number(&input, 8) >> 1;
  for (int i = 0; i < FIELDS_MAX && input.size; i++)
    obey(response, &expected, fuzz_take_until(&input, RS));
  fuzz_require(response->wants_close == expected.wants_close);
  head.status = response->status;
  head.fields = (mt_slice){response->fields, response->fields_size};
  write_and_read(&head, &expected);
  mt__arena_reset(&exchange.arena);
  return 0;
}
