#include "feeding.h"

/* A request line of `line` octets without CRLF, then `fields` fields of 6 octets with CRLF ("A:
 * b"), then the empty line. */
static mt_slice build(char *out, size_t line, size_t fields) {
  static const char end[] = " HTTP/1.0\r\n";
  size_t size = 0;
  memcpy(out, "GET /", 5);
  memset(out + 5, 'a', line);
  size = line - 9;
  memcpy(out + size, end, sizeof end - 1);
  size += sizeof end - 1;
  for (size_t i = 0; i < fields; i++, size += 6) memcpy(out + size, "A: b\r\n", 6);
  memcpy(out + size, "\r\n", 2);
  return (mt_slice){out, size + 2};
}

static void expect(mt_slice bytes, const mt__h1_limits *limits, mt__h1_result result, int status) {
  feed_setup setup = {*limits, false};
  feed_outcome outcome;
  feed(&outcome, bytes, &setup);
  assert_int_equal(outcome.result, result);
  assert_int_equal(outcome.status, status);
}

static void request_line_at_its_limit_and_one_past_it(void **state) {
  char bytes[512];
  (void)state;
  for (uint32_t max = 15; max < 150; max += 9) {
    mt__h1_limits limits = {max, 400, 10};
    expect(build(bytes, max, 1), &limits, MT__H1_COMPLETE, 0);
    expect(build(bytes, max + 1, 1), &limits, MT__H1_REJECTED, 414);
  }
}

static void request_line_is_refused_with_the_first_octet_past_its_limit(void **state) {
  static const char line[] = "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n";
  (void)state;
  for (uint32_t max = 0; max < sizeof line - 3; max++) {
    mt__h1_limits limits = {max, 400, 10};
    expect((mt_slice){line, max}, &limits, MT__H1_INCOMPLETE, 0);
    expect((mt_slice){line, max + 1}, &limits, MT__H1_REJECTED, 414);
  }
}

static void an_empty_line_before_the_request_is_not_part_of_its_line(void **state) {
  mt__h1_limits limits = {14, 100, 10};
  (void)state;
  expect(MT_SLICE("\r\nGET / HTTP/1.0\r\n\r\n"), &limits, MT__H1_COMPLETE, 0);
  limits.max_request_line = 13;
  expect(MT_SLICE("\r\nGET / HTTP/1.0\r\n\r\n"), &limits, MT__H1_REJECTED, 414);
}

static void what_is_wrong_before_a_limit_counts_first(void **state) {
  mt__h1_limits limits = {10, 100, 10};
  (void)state;
  expect(MT_SLICE("GET /a\x01 bcdefghi"), &limits, MT__H1_REJECTED, 400);
  expect(MT_SLICE("GET /abcde\x01"), &limits, MT__H1_REJECTED, 414);
  expect(MT_SLICE("GET /abc\r\n"), &limits, MT__H1_REJECTED, 400);
}

static void head_at_its_limit_and_one_past_it(void **state) {
  char bytes[1024];
  (void)state;
  for (size_t fields = 0; fields < 40; fields += 3) {
    mt_slice message = build(bytes, 20, fields);
    mt__h1_limits limits = {100, (uint32_t)message.size, 64};
    expect(message, &limits, MT__H1_COMPLETE, 0);
    limits.max_head--;
    expect(message, &limits, MT__H1_REJECTED, 431);
  }
}

static void the_skipped_empty_line_is_part_of_the_head(void **state) {
  mt__h1_limits limits = {100, 20, 10};
  (void)state;
  expect(MT_SLICE("\r\nGET / HTTP/1.0\r\n\r\n"), &limits, MT__H1_COMPLETE, 0);
  limits.max_head = 19;
  expect(MT_SLICE("\r\nGET / HTTP/1.0\r\n\r\n"), &limits, MT__H1_REJECTED, 431);
}

static void an_endless_value_or_name_ends_at_the_head_limit(void **state) {
  char bytes[512];
  mt__h1_limits limits = {100, 300, 10};
  (void)state;
  memcpy(bytes, "GET / HTTP/1.0\r\nA: ", 19);
  memset(bytes + 19, 'a', sizeof bytes - 19);
  expect((mt_slice){bytes, 300}, &limits, MT__H1_INCOMPLETE, 0);
  expect((mt_slice){bytes, 301}, &limits, MT__H1_REJECTED, 431);
  bytes[17] = 'a';
  bytes[18] = 'a';
  expect((mt_slice){bytes, 300}, &limits, MT__H1_INCOMPLETE, 0);
  expect((mt_slice){bytes, 301}, &limits, MT__H1_REJECTED, 431);
}

static void field_count_at_its_limit_and_one_past_it(void **state) {
  char bytes[1024];
  (void)state;
  for (uint32_t max = 0; max < 20; max++) {
    mt__h1_limits limits = {100, 1000, max};
    expect(build(bytes, 20, max), &limits, MT__H1_COMPLETE, 0);
    expect(build(bytes, 20, max + 1), &limits, MT__H1_REJECTED, 431);
  }
}

static void field_capacity_is_a_limit_of_its_own(void **state) {
  char bytes[1024];
  mt__h1_limits limits = {100, 1000, 100000};
  (void)state;
  expect(build(bytes, 20, FEED_FIELDS), &limits, MT__H1_COMPLETE, 0);
  expect(build(bytes, 20, FEED_FIELDS + 1), &limits, MT__H1_REJECTED, 431);
}

static void trailers_have_the_limits_of_heads(void **state) {
  feed_setup setup = {{1, 14, 2}, true};
  feed_outcome outcome;
  (void)state;
  feed(&outcome, MT_SLICE("A: b\r\nC: d\r\n\r\n"), &setup);
  assert_int_equal(outcome.result, MT__H1_COMPLETE);
  feed(&outcome, MT_SLICE("A: b\r\nC: de\r\n\r\n"), &setup);
  assert_int_equal(outcome.status, 431);
  setup.limits.max_fields = 1;
  feed(&outcome, MT_SLICE("A: b\r\nC: d\r\n\r\n"), &setup);
  assert_int_equal(outcome.status, 431);
}

/* RFC 9112 §3 */
static void method_of_32_octets_and_of_33(void **state) {
  (void)state;
  expect(MT_SLICE("ABCDEFGHABCDEFGHABCDEFGHABCDEFGH / HTTP/1.0\r\n\r\n"), &feed_defaults.limits,
         MT__H1_COMPLETE, 0);
  expect(MT_SLICE("ABCDEFGHABCDEFGHABCDEFGHABCDEFGHI"), &feed_defaults.limits, MT__H1_REJECTED,
         501);
  expect(MT_SLICE("ABCDEFGHABCDEFGHABCDEFGHABCDEFGH"), &feed_defaults.limits, MT__H1_INCOMPLETE, 0);
}

/* A place holds the size of a name in 16 bits. Whole feeds only: octet by octet takes minutes. */
static void field_name_of_65535_octets_and_one_more(void **state) {
  static const char start[] = "GET / HTTP/1.0\r\n";
  enum { START = sizeof start - 1, SIZE = START + 65536 + 5 };
  feed_setup setup = {{100, 100000, 10}, false};
  char *bytes = malloc(SIZE);
  (void)state;
  assert_non_null(bytes);
  for (uint32_t name = 65535; name <= 65536; name++) {
    memcpy(bytes, start, START);
    memset(bytes + START, 'n', name);
    memcpy(bytes + START + name, ":\r\n\r\n", 5);
    for (int kind = MT__SCAN_SCALAR; kind <= MT__SCAN_NEON; kind++) {
      if (!mt__scan_supports((mt__scan_kind)kind)) continue;
      mt__field_place fields[10];
      mt__head head = {.fields = fields, .field_capacity = 10};
      mt__h1_parser parser;
      mt__h1_parser_init(&parser, &setup.limits, (mt__scan_kind)kind);
      mt__h1_result result = mt__h1_parser_feed(&parser, bytes, START + name + 5, &head);
      assert_int_equal(result, name == 65535 ? MT__H1_COMPLETE : MT__H1_REJECTED);
      assert_int_equal(parser.reject_status, name == 65535 ? 0 : 431);
      if (name == 65535) assert_int_equal(fields[0].name_size, 65535);
    }
  }
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(request_line_at_its_limit_and_one_past_it),
      cmocka_unit_test(request_line_is_refused_with_the_first_octet_past_its_limit),
      cmocka_unit_test(an_empty_line_before_the_request_is_not_part_of_its_line),
      cmocka_unit_test(what_is_wrong_before_a_limit_counts_first),
      cmocka_unit_test(head_at_its_limit_and_one_past_it),
      cmocka_unit_test(the_skipped_empty_line_is_part_of_the_head),
      cmocka_unit_test(an_endless_value_or_name_ends_at_the_head_limit),
      cmocka_unit_test(field_count_at_its_limit_and_one_past_it),
      cmocka_unit_test(field_capacity_is_a_limit_of_its_own),
      cmocka_unit_test(trailers_have_the_limits_of_heads),
      cmocka_unit_test(method_of_32_octets_and_of_33),
      cmocka_unit_test(field_name_of_65535_octets_and_one_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
