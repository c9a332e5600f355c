#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/h1/writer.h"

/* Writes to a heap block of exactly the bound: a write past it is seen by the sanitizer. */
static void expect_head(const mt__h1_response_head *head, const char *text) {
  size_t bound = mt__h1_head_bound(head);
  char *out = malloc(bound);
  assert_non_null(out);
  size_t size = mt__h1_write_head(out, head);
  assert_true(size <= bound);
  assert_int_equal(size, strlen(text));
  assert_memory_equal(out, text, size);
  free(out);
}

static void writes_a_whole_head(void **state) {
  mt__h1_response_head head = {
      .status = 200,
      .body = MT__H1_BODY_LENGTH,
      .persistence = MT__H1_KEEP_IMPLIED,
      .content_length = 13,
      .preset = MT_SLICE("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: martlet\r\n"),
      .fields = MT_SLICE("Content-Type: text/plain\r\n"),
  };
  (void)state;
  expect_head(&head, "HTTP/1.1 200 OK\r\n"
                     "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: martlet\r\n"
                     "Content-Type: text/plain\r\n"
                     "Content-Length: 13\r\n\r\n");
}

static void writes_every_framing_and_persistence(void **state) {
  static const char *const framings[] = {"Content-Length: 18446744073709551615\r\n",
                                         "Transfer-Encoding: chunked\r\n", ""};
  static const char *const persistences[] = {"", "Connection: keep-alive\r\n",
                                             "Connection: close\r\n"};
  (void)state;
  for (int body = MT__H1_BODY_LENGTH; body <= MT__H1_BODY_NONE; body++) {
    for (int keep = MT__H1_KEEP_IMPLIED; keep <= MT__H1_CLOSE; keep++) {
      mt__h1_response_head head = {.status = 404,
                                   .body = (mt__h1_body)body,
                                   .persistence = (mt__h1_persistence)keep,
                                   .content_length = UINT64_MAX};
      char text[256];
      snprintf(text, sizeof text, "HTTP/1.1 404 Not Found\r\n%s%s\r\n", framings[body],
               persistences[keep]);
      expect_head(&head, text);
    }
  }
}

static void every_status_stays_below_the_bound(void **state) {
  (void)state;
  for (int status = 100; status < 600; status++) {
    mt__h1_response_head head = {.status = status,
                                 .body = MT__H1_BODY_LENGTH,
                                 .persistence = MT__H1_KEEP_SAID,
                                 .content_length = UINT64_MAX};
    char start[32];
    size_t bound = mt__h1_head_bound(&head);
    char *out = malloc(bound);
    assert_non_null(out);
    size_t size = mt__h1_write_head(out, &head);
    assert_true(size <= bound);
    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    assert_memory_equal(out, start, strlen(start));
    assert_memory_equal(out + size - 4, "\r\n\r\n", 4);
    free(out);
  }
}

/* The moves behind it differ by size. */
static void copies_fields_of_every_size(void **state) {
  (void)state;
  for (size_t size = 0; size < 600; size++) {
    char *fields = malloc(size);
    char text[700];
    assert_true(fields != NULL || size == 0);
    for (size_t i = 0; i < size; i++) fields[i] = (char)('a' + i % 26);
    mt__h1_response_head head = {.status = 204, .body = MT__H1_BODY_NONE, .fields = {fields, size}};
    snprintf(text, sizeof text, "HTTP/1.1 204 No Content\r\n%.*s\r\n", (int)size,
             size > 0 ? fields : "");
    expect_head(&head, text);
    free(fields);
  }
}

static void writes_chunk_lines(void **state) {
  static const struct {
    uint64_t size;
    const char *text;
  } cases[] = {
      {1, "1\r\n"}, {10, "a\r\n"}, {65536, "10000\r\n"}, {UINT64_MAX, "ffffffffffffffff\r\n"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *out = malloc(MT__H1_CHUNK_LINE_BOUND);
    assert_non_null(out);
    size_t size = mt__h1_write_chunk_line(out, cases[i].size);
    assert_int_equal(size, strlen(cases[i].text));
    assert_memory_equal(out, cases[i].text, size);
    free(out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_a_whole_head),
      cmocka_unit_test(writes_every_framing_and_persistence),
      cmocka_unit_test(every_status_stays_below_the_bound),
      cmocka_unit_test(copies_fields_of_every_size),
      cmocka_unit_test(writes_chunk_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
