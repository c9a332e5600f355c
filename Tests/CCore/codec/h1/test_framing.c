#include "feeding.h"

/* What the parser says of a POST with these field lines: the part of the text before the fields. */
static void expect(const char *version, const char *lines, const char *meaning) {
  char bytes[1024];
  char text[64];
  feed_outcome outcome;
  int size = snprintf(bytes, sizeof bytes, "POST / HTTP/%s\r\n%s\r\n", version, lines);
  feed(&outcome, (mt_slice){bytes, (size_t)size}, &feed_defaults);
  if (outcome.result == MT__H1_REJECTED) {
    snprintf(text, sizeof text, "%d", outcome.status);
    if (strcmp(text, meaning) != 0) print_error("%s: %s\n", lines, outcome.reason);
    assert_string_equal(text, meaning);
    return;
  }
  assert_int_equal(outcome.result, MT__H1_COMPLETE);
  char wanted[128];
  snprintf(wanted, sizeof wanted, "] %s", meaning);
  if (strstr(outcome.text, wanted) == NULL) print_error("%s: %s\n", lines, outcome.text);
  assert_non_null(strstr(outcome.text, wanted));
}

typedef struct meaning_case {
  const char *lines;
  const char *meaning; /* or the status */
} meaning_case;

static void expect_all(const char *version, const meaning_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) expect(version, cases[i].lines, cases[i].meaning);
}

#define EXPECT_ALL(version, cases) expect_all(version, cases, sizeof(cases) / sizeof((cases)[0]))

#define HOST "Host: x\r\n"

/* RFC 9112 §3.2 */
static void host_is_needed_once_and_well_formed(void **state) {
  static const meaning_case cases[] = {
      {"", "400"},
      {"A: b\r\n", "400"},
      {HOST, "none keep"},
      {"Host:\r\n", "none keep"},
      {"HOST: [::1]:8080\r\n", "none keep"},
      {HOST HOST, "400"},
      {HOST "A: b\r\nhost: y\r\n", "400"},
      {"Host: a b\r\n", "400"},
      {"Host: a,b\r\n", "none keep"},
      {"Host: a/b\r\n", "400"},
      {"Host: user@a\r\n", "400"},
      {"Host: a:65536\r\n", "400"},
      {"Host: a:b\r\n", "400"},
      {"Host: [::1\r\n", "400"},
      {"Host: http://a\r\n", "400"},
  };
  (void)state;
  EXPECT_ALL("1.1", cases);
}

static void host_may_be_missing_in_1_0_but_not_be_wrong(void **state) {
  static const meaning_case cases[] = {
      {"", "none close"},
      {HOST, "none close"},
      {HOST HOST, "400"},
      {"Host: a b\r\n", "400"},
  };
  (void)state;
  EXPECT_ALL("1.0", cases);
}

static void absolute_form_needs_host_too_and_wins(void **state) {
  (void)state;
  feed_bad(MT_SLICE("GET http://a/ HTTP/1.1\r\n\r\n"), 400, "no Host field");
  feed_bad(MT_SLICE("GET http://a/ HTTP/1.1\r\nHost: b\r\nHost: b\r\n\r\n"), 400,
           "more than one Host field");
  feed_good(MT_SLICE("GET http://a HTTP/1.1\r\nHost: b\r\n\r\n"),
            " GET[http://a] 1.1 absolute path[] query[] authority[a] none keep Host[b]");
}

/* RFC 9110 §8.6, RFC 9112 §6.3 */
static void content_length_is_one_number(void **state) {
  static const meaning_case cases[] = {
      {HOST "Content-Length: 0\r\n", "length:0 keep"},
      {HOST "content-length:12\r\n", "length:12 keep"},
      {HOST "Content-Length: 007\r\n", "length:7 keep"},
      {HOST "Content-Length: 9223372036854775807\r\n", "length:9223372036854775807 keep"},
      {HOST "Content-Length: 9223372036854775808\r\n", "400"},
      {HOST "Content-Length: 18446744073709551617\r\n", "400"},
      {HOST "Content-Length: 99999999999999999999999999\r\n", "400"},
      {HOST "Content-Length:\r\n", "400"},
      {HOST "Content-Length: +1\r\n", "400"},
      {HOST "Content-Length: -1\r\n", "400"},
      {HOST "Content-Length: 1 1\r\n", "400"},
      {HOST "Content-Length: 0x1\r\n", "400"},
      {HOST "Content-Length: 1a\r\n", "400"},
      {HOST "Content-Length: 1.0\r\n", "400"},
      {HOST "Content-Length: 5, 5\r\n", "400"},
      {HOST "Content-Length: 5,\r\n", "400"},
      {HOST "Content-Length: 5\r\nContent-Length: 5\r\n", "400"},
      {HOST "Content-Length: 5\r\nContent-Length: 6\r\n", "400"},
      {HOST "Content-Length : 5\r\n", "400"},
  };
  (void)state;
  EXPECT_ALL("1.1", cases);
}

/* RFC 9112 §6.1, §6.3 */
static void chunked_is_the_only_transfer_coding(void **state) {
  static const meaning_case cases[] = {
      {HOST "Transfer-Encoding: chunked\r\n", "chunked keep"},
      {HOST "transfer-encoding:\tCHUNKED \r\n", "chunked keep"},
      {HOST "Transfer-Encoding: gzip, chunked\r\n", "501"},
      {HOST "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "501"},
      {HOST "Transfer-Encoding: identity, chunked\r\n", "501"},
      {HOST "Transfer-Encoding: a;b=c, chunked\r\n", "501"},
      {HOST "Transfer-Encoding: gzip\r\n", "400"},
      {HOST "Transfer-Encoding: identity\r\n", "400"},
      {HOST "Transfer-Encoding:\r\n", "400"},
      {HOST "Transfer-Encoding: chunked, gzip\r\n", "400"},
      {HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "400"},
      {HOST "Transfer-Encoding: chunked, chunked\r\n", "400"},
      {HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "400"},
      {HOST "Transfer-Encoding: chunked;a=b\r\n", "400"},
      {HOST "Transfer-Encoding: chunked;\r\n", "400"},
      {HOST "Transfer-Encoding: , chunked\r\n", "chunked close"},
      {HOST "Transfer-Encoding: chunked,\r\n", "chunked close"},
      {HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", "chunked close"},
      {HOST "Transfer-Encoding: chunked, ,\r\nConnection: keep-alive\r\n", "chunked close"},
      {HOST "Transfer-Encoding: ,\r\n", "400"},
      {HOST "Transfer-Encoding: , chunked\r\nContent-Length: 5\r\n", "400"},
      {HOST "Transfer-Encoding: xchunked\r\n", "400"},
      {HOST "Transfer-Encoding: chunkedx\r\n", "400"},
      {HOST "Transfer-Encoding: \"chunked\"\r\n", "400"},
      {HOST "Transfer-Encoding: x chunked\r\n", "400"},
      {HOST "Transfer-Encoding: \v chunked\r\n", "400"},
      {HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "400"},
      {HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "400"},
      {HOST "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", "400"},
  };
  (void)state;
  EXPECT_ALL("1.1", cases);
}

static void rejects_transfer_encoding_in_1_0(void **state) {
  (void)state;
  expect("1.0", "Transfer-Encoding: chunked\r\n", "400");
  expect("1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n", "400");
}

/* RFC 9112 §9.3 */
static void connection_says_whether_it_persists(void **state) {
  static const meaning_case cases_1_1[] = {
      {HOST "Connection: close\r\n", "none close"},
      {HOST "Connection: Close\r\n", "none close"},
      {HOST "Connection: keep-alive\r\n", "none keep"},
      {HOST "Connection: x, close\r\n", "none close"},
      {HOST "Connection: keep-alive, close\r\n", "none close"},
      {HOST "Connection: close\r\nConnection: keep-alive\r\n", "none close"},
      {HOST "Connection: closed\r\n", "none keep"},
      {HOST "Connection: upgrade\r\n", "none keep"},
      {HOST "Connection:\r\n", "none keep"},
  };
  static const meaning_case cases_1_0[] = {
      {"Connection: keep-alive\r\n", "none keep"},
      {"Connection: Keep-Alive\r\n", "none keep"},
      {"Connection: x\r\nConnection: y, keep-alive\r\n", "none keep"},
      {"Connection: keep-alive, close\r\n", "none close"},
      {"Connection: x\r\n", "none close"},
  };
  (void)state;
  EXPECT_ALL("1.1", cases_1_1);
  EXPECT_ALL("1.0", cases_1_0);
}

/* RFC 9110 §10.1.1 */
static void expects_100_continue_and_nothing_else(void **state) {
  static const meaning_case cases[] = {
      {HOST "Content-Length: 1\r\nExpect: 100-continue\r\n", "length:1 keep expects"},
      {HOST "Expect: 100-CONTINUE\r\n", "none keep expects"},
      {HOST "Expect: 100-continue\r\nExpect: 100-continue\r\n", "none keep expects"},
      {HOST "Expect: , 100-continue\r\n", "none keep expects"},
      {HOST "Expect:\r\n", "none keep Host"},
      {HOST "Expect: 200-ok\r\n", "417"},
      {HOST "Expect: 100-continue, x\r\n", "417"},
      {HOST "Expect: 100-continue;a=b\r\n", "417"},
      {HOST "Expect: 100-continue\r\nExpect: y\r\n", "417"},
  };
  (void)state;
  EXPECT_ALL("1.1", cases);
  expect("1.0", "Expect: 100-continue\r\n", "none close Expect");
  expect("1.0", "Expect: x\r\n", "none close Expect");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(host_is_needed_once_and_well_formed),
      cmocka_unit_test(host_may_be_missing_in_1_0_but_not_be_wrong),
      cmocka_unit_test(absolute_form_needs_host_too_and_wins),
      cmocka_unit_test(content_length_is_one_number),
      cmocka_unit_test(chunked_is_the_only_transfer_coding),
      cmocka_unit_test(rejects_transfer_encoding_in_1_0),
      cmocka_unit_test(connection_says_whether_it_persists),
      cmocka_unit_test(expects_100_continue_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
