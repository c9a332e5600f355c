/* The chunked coding: one outcome however a body arrives, the one that RFC 9112 §7.1 read by the
 * letter has; the data that another parser finds; and back again what our own writer wrote.
 *
 * Input: two octets of chance, then the coded body; for the way back, the data. */
#include "codec/h1/chunked.h"
#include "codec/h1/writer.h"
#include "fuzz.h"
#include "other_parser.h"

enum { BODY_BYTES = FUZZ_STAGE_BYTES };

typedef struct outcome {
  mt__chunked_result result; /* never MT__CHUNKED_DATA */
  const char *reason;
  size_t consumed;
  size_t size; /* of the data */
  char data[BODY_BYTES];
  bool is_data[BODY_BYTES]; /* for each octet of the input */
} outcome;

/* --- one outcome --- */

static void note_data(outcome *out, size_t offset, mt_slice data) {
  fuzz_require(data.size > 0 && data.size <= BODY_BYTES - out->size);
  memcpy(out->data + out->size, data.data, data.size);
  memset(out->is_data + offset, true, data.size);
  out->size += data.size;
}

/** Decodes the octets from `out->consumed` to `end`. */
static void decode_to(mt__chunked *decoder, const char *bytes, size_t end, outcome *out) {
  do {
    const mt_slice rest = {bytes + out->consumed, end - out->consumed};
    size_t consumed = SIZE_MAX;
    mt_slice data = {NULL, 0};
    out->result = mt__chunked_decode(decoder, rest, &consumed, &data);
    fuzz_require(consumed <= rest.size);
    out->consumed += consumed;
    if (out->result != MT__CHUNKED_DATA) break;
    fuzz_require(data.data + data.size == bytes + out->consumed);
    note_data(out, out->consumed - data.size, data);
  } while (true);
  fuzz_require(out->result != MT__CHUNKED_MORE || out->consumed == end);
}

/** An end stays one, whatever comes behind it. */
static void require_stays(mt__chunked *decoder, const outcome *out) {
  if (out->result == MT__CHUNKED_MORE) return;
  size_t consumed = SIZE_MAX;
  mt_slice data = {NULL, 0};
  fuzz_require(mt__chunked_decode(decoder, MT_SLICE("1\r\n"), &consumed, &data) == out->result);
  fuzz_require(consumed == 0);
}

static void decode(mt_slice bytes, fuzz_split split, outcome *out) {
  static fuzz_stage stage;
  fuzz_require(fuzz_stage_fill(&stage, bytes));
  mt__chunked decoder;
  mt__chunked_init(&decoder);
  memset(out->is_data, false, bytes.size);
  out->consumed = out->size = 0;
  size_t size = 0;
  do {
    size += fuzz_split_next(&split, bytes.size - size);
    fuzz_stage_show(&stage, size);
    decode_to(&decoder, stage.bytes, size, out);
  } while (out->result == MT__CHUNKED_MORE && size < bytes.size);
  require_stays(&decoder, out);
  out->reason = decoder.reject_reason;
}

static void require_same(const outcome *a, const outcome *b) {
  fuzz_require(a->result == b->result && a->consumed == b->consumed);
  fuzz_require((a->reason == NULL) == (b->reason == NULL));
  fuzz_require(!a->reason || strcmp(a->reason, b->reason) == 0);
  fuzz_require(a->size == b->size && memcmp(a->data, b->data, a->size) == 0);
}

static void decode_in_every_way(mt_slice bytes, uint32_t random, outcome *first) {
  static const uint32_t strides[] = {1, 3, 20};
  static outcome other;
  decode(bytes, (fuzz_split){0, random}, first);
  for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
    decode(bytes, (fuzz_split){strides[i], random}, &other);
    require_same(first, &other);
  }
}

/* --- by the letter --- */

typedef enum verdict { GOOD, SHORT, BAD } verdict;

/** Stops at the octet that is bad, or at the end when more is needed. */
typedef struct reader {
  mt_slice bytes;
  size_t at;
  size_t data; /* octets of it */
} reader;

static bool is_next(const reader *r, const char *set) {
  return r->at < r->bytes.size && r->bytes.data[r->at] && strchr(set, r->bytes.data[r->at]);
}

static verdict refuse(const reader *r) {
  return r->at == r->bytes.size ? SHORT : BAD;
}

static verdict expect(reader *r, const char *text) {
  for (; *text; text++, r->at++)
    if (r->at == r->bytes.size || r->bytes.data[r->at] != *text) return refuse(r);
  return GOOD;
}

static void skip_white(reader *r) {
  while (is_next(r, " \t")) r->at++;
}

/** 1*HEXDIG, 16 at most, below 2^63. */
static verdict read_size(reader *r, uint64_t *size) {
  static const char digits[] = "0123456789abcdef0123456789ABCDEF";
  size_t begin = r->at;
  *size = 0;
  for (; is_next(r, digits); r->at++) {
    if (r->at - begin == 16 || *size >= UINT64_C(1) << 59) return BAD;
    *size = *size * 16 + (uint64_t)(strchr(digits, r->bytes.data[r->at]) - digits) % 16;
  }
  return r->at > begin ? GOOD : refuse(r);
}

static verdict read_token(reader *r) {
  size_t begin = r->at;
  while (r->at < r->bytes.size && fuzz_is_token((mt_slice){r->bytes.data + r->at, 1})) r->at++;
  return r->at > begin ? GOOD : refuse(r);
}

/** The octets between and behind the quotation marks: RFC 9110 §5.6.4. */
static verdict read_quoted(reader *r) {
  for (r->at++; !is_next(r, "\""); r->at++) {
    if (is_next(r, "\\")) r->at++;
    bool is_text =
        r->at < r->bytes.size && fuzz_is_field_value((mt_slice){r->bytes.data + r->at, 1});
    if (!is_text) return refuse(r);
  }
  r->at++;
  return GOOD;
}

/** ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ], from the ";" on. */
static verdict read_extension(reader *r) {
  r->at++;
  skip_white(r);
  verdict so_far = read_token(r);
  if (so_far != GOOD) return so_far;
  bool has_space = is_next(r, " \t");
  skip_white(r);
  if (!is_next(r, "=")) return has_space && !is_next(r, ";") ? refuse(r) : GOOD;
  r->at++;
  skip_white(r);
  return is_next(r, "\"") ? read_quoted(r) : read_token(r);
}

/** *( BWS extension ) CRLF */
static verdict read_line_end(reader *r) {
  while (!is_next(r, "\r")) {
    skip_white(r);
    verdict so_far = is_next(r, ";") ? read_extension(r) : refuse(r);
    if (so_far != GOOD) return so_far;
  }
  return expect(r, "\r\n");
}

static verdict read_data(reader *r, uint64_t size) {
  size_t left = r->bytes.size - r->at;
  size_t taken = size < left ? (size_t)size : left;
  r->at += taken;
  r->data += taken;
  return expect(r, "\r\n");
}

static verdict read_body(reader *r) {
  uint64_t size = 1;
  verdict so_far = GOOD;
  while (so_far == GOOD && size > 0) {
    so_far = read_size(r, &size);
    if (so_far == GOOD) so_far = read_line_end(r);
    if (so_far == GOOD && size > 0) so_far = read_data(r, size);
  }
  return so_far;
}

static void read_by_the_letter(mt_slice bytes, const outcome *ours) {
  static const mt__chunked_result results[] = {
      [GOOD] = MT__CHUNKED_TRAILERS, [SHORT] = MT__CHUNKED_MORE, [BAD] = MT__CHUNKED_REJECTED};
  reader r = {bytes, 0, 0};
  verdict found = read_body(&r);
  fuzz_require(ours->result == results[found]);
  fuzz_require(ours->consumed == r.at + (found == BAD)); /* the bad octet was looked at */
  fuzz_require(ours->size == r.data);
}

/* --- the other parser --- */

/** It takes SP alone for the white space behind a size, where HTAB may stand too (RFC 9112 §7.1.1:
 * BWS): it gets SP for HTAB, except in the data. */
static mt_slice make_message(char *out, size_t at, mt_slice bytes, const outcome *ours) {
  for (size_t i = 0; i < ours->consumed; i++) {
    bool is_tab = bytes.data[i] == '\t' && !ours->is_data[i];
    out[at++] = is_tab ? ' ' : bytes.data[i];
  }
  memcpy(out + at, "\r\n", 2);
  return (mt_slice){out, at + 2};
}

/** Outside the data every CR is before an LF and every LF behind a CR: the other parser passes over
 * either. */
static void require_whole_lines(mt_slice bytes, const outcome *ours) {
  char last = 0; /* octet outside the data */
  for (size_t at = 0; at < ours->consumed; at++) {
    if (ours->is_data[at]) continue;
    fuzz_require((last == '\r') == (bytes.data[at] == '\n'));
    last = bytes.data[at];
  }
  fuzz_require(last == '\n');
}

static void compare(mt_slice bytes, const outcome *ours) {
  static const char head[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  static char message_bytes[sizeof head + BODY_BYTES + 2], body[BODY_BYTES];
  static other_message other;
  memcpy(message_bytes, head, sizeof head - 1);
  mt_slice message = make_message(message_bytes, sizeof head - 1, bytes, ours);
  other.body = body;
  other.body_capacity = sizeof body;
  other_parse_request(message, &other);
  fuzz_require(!other.error && other.is_complete && other.consumed + 1 >= message.size);
  fuzz_require(other.body_size == ours->size && memcmp(body, ours->data, ours->size) == 0);
}

/* --- there and back --- */

static size_t put(char *out, size_t at, mt_slice text) {
  if (text.size) memcpy(out + at, text.data, text.size);
  return at + text.size;
}

static size_t put_chunk_line(char *out, size_t at, uint64_t size) {
  size_t line = mt__h1_write_chunk_line(out + at, size);
  fuzz_require(line <= MT__H1_CHUNK_LINE_BOUND);
  return at + line;
}

static void encode_and_decode(mt_slice data, uint32_t random) {
  enum { PIECES = BODY_BYTES / 32 };
  static char coded[BODY_BYTES];
  static outcome out;
  if (data.size > PIECES) return;
  size_t size = 0;
  fuzz_split split = {1 + random % 64, random};
  for (size_t at = 0, step; at < data.size; at += step) {
    step = fuzz_split_next(&split, data.size - at);
    size = put_chunk_line(coded, size, step);
    size = put(coded, size, (mt_slice){data.data + at, step});
    size = put(coded, size, MT_SLICE("\r\n"));
  }
  size = put(coded, size, MT_SLICE("0\r\n"));
  decode((mt_slice){coded, size}, split, &out);
  fuzz_require(out.result == MT__CHUNKED_TRAILERS && out.consumed == size);
  fuzz_require(fuzz_same((mt_slice){out.data, out.size}, data));
}

/** Sizes that no body here could have. */
static void write_and_read_size(uint64_t size) {
  char line[MT__H1_CHUNK_LINE_BOUND];
  if (size == 0) return;
  size_t written = put_chunk_line(line, 0, size);
  mt__chunked decoder;
  mt__chunked_init(&decoder);
  size_t consumed;
  mt_slice data;
  mt__chunked_result result =
      mt__chunked_decode(&decoder, (mt_slice){line, written}, &consumed, &data);
  fuzz_require(result == (size <= INT64_MAX ? MT__CHUNKED_MORE : MT__CHUNKED_REJECTED));
  fuzz_require(result == MT__CHUNKED_REJECTED || decoder.left == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static outcome first;
  mt_slice input = {(const char *)data, size};
  uint32_t random = (uint32_t)fuzz_take_number(&input, 2) + 1;
  if (input.size > BODY_BYTES) return -1;
  decode_in_every_way(input, random, &first);
  read_by_the_letter(input, &first);
  if (first.result == MT__CHUNKED_TRAILERS) {
    require_whole_lines(input, &first);
    compare(input, &first);
  }
  encode_and_decode(input, random);
  if (input.size >= 8) write_and_read_size(fuzz_take_number(&input, 8) >> random % 64);
  return 0;
}
