#include "base/status.h"
#include "support/check.h"

#include <errno.h>

static void fills_status_and_message(void **state) {
  (void)state;
  mt_error error = {.struct_size = sizeof error, .system_errno = 5};
  assert_int_equal(mt__error_set(&error, MT_ERROR_CONFLICT, "%s and %d", "a", 7),
                   MT_ERROR_CONFLICT);
  assert_int_equal(error.status, MT_ERROR_CONFLICT);
  assert_int_equal(error.system_errno, 0);
  assert_string_equal(error.message, "a and 7");
}

static void needs_no_error_to_fill(void **state) {
  (void)state;
  assert_int_equal(mt__error_set(NULL, MT_ERROR_LIMIT, "x"), MT_ERROR_LIMIT);
  assert_int_equal(mt__error_set_errno(NULL, EACCES, "x"), MT_ERROR_PERMISSION);
}

static void cuts_a_message_to_fit(void **state) {
  (void)state;
  mt_error error = {.struct_size = sizeof error};
  mt__error_set(&error, MT_ERROR_LIMIT, "%0300d", 1);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
  mt__error_set_errno(&error, EACCES, "%0300d", 1);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
  mt__error_set_errno(&error, EACCES, "%0250d", 1);
  assert_memory_equal(error.message + 250, ": ", 2);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

static void writes_no_octet_past_a_smaller_struct(void **state) {
  (void)state;
  for (size_t size = sizeof(size_t); size <= sizeof(mt_error); size++) {
    /* Exactly that much memory, so that AddressSanitizer sees one octet too many. */
    mt_error *error = malloc(size);
    assert_non_null(error);
    memset(error, 0, size);
    memcpy(error, &size, sizeof size);
    mt__error_set(error, MT_ERROR_LIMIT, "%0300d", 1);
    mt__error_set_errno(error, ENOENT, "%s", "/x");
    free(error);
  }
}

static void a_larger_struct_of_the_future_gets_what_this_one_has(void **state) {
  (void)state;
  struct {
    mt_error error;
    char more[64];
  } larger = {.error.struct_size = sizeof larger};
  memset(larger.more, 0x5a, sizeof larger.more);
  mt__error_set(&larger.error, MT_ERROR_LIMIT, "%0300d", 1);
  assert_int_equal(strlen(larger.error.message), sizeof larger.error.message - 1);
  for (size_t i = 0; i < sizeof larger.more; i++) assert_int_equal(larger.more[i], 0x5a);
}

static void system_errors_become_statuses(void **state) {
  (void)state;
  const struct {
    int system_errno;
    mt_status status;
  } cases[] = {
      {EADDRINUSE, MT_ERROR_ADDRESS_IN_USE},
      {EADDRNOTAVAIL, MT_ERROR_ADDRESS_UNAVAILABLE},
      {EACCES, MT_ERROR_PERMISSION},
      {EPERM, MT_ERROR_PERMISSION},
      {ENOMEM, MT_ERROR_NO_MEMORY},
      {ENOBUFS, MT_ERROR_NO_MEMORY},
      {ENOENT, MT_ERROR_NOT_FOUND},
      {ENOTDIR, MT_ERROR_NOT_FOUND},
      {ETIMEDOUT, MT_ERROR_TIMEOUT},
      {EMFILE, MT_ERROR_SYSTEM},
      {123456, MT_ERROR_SYSTEM},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt_error error = {.struct_size = sizeof error};
    int code = cases[i].system_errno;
    assert_int_equal(mt__error_set_errno(&error, code, "open"), cases[i].status);
    assert_int_equal(error.status, cases[i].status);
    assert_int_equal(error.system_errno, code);
    assert_memory_equal(error.message, "open: ", 6);
    assert_true(strlen(error.message) > 6);
  }
}

static void the_systems_own_words_are_appended(void **state) {
  (void)state;
  mt_error error = {.struct_size = sizeof error};
  mt__error_set_errno(&error, ENOENT, "open %s", "/x");
  char expected[128] = "open /x: ";
  strcat(expected, strerror(ENOENT));
  assert_string_equal(error.message, expected);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_status_and_message),
      cmocka_unit_test(needs_no_error_to_fill),
      cmocka_unit_test(cuts_a_message_to_fit),
      cmocka_unit_test(writes_no_octet_past_a_smaller_struct),
      cmocka_unit_test(a_larger_struct_of_the_future_gets_what_this_one_has),
      cmocka_unit_test(system_errors_become_statuses),
      cmocka_unit_test(the_systems_own_words_are_appended),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
