#include "http/words.h"
#include "support/check.h"

#include <stdio.h>

static void registered_codes_have_their_reason(void **state) {
  (void)state;
  const struct {
    int status;
    const char *line, *reason;
  } cases[] = {
      {100, "HTTP/1.1 100 Continue\r\n", "Continue"},
      {200, "HTTP/1.1 200 OK\r\n", "OK"},
      {304, "HTTP/1.1 304 Not Modified\r\n", "Not Modified"},
      {404, "HTTP/1.1 404 Not Found\r\n", "Not Found"},
      {413, "HTTP/1.1 413 Content Too Large\r\n", "Content Too Large"},
      {503, "HTTP/1.1 503 Service Unavailable\r\n", "Service Unavailable"},
      {511, "HTTP/1.1 511 Network Authentication Required\r\n", "Network Authentication Required"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char scratch[32];
    mt_slice line = mt__status_line(cases[i].status, scratch);
    check_slice(line, cases[i].line);
    assert_true(line.data != scratch);
    check_slice(mt__status_reason(cases[i].status), cases[i].reason);
  }
}

static void every_code_has_a_well_formed_line(void **state) {
  (void)state;
  int registered = 0;
  for (int status = 100; status <= 599; status++) {
    char scratch[32], expected[128];
    mt_slice line = mt__status_line(status, scratch);
    bool is_registered = line.data != scratch;
    mt_slice reason = is_registered ? mt__status_reason(status) : MT_SLICE("");
    snprintf(expected, sizeof expected, "HTTP/1.1 %d %.*s\r\n", status, (int)reason.size,
             reason.data);
    check_slice(line, expected);
    registered += is_registered;
  }
  assert_int_equal(registered, 61);
}

static void unregistered_codes_have_an_empty_reason(void **state) {
  (void)state;
  char scratch[32];
  check_slice(mt__status_line(299, scratch), "HTTP/1.1 299 \r\n");
  check_slice(mt__status_line(599, scratch), "HTTP/1.1 599 \r\n");
  check_slice(mt__status_reason(299), "Unknown");
}

static void numbers_that_are_no_codes_become_500(void **state) {
  (void)state;
  const int values[] = {INT32_MIN, -1, 0, 99, 600, INT32_MAX};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    char scratch[32];
    check_slice(mt__status_line(values[i], scratch), "HTTP/1.1 500 \r\n");
    check_slice(mt__status_reason(values[i]), "Unknown");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(registered_codes_have_their_reason),
      cmocka_unit_test(every_code_has_a_well_formed_line),
      cmocka_unit_test(unregistered_codes_have_an_empty_reason),
      cmocka_unit_test(numbers_that_are_no_codes_become_500),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
