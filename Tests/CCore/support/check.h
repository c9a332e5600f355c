/** cmocka with what it needs, and the assertions that our tests share. */
#ifndef MT_TESTS_CHECK_H
#define MT_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <martlet/slice.h>

/** Asserts that `slice` holds the octets of a NUL-terminated text. */
#define check_slice(slice, text) check_slice_at((slice), (text), __FILE__, __LINE__)

static inline void check_slice_at(mt_slice slice, const char *text, const char *file, int line) {
  size_t size = strlen(text);
  if (slice.size == size && (size == 0 || memcmp(slice.data, text, size) == 0)) return;
  print_error("\"%.*s\" is not \"%s\"\n", (int)slice.size, slice.data ? slice.data : "", text);
  _fail(file, line);
}

/** A copy of `text` that ends exactly where its memory ends, so that AddressSanitizer sees each
 * octet read too far. The caller frees `data`. */
static inline mt_slice copy_exactly(mt_slice text) {
  char *data = malloc(text.size ? text.size : 1);
  assert_non_null(data);
  if (text.size) memcpy(data, text.data, text.size);
  return (mt_slice){data, text.size};
}

#endif
