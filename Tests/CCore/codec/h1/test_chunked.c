#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/h1/chunked.h"

/* MT_SLICE for tables with static storage. */
#define LITERAL(text)                                                                              \
  { ("" text), sizeof(text) - 1 }

typedef struct outcome {
  mt__chunked_result result;
  const char *reason;
  size_t consumed;
  char body[65536];
  size_t size;
} outcome;

static uint32_t next_random(uint32_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 17;
  *seed ^= *seed << 5;
  return *seed;
}

/* Decodes one piece of input, in a heap block of its exact size, until all of it is consumed. */
static void decode_piece(mt__chunked *decoder, mt_slice piece, outcome *all) {
  char *copy = malloc(piece.size);
  assert_non_null(copy);
  if (piece.size > 0) memcpy(copy, piece.data, piece.size);
  size_t at = 0;
  do {
    size_t consumed = SIZE_MAX;
    mt_slice data = {NULL, 0};
    mt_slice in = {copy + at, piece.size - at};
    all->result = mt__chunked_decode(decoder, in, &consumed, &data);
    assert_true(consumed <= in.size);
    at += consumed;
    if (all->result == MT__CHUNKED_MORE) assert_int_equal(at, piece.size);
    if (all->result != MT__CHUNKED_DATA) break;
    assert_true(data.size > 0 && data.data + data.size == copy + at);
    assert_true(data.size <= sizeof all->body - all->size);
    memcpy(all->body + all->size, data.data, data.size);
    all->size += data.size;
  } while (at < piece.size);
  all->consumed += at;
  free(copy);
}

static void decode(outcome *all, mt_slice bytes, size_t stride, uint32_t seed) {
  mt__chunked decoder;
  mt__chunked_init(&decoder);
  all->size = all->consumed = 0;
  size_t at = 0;
  decode_piece(&decoder, (mt_slice){NULL, 0}, all);
  assert_int_equal(all->result, MT__CHUNKED_MORE);
  while (at < bytes.size && all->result <= MT__CHUNKED_DATA) {
    size_t step = stride == 0 ? bytes.size : next_random(&seed) % stride + 1;
    if (step > bytes.size - at) step = bytes.size - at;
    decode_piece(&decoder, (mt_slice){bytes.data + at, step}, all);
    at += step;
  }
  if (all->result == MT__CHUNKED_DATA) all->result = MT__CHUNKED_MORE;
  all->reason = decoder.reject_reason ? decoder.reject_reason : "";
}

/* The one outcome, however the input is split. */
static const outcome *decode_all_ways(mt_slice bytes) {
  static const size_t strides[] = {1, 2, 3, 5, 11, 50};
  static outcome whole;
  static outcome split;
  decode(&whole, bytes, 0, 1);
  for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
    decode(&split, bytes, strides[i], 815 + (uint32_t)i);
    assert_int_equal(split.result, whole.result);
    assert_string_equal(split.reason, whole.reason);
    assert_int_equal(split.consumed, whole.consumed);
    assert_int_equal(split.size, whole.size);
    assert_memory_equal(split.body, whole.body, whole.size);
  }
  return &whole;
}

typedef struct good_case {
  mt_slice bytes;
  const char *body;
} good_case;

/* The trailer section behind the last chunk is left alone. */
static void expect_bodies(const good_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const outcome *all = decode_all_ways(cases[i].bytes);
    assert_string_equal(all->reason, "");
    assert_int_equal(all->result, MT__CHUNKED_TRAILERS);
    assert_int_equal(all->size, strlen(cases[i].body));
    assert_memory_equal(all->body, cases[i].body, all->size);
    assert_int_equal(all->consumed, cases[i].bytes.size - 2);
  }
}

static void decodes_chunks(void **state) {
  static const good_case cases[] = {
      {LITERAL("0\r\n\r\n"), ""},
      {LITERAL("0000000000000000\r\n\r\n"), ""},
      {LITERAL("5\r\nhello\r\n0\r\n\r\n"), "hello"},
      {LITERAL("1\r\na\r\n2\r\nbc\r\n0003\r\ndef\r\n0\r\n\r\n"), "abcdef"},
      {LITERAL("a\r\n0123456789\r\n0A\r\n0123456789\r\n00\r\n\r\n"), "01234567890123456789"},
      {LITERAL("4\r\n\r\n\r\n\r\n0\r\n\r\n"), "\r\n\r\n"},
  };
  (void)state;
  expect_bodies(cases, sizeof cases / sizeof cases[0]);
}

/* RFC 9112 §7.1.1 */
static void passes_over_extensions(void **state) {
  static const good_case cases[] = {
      {LITERAL("1;a\r\nx\r\n0;b\r\n\r\n"), "x"},
      {LITERAL("1;a=b;c;d=e\r\nx\r\n0;f=\"g\"\r\n\r\n"), "x"},
      {LITERAL("1;a=\"\"\r\nx\r\n0\r\n\r\n"), "x"},
      {LITERAL("1;a=\";\\\"\\\\ \t\x80\"\r\nx\r\n0\r\n\r\n"), "x"},
      {LITERAL("1 ; a\t= b ; c =\t\"d\" ;e\r\nx\r\n0\r\n\r\n"), "x"},
  };
  (void)state;
  expect_bodies(cases, sizeof cases / sizeof cases[0]);
}

static void stays_at_the_trailers(void **state) {
  mt__chunked decoder;
  size_t consumed = 9;
  mt_slice data;
  (void)state;
  mt__chunked_init(&decoder);
  assert_int_equal(mt__chunked_decode(&decoder, MT_SLICE("0\r\nA: b"), &consumed, &data),
                   MT__CHUNKED_TRAILERS);
  assert_int_equal(consumed, 3);
  assert_int_equal(mt__chunked_decode(&decoder, MT_SLICE("A: b"), &consumed, &data),
                   MT__CHUNKED_TRAILERS);
  assert_int_equal(consumed, 0);
}

static void refuses_malformed_chunks(void **state) {
  static const struct {
    mt_slice bytes;
    const char *reason;
  } cases[] = {
      {LITERAL("\r\n"), "chunk without a size"},
      {LITERAL(" 5\r\n"), "chunk without a size"},
      {LITERAL("\t5\r\n"), "chunk without a size"},
      {LITERAL("-1\r\n"), "chunk without a size"},
      {LITERAL("+1\r\n"), "chunk without a size"},
      {LITERAL(";a\r\n"), "chunk without a size"},
      {LITERAL("g\r\n"), "chunk without a size"},
      {LITERAL("0x5\r\n"), "malformed chunk size"},
      {LITERAL("5\n"), "malformed chunk size"},
      {LITERAL("5_0\r\n"), "malformed chunk size"},
      {LITERAL("5\0\r\n"), "malformed chunk size"},
      {LITERAL("5,5\r\n"), "malformed chunk size"},
      {LITERAL("5\r5"), "bare CR behind a chunk size"},
      {LITERAL("5\r\r\n"), "bare CR behind a chunk size"},
      {LITERAL("0\rX"), "bare CR behind a chunk size"},
      {LITERAL("5 \r\n"), "white space behind a chunk size or extension"},
      {LITERAL("5 5\r\n"), "white space behind a chunk size or extension"},
      {LITERAL("5;a \r\n"), "white space behind a chunk size or extension"},
      {LITERAL("5;a b\r\n"), "white space behind a chunk size or extension"},
      {LITERAL("5;a=b \r\n"), "white space behind a chunk size or extension"},
      {LITERAL("5;\r\n"), "chunk extension without a name"},
      {LITERAL("5;;a\r\n"), "chunk extension without a name"},
      {LITERAL("5;=a\r\n"), "chunk extension without a name"},
      {LITERAL("5;\n"), "chunk extension without a name"},
      {LITERAL("5;a\n"), "malformed chunk extension name"},
      {LITERAL("5;a(\r\n"), "malformed chunk extension name"},
      {LITERAL("5;a=\r\n"), "chunk extension without a value"},
      {LITERAL("5;a=b=c\r\n"), "malformed chunk extension value"},
      {LITERAL("5;a=b\n"), "malformed chunk extension value"},
      {LITERAL("5;a=\"b\"c\r\n"), "malformed chunk extension value"},
      {LITERAL("5;a=\"b\n\"\r\n"), "control octet in a chunk extension"},
      {LITERAL("5;a=\"b\r\n"), "control octet in a chunk extension"},
      {LITERAL("5;a=\"\\\n\"\r\n"), "control octet in a chunk extension"},
      {LITERAL("5;a=\"\x7f\"\r\n"), "control octet in a chunk extension"},
      {LITERAL("1\r\nab\r\n"), "chunk longer than its size"},
      {LITERAL("1\r\na\n"), "chunk longer than its size"},
      {LITERAL("1\r\na\r0"), "bare CR behind a chunk"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const outcome *all = decode_all_ways(cases[i].bytes);
    assert_string_equal(all->reason, cases[i].reason);
    assert_int_equal(all->result, MT__CHUNKED_REJECTED);
  }
}

static void sizes_at_their_limit_and_one_past_it(void **state) {
  mt__chunked decoder;
  size_t consumed;
  mt_slice data;
  (void)state;
  mt__chunked_init(&decoder);
  mt_slice largest = MT_SLICE("7fffffffffffffff\r\n");
  assert_int_equal(mt__chunked_decode(&decoder, largest, &consumed, &data), MT__CHUNKED_MORE);
  assert_true(decoder.left == INT64_MAX);
  static const char *const past[] = {"8000000000000000", "ffffffffffffffff", "00000000000000000",
                                     "10000000000000000", "7fffffffffffffff0"};
  for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
    const outcome *all = decode_all_ways(mt_slice_from(past[i]));
    assert_int_equal(all->result, MT__CHUNKED_REJECTED);
    assert_string_equal(all->reason, "chunk size too large");
  }
}

/* Extensions of `extensions` octets in all, spread over chunks of one octet. */
static const outcome *decode_flood(size_t extensions) {
  static char bytes[4 * MT__CHUNKED_EXTENSION_LIMIT];
  size_t size = 0;
  while (extensions > 0) {
    size_t part = extensions < 1004 ? extensions : 1000; /* none shorter than ";a" */
    bytes[size++] = '1';
    memset(bytes + size, 'a', part);
    bytes[size] = ';';
    size += part;
    memcpy(bytes + size, "\r\nx\r\n", 5);
    size += 5;
    extensions -= part;
  }
  memcpy(bytes + size, "0\r\n", 3);
  return decode_all_ways((mt_slice){bytes, size + 3});
}

static void extensions_at_their_limit_and_one_past_it(void **state) {
  (void)state;
  assert_int_equal(decode_flood(MT__CHUNKED_EXTENSION_LIMIT)->result, MT__CHUNKED_TRAILERS);
  const outcome *all = decode_flood(MT__CHUNKED_EXTENSION_LIMIT + 1);
  assert_int_equal(all->result, MT__CHUNKED_REJECTED);
  assert_string_equal(all->reason, "too many octets of chunk extensions");
}

static void an_endless_extension_is_refused(void **state) {
  static char bytes[MT__CHUNKED_EXTENSION_LIMIT + 100];
  (void)state;
  memset(bytes, 'a', sizeof bytes);
  memcpy(bytes, "1;a=\"", 5);
  assert_int_equal(decode_all_ways((mt_slice){bytes, sizeof bytes})->result, MT__CHUNKED_REJECTED);
  memset(bytes + 4, ' ', sizeof bytes - 4);
  assert_int_equal(decode_all_ways((mt_slice){bytes, sizeof bytes})->result, MT__CHUNKED_REJECTED);
}

static void mutations_have_one_outcome(void **state) {
  static const char message[] = "1a;name=value;q=\"s\\\"t\" ; x\r\nabcdefghijklmnopqrstuvwxyz\r\n"
                                "3\r\nabc\r\n00;last\r\n\r\n";
  static const char octets[] = "\0\t\n\r ;=\"\\0aFg\x7f\x80";
  uint32_t seed = 77;
  (void)state;
  for (int turn = 0; turn < 5000; turn++) {
    char copy[sizeof message - 1];
    memcpy(copy, message, sizeof copy);
    for (uint32_t changes = next_random(&seed) % 3 + 1; changes > 0; changes--) {
      uint32_t at = next_random(&seed) % sizeof copy;
      copy[at] = octets[next_random(&seed) % (sizeof octets - 1)];
    }
    const outcome *all = decode_all_ways((mt_slice){copy, sizeof copy});
    assert_int_equal(all->result == MT__CHUNKED_REJECTED, all->reason[0] != '\0');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decodes_chunks),
      cmocka_unit_test(passes_over_extensions),
      cmocka_unit_test(stays_at_the_trailers),
      cmocka_unit_test(refuses_malformed_chunks),
      cmocka_unit_test(sizes_at_their_limit_and_one_past_it),
      cmocka_unit_test(extensions_at_their_limit_and_one_past_it),
      cmocka_unit_test(an_endless_extension_is_refused),
      cmocka_unit_test(mutations_have_one_outcome),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
