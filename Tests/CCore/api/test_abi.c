#include <martlet/abi.h>

#include "support/check.h"

#include <stdio.h>

static void the_version_is_the_headers(void **state) {
  (void)state;
  char expected[32];
  snprintf(expected, sizeof expected, "%d.%d.%d", MT_VERSION_MAJOR, MT_VERSION_MINOR,
           MT_VERSION_PATCH);
  assert_string_equal(mt_version(), expected);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_version_is_the_headers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
