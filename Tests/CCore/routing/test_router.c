#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/router.h"
#include "support/failing_allocator.h"
#include "support/routes.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef struct expectation {
  const char *path, *told;
} expectation;

static void expect(const char *const *routes, size_t route_count, mt_method method,
                   const expectation *cases, size_t count) {
  mt__router *router = router_of(routes, route_count);
  for (size_t i = 0; i < count; i++) {
    const char *told = tell_search(router, method, mt_slice_from(cases[i].path));
    assert_string_equal(told, cases[i].told);
  }
  mt__router_destroy(router);
}

#define EXPECT(routes, method, cases) expect(routes, COUNT(routes), method, cases, COUNT(cases))

static void finds_literals_and_parameters(void **state) {
  static const char *const routes[] = {"/", "/hello", "/hello/", "/users/{id}", "/a/{x}/b/{y-2}"};
  static const expectation cases[] = {
      {"/", "/"},
      {"/hello", "/hello"},
      {"/hello/", "/hello/"},
      {"/hello/x", "none"},
      {"/hell", "none"},
      {"/hellO", "none"},
      {"/users/42", "/users/{id} id=42"},
      {"/users/42/", "none"},
      {"/users", "none"},
      {"/a/1/b/2", "/a/{x}/b/{y-2} x=1 y-2=2"},
      {"/a/1/c/2", "none"},
      {"*", "none"},
      {"hello", "none"},
  };
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void takes_the_empty_path_for_the_root(void **state) {
  static const char *const routes[] = {"/"};
  static const expectation cases[] = {{"", "/"}};
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void compares_literals_with_the_decoded_segment(void **state) {
  static const char *const routes[] = {"/hello", "/caf\xC3\xA9/a b", "/100%", "/{p}/x"};
  static const expectation cases[] = {
      {"/%68ello", "/hello"},
      {"/%68%65%6C%6c%6f", "/hello"},
      {"/caf%C3%A9/a%20b", "/caf\xC3\xA9/a b"},
      {"/caf\xC3\xA9/a b", "/caf\xC3\xA9/a b"},
      {"/100%25", "/100%"},
      {"/100%", "malformed"},
      {"/hello%2Fx", "none"},
      {"%2Fhello", "none"},
  };
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void decodes_parameters_and_keeps_an_escaped_slash_in_its_segment(void **state) {
  static const char *const routes[] = {"/f/{name}", "/s/{a}/{rest...}"};
  static const expectation cases[] = {
      {"/f/a%2Fb", "/f/{name} name=a/b"},
      {"/f/a+b%2B", "/f/{name} name=a+b+"},
      {"/s/%7e/x%2fy/z%21", "/s/{a}/{rest...} a=~ rest=x/y/z!"},
      {"/s/1/%25%32%35/%20", "/s/{a}/{rest...} a=1 rest=%25/ "},
      {"/s/%31/", "/s/{a}/{rest...} a=1 rest="},
  };
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void calls_broken_escapes_and_nul_malformed_wherever_they_are(void **state) {
  static const char *const routes[] = {"/a/{b}", "/r/{rest...}", "/deep/x/y"};
  static const expectation cases[] = {
      {"/a/%", "malformed"},
      {"/a/%4", "malformed"},
      {"/a/%4g", "malformed"},
      {"/a/%00", "malformed"},
      {"/%zz/b", "malformed"},
      {"/r/a/b/c/%2", "malformed"},
      {"/no/such/place/%", "malformed"},
      {"/r/x/y/z%00", "malformed"},
      {"/a/%01", "/a/{b} b=\x01"},
  };
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void matches_rests_behind_their_slash_only(void **state) {
  static const char *const routes[] = {"/static/{p...}", "/all/{x}/{p\xE2\x80\xA6}"};
  static const expectation cases[] = {
      {"/static", "none"},
      {"/static/", "/static/{p...} p="},
      {"/static/a", "/static/{p...} p=a"},
      {"/static/a/b", "/static/{p...} p=a/b"},
      {"/static//", "/static/{p...} p=/"},
      {"/static/a//b/", "/static/{p...} p=a//b/"},
      {"/static/../x", "/static/{p...} p=../x"},
      {"/all/1", "none"},
      {"/all/1/", "/all/{x}/{p\xE2\x80\xA6} x=1 p="},
      {"/all/1/2/3", "/all/{x}/{p\xE2\x80\xA6} x=1 p=2/3"},
  };
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void matches_everything_with_a_rest_at_the_root(void **state) {
  static const char *const routes[] = {"/{p...}"};
  static const expectation cases[] = {
      {"/", "/{p...} p="}, {"/a", "/{p...} p=a"}, {"//", "/{p...} p=/"}, {"", "/{p...} p="}};
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void gives_no_empty_segment_to_a_parameter(void **state) {
  static const char *const routes[] = {"/{a}", "/x/{a}", "/x/{a}/y", "/x/"};
  static const expectation cases[] = {
      {"/", "none"}, {"//", "none"}, {"/x/", "/x/"}, {"/x//y", "none"}, {"/x//", "none"}};
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void prefers_the_more_specific_segment_from_the_left(void **state) {
  static const char *const routes[] = {
      "/{rest...}", "/{a}/{b}", "/a/{b}", "/{a}/b", "/a/b", "/a/{rest...}", "/{x}/b/c",
  };
  static const expectation cases[] = {
      {"/a/b", "/a/b"},
      {"/a/c", "/a/{b} b=c"},
      {"/c/b", "/{a}/b a=c"},
      {"/c/d", "/{a}/{b} a=c b=d"},
      {"/a/", "/a/{rest...} rest="},
      {"/a/b/c", "/a/{rest...} rest=b/c"},
      {"/c/b/c", "/{x}/b/c x=c"},
      {"/c/b/d", "/{rest...} rest=c/b/d"},
      {"/a", "/{rest...} rest=a"},
      {"/c/", "/{rest...} rest=c/"},
  };
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void knows_no_dead_ends(void **state) {
  static const char *const routes[] = {"/a/{x}/c", "/a/b/d", "/{p}/b/{q}/e", "/{r...}"};
  static const expectation cases[] = {
      {"/a/b/c", "/a/{x}/c x=b"},           {"/a/b/d", "/a/b/d"},
      {"/a/b/d/e", "/{p}/b/{q}/e p=a q=d"}, {"/a/b/e", "/{r...} r=a/b/e"},
      {"/a/b/d/f", "/{r...} r=a/b/d/f"},
  };
  (void)state;
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void lets_a_less_specific_pattern_answer_for_a_missing_method(void **state) {
  static const char *const routes[] = {"POST /a/b", "/a/{x}", "DELETE /{r...}", "PUT /other"};
  static const expectation get[] = {{"/a/b", "/a/{x} x=b"}, {"/a/", "none DELETE"}};
  static const expectation delete_[] = {{"/a/b", "/{r...} r=a/b"}, {"/%61/b", "/{r...} r=a/b"}};
  static const expectation put[] = {{"/a/b", "none GET HEAD POST DELETE"},
                                    {"/a/c", "none GET HEAD DELETE"},
                                    {"/a/%62", "none GET HEAD POST DELETE"},
                                    {"/other", "/other"}};
  static const expectation unknown[] = {{"/other", "none PUT DELETE"}};
  (void)state;
  EXPECT(routes, MT_METHOD_GET, get);
  EXPECT(routes, MT_METHOD_DELETE, delete_);
  EXPECT(routes, MT_METHOD_PUT, put);
  EXPECT(routes, MT_METHOD_UNKNOWN, unknown);
}

static void answers_head_by_get_unless_it_has_its_own(void **state) {
  static const char *const routes[] = {"/a", "HEAD /a/x", "/a/x", "POST /p", "HEAD /{any}"};
  static const expectation cases[] = {
      {"/a", "/a"}, {"/a/x", "/a/x"}, {"/p", "/{any} any=p"}, {"/q", "/{any} any=q"}};
  (void)state;
  EXPECT(routes, MT_METHOD_HEAD, cases);
  mt__router *router = router_of(routes, COUNT(routes));
  mt__match match;
  assert_int_equal(mt__router_find(router, MT_METHOD_HEAD, MT_SLICE("/a/x"), NULL, &match), MT_OK);
  assert_int_equal(match.route->method, MT_METHOD_HEAD);
  assert_int_equal(mt__router_find(router, MT_METHOD_HEAD, MT_SLICE("/a"), NULL, &match), MT_OK);
  assert_int_equal(match.route->method, MT_METHOD_GET);
  mt__router_destroy(router);
}

static void finds_nothing_without_routes(void **state) {
  static const expectation cases[] = {
      {"/", "none"}, {"/a/b/c", "none"}, {"*", "none"}, {"/%00", "malformed"}};
  (void)state;
  expect(NULL, 0, MT_METHOD_GET, cases, COUNT(cases));
}

static void finds_each_of_many_siblings(void **state) {
  enum { SIBLINGS = 300 };
  static char texts[SIBLINGS][32];
  const char *routes[SIBLINGS];
  (void)state;
  for (int i = 0; i < SIBLINGS; i++) {
    snprintf(texts[i], sizeof texts[i], "/{p}/s%d/{x}", i * 7);
    routes[i] = texts[i];
  }
  mt__router *router = router_of(routes, SIBLINGS);
  for (int i = 0; i < SIBLINGS * 7; i++) {
    char path[64], told[96] = "none";
    snprintf(path, sizeof path, "/a/s%d/v", i);
    if (i % 7 == 0) snprintf(told, sizeof told, "%s p=a x=v", texts[i / 7]);
    assert_string_equal(tell_search(router, MT_METHOD_GET, mt_slice_from(path)), told);
  }
  mt__router_destroy(router);
}

static void walks_paths_longer_than_any_pattern(void **state) {
  static const char *const routes[] = {"/{a}/{b}/{r...}", "/x/{c}"};
  static char path[20000];
  (void)state;
  for (size_t i = 0; i < sizeof path; i += 2) memcpy(path + i, "/x", 2);
  mt__router *router = router_of(routes, COUNT(routes));
  mt__match match;
  mt_slice whole = {path, sizeof path};
  assert_int_equal(mt__router_find(router, MT_METHOD_GET, whole, NULL, &match), MT_OK);
  assert_int_equal(match.parameter_count, 3);
  assert_ptr_equal(match.parameters[2].data, path + 5);
  assert_int_equal(match.parameters[2].size, sizeof path - 5);
  mt__router_destroy(router);
}

static void fills_a_pattern_of_the_most_segments_and_parameters(void **state) {
  char pattern[1024], path[1024], told[2048];
  size_t pattern_size = 0, path_size = 0;
  (void)state;
  for (int i = 0; i < 32; i++) {
    const char *dots = i == 31 ? "..." : "";
    pattern_size += (size_t)snprintf(pattern + pattern_size, sizeof pattern - pattern_size,
                                     "/s/{p%d%s}", i, dots);
    path_size += (size_t)snprintf(path + path_size, sizeof path - path_size, "/s/%%76%d", i);
  }
  const char *routes[] = {pattern};
  size_t told_size = (size_t)snprintf(told, sizeof told, "%s", pattern);
  for (int i = 0; i < 32; i++)
    told_size += (size_t)snprintf(told + told_size, sizeof told - told_size, " p%d=v%d", i, i);
  snprintf(told + told_size, sizeof told - told_size, "/w//x");
  snprintf(path + path_size, sizeof path - path_size, "/w//x");
  const expectation cases[] = {{path, told}};
  EXPECT(routes, MT_METHOD_GET, cases);
}

static void borrows_values_from_the_path_when_nothing_is_escaped(void **state) {
  static const char *const routes[] = {"/u/{id}"};
  mt__router *router = router_of(routes, 1);
  mt_slice path = MT_SLICE("/u/42");
  mt__match match;
  (void)state;
  assert_int_equal(mt__router_find(router, MT_METHOD_GET, path, NULL, &match), MT_OK);
  assert_ptr_equal(match.parameters[0].data, path.data + 3);
  mt__router_destroy(router);
}

static void reports_missing_memory_when_decoding(void **state) {
  static const char *const routes[] = {"/u/{id}"};
  mt__router *router = router_of(routes, 1);
  failing_allocator allocator;
  mt__arena arena;
  mt__match match;
  (void)state;
  failing_allocator_init(&allocator, 0);
  failing_allocator_refuse(&allocator, true);
  mt__arena_init(&arena, &allocator.allocator, NULL, 0);
  assert_int_equal(mt__router_find(router, MT_METHOD_GET, MT_SLICE("/u/%34"), &arena, &match),
                   MT_ERROR_NO_MEMORY);
  assert_null(match.route);
  assert_int_equal(match.parameter_count, 0);
  mt__router_destroy(router);
}

static void refuses_to_search_before_it_is_frozen(void **state) {
  mt__router *router;
  mt__match match;
  (void)state;
  assert_int_equal(mt__router_create(&mt__allocator_system, &router), MT_OK);
  assert_int_equal(mt__router_find(router, MT_METHOD_GET, MT_SLICE("/"), NULL, &match),
                   MT_ERROR_INVALID_STATE);
  mt__router_destroy(router);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_literals_and_parameters),
      cmocka_unit_test(takes_the_empty_path_for_the_root),
      cmocka_unit_test(compares_literals_with_the_decoded_segment),
      cmocka_unit_test(decodes_parameters_and_keeps_an_escaped_slash_in_its_segment),
      cmocka_unit_test(calls_broken_escapes_and_nul_malformed_wherever_they_are),
      cmocka_unit_test(matches_rests_behind_their_slash_only),
      cmocka_unit_test(matches_everything_with_a_rest_at_the_root),
      cmocka_unit_test(gives_no_empty_segment_to_a_parameter),
      cmocka_unit_test(prefers_the_more_specific_segment_from_the_left),
      cmocka_unit_test(knows_no_dead_ends),
      cmocka_unit_test(lets_a_less_specific_pattern_answer_for_a_missing_method),
      cmocka_unit_test(answers_head_by_get_unless_it_has_its_own),
      cmocka_unit_test(finds_nothing_without_routes),
      cmocka_unit_test(finds_each_of_many_siblings),
      cmocka_unit_test(walks_paths_longer_than_any_pattern),
      cmocka_unit_test(fills_a_pattern_of_the_most_segments_and_parameters),
      cmocka_unit_test(borrows_values_from_the_path_when_nothing_is_escaped),
      cmocka_unit_test(reports_missing_memory_when_decoding),
      cmocka_unit_test(refuses_to_search_before_it_is_frozen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
