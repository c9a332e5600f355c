#include "http/media_type.h"
#include "support/check.h"

static void an_extension_names_the_type(void **state) {
  (void)state;
  const char *const cases[][2] = {
      {"index.html", "text/html; charset=utf-8"},
      {"INDEX.HTML", "text/html; charset=utf-8"},
      {"a/b.c/app.js", "text/javascript; charset=utf-8"},
      {"style.min.css", "text/css; charset=utf-8"},
      {"data.json", "application/json"},
      {"image.svg", "image/svg+xml"},
      {"image.png", "image/png"},
      {"image.jpeg", "image/jpeg"},
      {"notes.txt", "text/plain; charset=utf-8"},
      {"archive.7z", "application/x-7z-compressed"},
      {"last.zst", "application/zstd"},
      {"font.woff2", "font/woff2"},
      {"font.woff", "font/woff"},
      {"module.wasm", "application/wasm"},
      {"app.webmanifest", "application/manifest+json"},
      {".txt", "text/plain; charset=utf-8"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    check_slice(mt__media_type(mt_slice_from(cases[i][0])), cases[i][1]);
}

static void everything_else_is_octets(void **state) {
  (void)state;
  const char *const names[] = {"",          "html",       "a.",
                               "a.html/b",  "a.html~",    "a.htm l",
                               "a.unknown", "a.htmlhtml", "a.averylongextension",
                               "Makefile"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    mt_slice name = copy_exactly(mt_slice_from(names[i]));
    check_slice(mt__media_type(name), "application/octet-stream");
    free((void *)(uintptr_t)name.data);
  }
  check_slice(mt__media_type(MT_SLICE("a.js\0")), "application/octet-stream");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_extension_names_the_type),
      cmocka_unit_test(everything_else_is_octets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
