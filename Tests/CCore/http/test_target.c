#include "http/target.h"
#include "support/check.h"

typedef struct expectation {
  mt_method method;
  const char *target;
  mt__target_form form;
  const char *path, *query, *authority;
  bool needs_decoding;
} expectation;

static const expectation accepted[] = {
    {MT_METHOD_GET, "/", MT__TARGET_ORIGIN, "/", "", "", false},
    {MT_METHOD_GET, "/hello", MT__TARGET_ORIGIN, "/hello", "", "", false},
    {MT_METHOD_GET, "/a/b?x=1&y=/?", MT__TARGET_ORIGIN, "/a/b", "x=1&y=/?", "", false},
    {MT_METHOD_GET, "/?", MT__TARGET_ORIGIN, "/", "", "", false},
    {MT_METHOD_GET, "//a", MT__TARGET_ORIGIN, "//a", "", "", false},
    {MT_METHOD_GET, "/%41%2f", MT__TARGET_ORIGIN, "/%41%2f", "", "", true},
    {MT_METHOD_GET, "/a?%41", MT__TARGET_ORIGIN, "/a", "%41", "", false},
    {MT_METHOD_GET, "/-._~!$&'()*+,;=:@", MT__TARGET_ORIGIN, "/-._~!$&'()*+,;=:@", "", "", false},
    {MT_METHOD_GET, "/?[]{}|\\^`", MT__TARGET_ORIGIN, "/", "[]{}|\\^`", "", false},
    {MT_METHOD_OPTIONS, "*", MT__TARGET_ASTERISK, "*", "", "", false},
    {MT_METHOD_OPTIONS, "/x", MT__TARGET_ORIGIN, "/x", "", "", false},
    {MT_METHOD_GET, "http://a.example", MT__TARGET_ABSOLUTE, "", "", "a.example", false},
    {MT_METHOD_GET, "http://a?q", MT__TARGET_ABSOLUTE, "", "q", "a", false},
    {MT_METHOD_GET, "HTTPS://a:8/b?q", MT__TARGET_ABSOLUTE, "/b", "q", "a:8", false},
    {MT_METHOD_GET, "http://[::1]:80/%20", MT__TARGET_ABSOLUTE, "/%20", "", "[::1]:80", true},
    {MT_METHOD_CONNECT, "a.example:443", MT__TARGET_AUTHORITY, "", "", "a.example:443", false},
    {MT_METHOD_CONNECT, "[::1]:443", MT__TARGET_AUTHORITY, "", "", "[::1]:443", false},
};

static const expectation rejected[] = {
    {.method = MT_METHOD_GET, .target = ""},
    {.method = MT_METHOD_GET, .target = "hello"},
    {.method = MT_METHOD_GET, .target = "?"},
    {.method = MT_METHOD_GET, .target = "*"},
    {.method = MT_METHOD_OPTIONS, .target = "*/"},
    {.method = MT_METHOD_OPTIONS, .target = "**"},
    {.method = MT_METHOD_GET, .target = "/#f"},
    {.method = MT_METHOD_GET, .target = "/?#f"},
    {.method = MT_METHOD_GET, .target = "/%"},
    {.method = MT_METHOD_GET, .target = "/%4"},
    {.method = MT_METHOD_GET, .target = "/%4g"},
    {.method = MT_METHOD_GET, .target = "/%g4"},
    {.method = MT_METHOD_GET, .target = "/?%"},
    {.method = MT_METHOD_GET, .target = "/?%4"},
    {.method = MT_METHOD_GET, .target = "/?%zz"},
    {.method = MT_METHOD_GET, .target = "http://"},
    {.method = MT_METHOD_GET, .target = "http:///a"},
    {.method = MT_METHOD_GET, .target = "http://?a"},
    {.method = MT_METHOD_GET, .target = "http://:80/"},
    {.method = MT_METHOD_GET, .target = "http://u@a/"},
    {.method = MT_METHOD_GET, .target = "http://u:p@a/"},
    {.method = MT_METHOD_GET, .target = "http://a:65536/"},
    {.method = MT_METHOD_GET, .target = "http://a#f"},
    {.method = MT_METHOD_GET, .target = "http://a/#f"},
    {.method = MT_METHOD_GET, .target = "http:/a"},
    {.method = MT_METHOD_GET, .target = "ftp://a/"},
    {.method = MT_METHOD_GET, .target = "a.example:443"},
    {.method = MT_METHOD_CONNECT, .target = ""},
    {.method = MT_METHOD_CONNECT, .target = "/"},
    {.method = MT_METHOD_CONNECT, .target = "*"},
    {.method = MT_METHOD_CONNECT, .target = "a.example"},
    {.method = MT_METHOD_CONNECT, .target = "a.example:"},
    {.method = MT_METHOD_CONNECT, .target = ":443"},
    {.method = MT_METHOD_CONNECT, .target = "[::1]"},
    {.method = MT_METHOD_CONNECT, .target = "a:8x"},
    {.method = MT_METHOD_CONNECT, .target = "http://a:80"},
};

/** Parses `target` in the midst of a head, from memory that ends where the target ends. */
static bool parse(mt_method method, mt_slice target, mt__head *head) {
  char *bytes = malloc(5 + target.size);
  assert_non_null(bytes);
  memcpy(bytes, "GETX ", 5);
  if (target.size) memcpy(bytes + 5, target.data, target.size);
  memset(head, 0xa5, sizeof *head);
  head->base = bytes;
  head->method = (uint8_t)method;
  head->target = (mt__place){5, (uint32_t)target.size};
  return mt__target_parse(head);
}

static void forget(const mt__head *head) {
  free((void *)(uintptr_t)head->base);
}

static void takes_targets_apart(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
    const expectation *expected = &accepted[i];
    mt__head head;
    if (!parse(expected->method, mt_slice_from(expected->target), &head))
      fail_msg("rejected %s", expected->target);
    assert_int_equal(head.target_form, expected->form);
    check_slice(mt__head_slice(&head, head.path), expected->path);
    check_slice(mt__head_slice(&head, head.query), expected->query);
    check_slice(mt__head_slice(&head, head.authority), expected->authority);
    assert_int_equal(head.path_needs_decoding, expected->needs_decoding);
    forget(&head);
  }
}

static void rejects_what_is_no_target_of_the_method(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rejected / sizeof rejected[0]; i++) {
    mt__head head;
    if (parse(rejected[i].method, mt_slice_from(rejected[i].target), &head))
      fail_msg("accepted %s", rejected[i].target);
    forget(&head);
  }
}

static bool is_path_octet(int octet) {
  bool is_letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
  bool is_digit = octet >= '0' && octet <= '9';
  return is_letter || is_digit || (octet && strchr("/-._~!$&'()*+,;=:@", octet));
}

static void each_octet_is_checked_in_path_and_query(void **state) {
  (void)state;
  for (int octet = 0; octet < 256; octet++) {
    char path[] = {'/', 'a', (char)octet, 'z'}, query[] = {'/', '?', (char)octet, 'z'};
    mt__head head;
    bool in_path = parse(MT_METHOD_GET, (mt_slice){path, 4}, &head);
    forget(&head);
    bool in_query = parse(MT_METHOD_GET, (mt_slice){query, 4}, &head);
    forget(&head);
    bool left_by_browsers = octet && strchr("[]{}|\\^`", octet);
    assert_int_equal(in_path, is_path_octet(octet) || octet == '?');
    assert_int_equal(in_query, is_path_octet(octet) || octet == '?' || left_by_browsers);
  }
}

static void hosts_are_names_addresses_and_ports(void **state) {
  (void)state;
  const char *const hosts[] = {
      "",
      "a",
      "a.example",
      "127.0.0.1:8080",
      "a:",
      "a:0",
      "a:65535",
      "a:00080",
      "[::]",
      "[::1]:80",
      "[2001:DB8::1]",
      "%41%2d",
      "a_b-c~d",
      "[::1]:",
      "[::ffff:1.2.3.4]",
      "xn--nxasmq6b",
      "!$&'()*+,;=",
  };
  for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
    mt_slice host = copy_exactly(mt_slice_from(hosts[i]));
    if (!mt__target_is_host(host)) fail_msg("rejected %s", hosts[i]);
    free((void *)(uintptr_t)host.data);
  }
}

static void rejects_what_is_no_host(void **state) {
  (void)state;
  const char *const hosts[] = {
      ":",
      ":80",
      "a:65536",
      "a:-1",
      "a:8x",
      "a:80:80",
      "a b",
      " a",
      "a ",
      "a/",
      "a?",
      "a#",
      "u@a",
      "a@",
      "a,b c",
      "[",
      "[]",
      "[:]",
      "[1:2]",
      "[::1",
      "[::1]x",
      "[::1]80",
      "[::g]",
      "::1",
      "[fe80::1%eth0]",
      "[v1.a]",
      "%",
      "%4",
      "%zz",
      "a\x80",
      "a\x01",
      "a\\b",
      "a|b",
      "a:99999999999999999999",
      "http://a",
      "a]",
      "a[",
      "a\"",
  };
  for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
    mt_slice host = copy_exactly(mt_slice_from(hosts[i]));
    if (mt__target_is_host(host)) fail_msg("accepted %s", hosts[i]);
    free((void *)(uintptr_t)host.data);
  }
  assert_false(mt__target_is_host(MT_SLICE("a\0b")));
}

static void decodes_escapes(void **state) {
  (void)state;
  const char *const cases[][2] = {{"", ""},        {"abc", "abc"},   {"%41%62c", "Abc"},
                                  {"a+b", "a+b"},  {"%2525", "%25"}, {"%e2%82%AC", "\xe2\x82\xac"},
                                  {"%2F%2e", "/."}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt_slice text = copy_exactly(mt_slice_from(cases[i][0]));
    char out[32];
    ptrdiff_t size = mt__target_decode(text, out);
    assert_true(size >= 0);
    check_slice(((mt_slice){out, (size_t)size}), cases[i][1]);
    free((void *)(uintptr_t)text.data);
  }
}

static void decodes_in_place(void **state) {
  (void)state;
  char text[] = "a%20b%20c";
  assert_int_equal(mt__target_decode((mt_slice){text, 9}, text), 5);
  assert_memory_equal(text, "a b c", 5);
}

static void decodes_no_broken_escape_and_no_nul(void **state) {
  (void)state;
  const char *const cases[] = {"%", "a%", "%4", "%4g", "%g4", "a%00b", "%%41", "% 1", "%-1", "%0x"};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    mt_slice text = copy_exactly(mt_slice_from(cases[i]));
    char out[32];
    assert_int_equal(mt__target_decode(text, out), -1);
    free((void *)(uintptr_t)text.data);
  }
}

static void dot_segments_are_seen_however_they_are_written(void **state) {
  (void)state;
  const char *const paths[] = {"/.",
                               "/..",
                               "/../a",
                               "/a/..",
                               "/a/./b",
                               "/%2e",
                               "/%2E%2e/a",
                               "/.%2e/",
                               "/%2E./a",
                               ".",
                               "..",
                               "/a/%2e",
                               "//../",
                               "/a/b/c/%2E.",
                               "/a%2f..",
                               "/..%2Fa",
                               "/a%2F%2e%2e%2fb"};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    mt_slice path = copy_exactly(mt_slice_from(paths[i]));
    if (!mt__target_has_dot_segment(path)) fail_msg("missed %s", paths[i]);
    free((void *)(uintptr_t)path.data);
  }
}

static void dots_in_names_are_no_dot_segments(void **state) {
  (void)state;
  const char *const paths[] = {"",      "/",      "/a",      "/a.b",    "/.a",
                               "/a.",   "/...",   "/..a/b",  "/a..",    "/%2e%2e%2e",
                               "/%2ea", "/%252e", "/a/.b/c", "/%2",     "/.%2",
                               "/%2f",  "/..%2",  "/..%5c",  "/a%2f.b", "/%2f...%2f"};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    mt_slice path = copy_exactly(mt_slice_from(paths[i]));
    if (mt__target_has_dot_segment(path)) fail_msg("saw one in %s", paths[i]);
    free((void *)(uintptr_t)path.data);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_targets_apart),
      cmocka_unit_test(rejects_what_is_no_target_of_the_method),
      cmocka_unit_test(each_octet_is_checked_in_path_and_query),
      cmocka_unit_test(hosts_are_names_addresses_and_ports),
      cmocka_unit_test(rejects_what_is_no_host),
      cmocka_unit_test(decodes_escapes),
      cmocka_unit_test(decodes_in_place),
      cmocka_unit_test(decodes_no_broken_escape_and_no_nul),
      cmocka_unit_test(dot_segments_are_seen_however_they_are_written),
      cmocka_unit_test(dots_in_names_are_no_dot_segments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
