#include "answers.h"

#include <stdint.h>
#include <string.h>

#include "base/number.h"
#include "base/slice.h"
#include "http/words.h"

typedef struct answer_head {
  int status;
  bool has_length, is_chunked, is_closing;
  uint64_t length;
} answer_head;

/** The line at the front without its CRLF, taken off; false: it is not whole. */
static bool take_line(mt_slice *rest, mt_slice *line) {
  for (size_t at = 0; at + 1 < rest->size; at++) {
    if (rest->data[at] != '\r' || rest->data[at + 1] != '\n') continue;
    *line = (mt_slice){rest->data, at};
    *rest = (mt_slice){rest->data + at + 2, rest->size - at - 2};
    return true;
  }
  return false;
}

static const char *read_status(mt_slice line, answer_head *head) {
  static const char version[] = "HTTP/1.1 ";
  if (line.size < 13 || memcmp(line.data, version, 9) != 0 || line.data[12] != ' ')
    return "no status line";
  uint64_t status;
  if (!mt__number_parse_decimal((mt_slice){line.data + 9, 3}, 599, &status) || status < 100)
    return "no status";
  head->status = (int)status;
  return NULL;
}

static const char *read_field(mt_slice line, answer_head *head) {
  mt_slice rest = line;
  mt_slice name = mt__slice_cut(&rest, ':');
  mt_slice value = mt__slice_trim(rest);
  if (!rest.data || !mt__is_token(name) || !mt__is_field_value(value)) return "no field line";
  if (mt__slice_equal_nocase(name, MT_SLICE("content-length"))) {
    if (head->has_length) return "two lengths";
    head->has_length = true;
    if (!mt__number_parse_decimal(value, INT64_MAX, &head->length)) return "no length";
  }
  if (mt__slice_equal_nocase(name, MT_SLICE("transfer-encoding"))) head->is_chunked = true;
  if (mt__slice_equal_nocase(name, MT_SLICE("connection")))
    head->is_closing |= mt__slice_equal_nocase(value, MT_SLICE("close"));
  return head->is_chunked && head->has_length ? "two framings" : NULL;
}

/** True: the head is whole, or `*offence` says what is wrong with it. */
static bool read_head(mt_slice *rest, answer_head *head, const char **offence) {
  mt_slice line;
  if (!take_line(rest, &line)) return false;
  *offence = read_status(line, head);
  while (!*offence && take_line(rest, &line)) {
    if (line.size == 0) return true;
    *offence = read_field(line, head);
  }
  return *offence != NULL;
}

static bool skip(mt_slice *rest, uint64_t size) {
  if (size > rest->size) return false;
  *rest = (mt_slice){rest->data + size, rest->size - (size_t)size};
  return true;
}

static bool read_size(mt_slice line, uint64_t *size) {
  *size = 0;
  for (size_t i = 0; i < line.size; i++) {
    int digit = mt__number_hex_digit(line.data[i]);
    if (digit < 0) return false;
    *size = *size << 4 | (uint64_t)digit;
  }
  return line.size > 0 && line.size <= 15;
}

/** Chunks without extensions and trailers, which is how the server writes them. */
static bool read_chunks(mt_slice *rest, const char **offence) {
  mt_slice line;
  uint64_t size;
  while (take_line(rest, &line)) {
    if (!read_size(line, &size)) *offence = "no chunk size";
    if (*offence || !skip(rest, size)) return false;
    if (rest->size < 2) return false;
    if (memcmp(rest->data, "\r\n", 2) != 0) *offence = "a chunk longer than its size";
    if (*offence) return false;
    skip(rest, 2);
    if (size == 0) return true;
  }
  return false;
}

static bool read_body(mt_slice *rest, const answer_head *head, const char **offence) {
  if (head->status < 200 || head->status == 204 || head->status == 304) return true;
  if (head->is_chunked) return read_chunks(rest, offence);
  if (head->has_length) return skip(rest, head->length);
  if (!head->is_closing) *offence = "a body without an end";
  return skip(rest, rest->size);
}

answers answers_read(mt_slice output) {
  answers all = {0};
  mt_slice rest = output;
  while (rest.size && !all.offence) {
    answer_head head = {0};
    if (all.is_closing) all.offence = "something behind the last response";
    all.is_cut = !read_head(&rest, &head, &all.offence) || all.offence ||
                 !read_body(&rest, &head, &all.offence);
    all.is_closing |= head.is_closing;
    if (all.is_cut || all.offence) break;
    all.last_status = head.status;
    all.whole += head.status >= 200;
  }
  return all;
}
