/** Feeds one message to the parser in every way it may arrive, on every vector kind, and shows that
 * the outcome is one. */
#ifndef MT_TESTS_CODEC_H1_FEEDING_H
#define MT_TESTS_CODEC_H1_FEEDING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/h1/parser.h"

/** MT_SLICE for tables with static storage. */
#define LITERAL(text)                                                                              \
  { ("" text), sizeof(text) - 1 }

enum { FEED_FIELDS = 64, FEED_TEXT = 16384 };

typedef struct feed_setup {
  mt__h1_limits limits;
  bool is_trailers;
} feed_setup;

typedef struct feed_outcome {
  mt__h1_result result;
  int status;
  const char *reason;
  uint32_t size;        /* of the complete head */
  char text[FEED_TEXT]; /* everything else that the parser found */
} feed_outcome;

static const feed_setup feed_defaults = {{8192, 16384, FEED_FIELDS}, false};

static inline uint32_t feed_random(uint32_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 17;
  *seed ^= *seed << 5;
  return *seed;
}

static inline size_t feed_print_slice(char *out, size_t room, const char *label, mt_slice text) {
  int size = snprintf(out, room, " %s[", label);
  assert_true(size > 0 && (size_t)size + text.size + 2 < room);
  if (text.size > 0) memcpy(out + size, text.data, text.size);
  out[(size_t)size + text.size] = ']';
  out[(size_t)size + text.size + 1] = '\0';
  return (size_t)size + text.size + 1;
}

static inline size_t feed_print_fields(char *out, size_t room, const mt__head *head) {
  size_t at = 0;
  for (uint32_t i = 0; i < head->field_count; i++) {
    mt_field field = mt__head_field(head, i);
    char label[160];
    assert_true(field.name.size < sizeof label);
    snprintf(label, sizeof label, "%.*s", (int)field.name.size, field.name.data);
    at += feed_print_slice(out + at, room - at, label, field.value);
  }
  return at;
}

/** "GET[/a] 1.1 origin path[/a] query[] authority[x] none keep Host[x]" */
static inline void feed_print_head(char *out, size_t room, const mt__head *head) {
  static const char *const forms[] = {"origin", "absolute", "authority", "asterisk"};
  static const char *const framings[] = {"none", "length", "chunked"};
  char method[64];
  mt_slice name = mt__head_slice(head, head->method_name);
  snprintf(method, sizeof method, "%.*s", (int)name.size, name.data);
  size_t at = feed_print_slice(out, room, method, mt__head_slice(head, head->target));
  at += (size_t)snprintf(out + at, room - at, " 1.%u %s", head->minor_version,
                         forms[head->target_form]);
  at += feed_print_slice(out + at, room - at, "path", mt__head_slice(head, head->path));
  at += feed_print_slice(out + at, room - at, "query", mt__head_slice(head, head->query));
  at += feed_print_slice(out + at, room - at, "authority", mt__head_slice(head, head->authority));
  at += (size_t)snprintf(out + at, room - at, " %s", framings[head->framing]);
  if (head->framing == MT__FRAMING_LENGTH) {
    at += (size_t)snprintf(out + at, room - at, ":%llu", (unsigned long long)head->content_length);
  }
  at += (size_t)snprintf(out + at, room - at, "%s%s%s", head->keep_alive ? " keep" : " close",
                         head->expects_continue ? " expects" : "",
                         head->path_needs_decoding ? " escaped" : "");
  feed_print_fields(out + at, room - at, head);
}

static inline void feed_finish(feed_outcome *outcome, const feed_setup *setup,
                               const mt__h1_parser *parser, const mt__head *head) {
  outcome->status = parser->reject_status;
  outcome->reason = parser->reject_reason ? parser->reject_reason : "";
  outcome->size = 0;
  outcome->text[0] = '\0';
  if (outcome->result != MT__H1_COMPLETE) return;
  outcome->size = head->size;
  if (setup->is_trailers)
    feed_print_fields(outcome->text, FEED_TEXT, head);
  else
    feed_print_head(outcome->text, FEED_TEXT, head);
}

/** Feeds prefixes of `bytes`, each in a heap block of its exact size, 1 … `stride` octets longer
 * than the one before (0: all at once). */
static inline void feed_split(feed_outcome *outcome, mt_slice bytes, const feed_setup *setup,
                              mt__scan_kind kind, size_t stride, uint32_t seed) {
  mt__field_place fields[FEED_FIELDS];
  memset(fields, 0xa5, sizeof fields);
  mt__head head;
  memset(&head, 0xa5, sizeof head);
  head.fields = fields;
  head.field_capacity = FEED_FIELDS;
  mt__h1_parser parser;
  if (setup->is_trailers)
    mt__h1_parser_init_trailers(&parser, &setup->limits, kind);
  else
    mt__h1_parser_init(&parser, &setup->limits, kind);
  char *copy = NULL;
  size_t size = 0;
  do {
    size_t step = stride == 0 ? bytes.size : 1 + feed_random(&seed) % stride;
    size = step < bytes.size - size ? size + step : bytes.size;
    free(copy);
    copy = malloc(size);
    if (size > 0) memcpy(copy, bytes.data, size);
    outcome->result = mt__h1_parser_feed(&parser, copy, size, &head);
    assert_true(parser.position <= size);
  } while (outcome->result == MT__H1_INCOMPLETE && size < bytes.size);
  assert_int_equal(mt__h1_parser_feed(&parser, copy, size, &head), outcome->result);
  feed_finish(outcome, setup, &parser, &head);
  free(copy);
}

static inline void feed_assert_same(const feed_outcome *a, const feed_outcome *b) {
  assert_int_equal(a->result, b->result);
  assert_string_equal(a->reason, b->reason);
  assert_int_equal(a->status, b->status);
  assert_int_equal(a->size, b->size);
  assert_string_equal(a->text, b->text);
}

/** What stands behind the end of a message must not matter. */
static inline void feed_with_more(const feed_outcome *expected, mt_slice bytes,
                                  const feed_setup *setup, mt__scan_kind kind) {
  static const char more[] = "GET /next HTTP/1.1\r\nHost: \x01\x7f\x80\xff:::\n\r next\r\n\r\n"
                             "                                                    \t\t\t";
  if (expected->result == MT__H1_INCOMPLETE) return;
  char *all = malloc(bytes.size + sizeof more);
  if (bytes.size > 0) memcpy(all, bytes.data, bytes.size);
  memcpy(all + bytes.size, more, sizeof more);
  feed_outcome outcome;
  feed_split(&outcome, (mt_slice){all, bytes.size + sizeof more}, setup, kind, 0, 1);
  feed_assert_same(&outcome, expected);
  free(all);
}

/** The one outcome of `bytes`: whole, octet by octet, at random splits, with more behind. */
static inline void feed(feed_outcome *expected, mt_slice bytes, const feed_setup *setup) {
  static const size_t strides[] = {1, 2, 3, 7, 20, 40, 100};
  feed_split(expected, bytes, setup, MT__SCAN_SCALAR, 0, 1);
  for (int kind = MT__SCAN_SCALAR; kind <= MT__SCAN_NEON; kind++) {
    if (!mt__scan_supports((mt__scan_kind)kind)) continue;
    feed_outcome outcome;
    feed_split(&outcome, bytes, setup, (mt__scan_kind)kind, 0, 1);
    feed_assert_same(&outcome, expected);
    for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
      feed_split(&outcome, bytes, setup, (mt__scan_kind)kind, strides[i], 4711 + (uint32_t)i);
      feed_assert_same(&outcome, expected);
    }
    feed_with_more(expected, bytes, setup, (mt__scan_kind)kind);
  }
}

/** A message that is complete with its last octet, and what is found in it. */
static inline void feed_good(mt_slice bytes, const char *text) {
  feed_outcome outcome;
  feed(&outcome, bytes, &feed_defaults);
  assert_string_equal(outcome.reason, "");
  assert_int_equal(outcome.result, MT__H1_COMPLETE);
  assert_int_equal(outcome.size, bytes.size);
  assert_string_equal(outcome.text, text);
}

static inline void feed_bad(mt_slice bytes, int status, const char *reason) {
  feed_outcome outcome;
  feed(&outcome, bytes, &feed_defaults);
  if (outcome.result != MT__H1_REJECTED) {
    print_error("not refused: %.*s\n", (int)bytes.size, bytes.data);
  }
  assert_int_equal(outcome.result, MT__H1_REJECTED);
  assert_string_equal(outcome.reason, reason);
  assert_int_equal(outcome.status, status);
}

#endif
