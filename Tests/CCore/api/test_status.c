#include <martlet/status.h>

#include "support/check.h"

static void every_status_has_its_enumerators_name(void **state) {
  (void)state;
  assert_string_equal(mt_status_name(MT_OK), "MT_OK");
  assert_string_equal(mt_status_name(MT_BACKPRESSURE), "MT_BACKPRESSURE");
  for (int status = MT_ERROR_NO_MEMORY; status <= MT_ERROR_MALFORMED; status++) {
    const char *name = mt_status_name((mt_status)status);
    assert_non_null(name);
    assert_memory_equal(name, "MT_ERROR_", 9);
    for (int other = MT_OK; other < status; other++)
      assert_string_not_equal(name, mt_status_name((mt_status)other));
  }
  assert_string_equal(mt_status_name(MT_ERROR_MALFORMED), "MT_ERROR_MALFORMED");
}

static void anything_else_is_unknown(void **state) {
  (void)state;
  const int values[] = {MT_ERROR_MALFORMED + 1, 1000000, -1, INT32_MIN};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
    assert_string_equal(mt_status_name((mt_status)values[i]), "MT_ERROR_UNKNOWN");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_status_has_its_enumerators_name),
      cmocka_unit_test(anything_else_is_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
