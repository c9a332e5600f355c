/* The automaton against the rules read naively: every pattern tried, the winner found by comparing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/slice.h"
#include "routing/pattern.h"
#include "routing/router.h"
#include "support/routes.h"

enum { ROUTERS = 400, ROUTES_MAX = 24, SEARCHES = 200, TEXT = 64 };

typedef struct random_source {
  uint64_t state;
} random_source;

static uint32_t below(random_source *source, uint32_t limit) {
  source->state = source->state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(source->state >> 33) % limit;
}

static void make_pattern(random_source *source, char *out) {
  static const char *const methods[] = {"GET", "POST", "HEAD", "PUT"};
  static const char *const literals[] = {"a", "b", "c", "aa", "d", "e", "f"};
  size_t used = (size_t)snprintf(out, TEXT, "%s ", methods[below(source, 4)]);
  uint32_t count = 1 + below(source, 4);
  for (uint32_t i = 0; i < count; i++) {
    bool is_last = i + 1 == count;
    uint32_t kind = below(source, is_last ? 10 : 8);
    if (kind < 5)
      used += (size_t)snprintf(out + used, TEXT - used, "/%s", literals[below(source, 7)]);
    else if (kind < 9)
      used += (size_t)snprintf(out + used, TEXT - used, kind < 8 ? "/{p%u}" : "/{p%u...}", i);
    else
      used += (size_t)snprintf(out + used, TEXT - used, "/");
  }
}

static void make_path(random_source *source, char *out) {
  static const char *const segments[] = {"a", "b", "c", "aa", "", "%61", "z", "d", "%2f", "f"};
  size_t used = 0;
  uint32_t count = 1 + below(source, 5);
  for (uint32_t i = 0; i < count; i++)
    used += (size_t)snprintf(out + used, TEXT - used, "/%s", segments[below(source, 10)]);
}

/** The raw segments of `path` as they decode, given the few escapes that make_path writes. */
static uint32_t cut_path(const char *path, mt_slice *segments) {
  mt_slice rest = mt_slice_from(path + 1);
  uint32_t count = 0;
  for (;;) {
    const char *slash = rest.size ? memchr(rest.data, '/', rest.size) : NULL;
    size_t size = slash ? (size_t)(slash - rest.data) : rest.size;
    mt_slice raw = {rest.data, size};
    if (mt__slice_equal(raw, MT_SLICE("%61"))) raw = MT_SLICE("a");
    if (mt__slice_equal(raw, MT_SLICE("%2f"))) raw = MT_SLICE("/");
    segments[count++] = raw;
    if (!slash) return count;
    rest = (mt_slice){slash + 1, rest.size - size - 1};
  }
}

static bool matches(const mt__pattern *pattern, const mt_slice *segments, uint32_t count) {
  for (uint32_t i = 0; i < pattern->segment_count; i++) {
    const mt__segment *wanted = &pattern->segments[i];
    if (i == count) return false;
    if (wanted->kind == MT__SEGMENT_REST) return true;
    if (wanted->kind == MT__SEGMENT_PARAMETER && segments[i].size == 0) return false;
    if (wanted->kind == MT__SEGMENT_LITERAL && !mt__slice_equal(wanted->text, segments[i]))
      return false;
  }
  return pattern->segment_count == count;
}

/** Whether `a` wins over `b`, both matching the same path. */
static bool precedes(const mt__pattern *a, const mt__pattern *b) {
  for (uint32_t i = 0; i < a->segment_count && i < b->segment_count; i++) {
    if (a->segments[i].kind != b->segments[i].kind)
      return a->segments[i].kind < b->segments[i].kind;
  }
  return false;
}

static bool has_shape(const mt__pattern *a, const mt__pattern *b) {
  for (uint32_t i = 0; i < a->segment_count && i < b->segment_count; i++) {
    const mt__segment *one = &a->segments[i], *other = &b->segments[i];
    if (one->kind != other->kind) return false;
    if (one->kind == MT__SEGMENT_LITERAL && !mt__slice_equal(one->text, other->text)) return false;
  }
  return a->segment_count == b->segment_count;
}

/** GET answers HEAD unless the same pattern has HEAD of its own. */
static bool answers(const mt__router *router, const mt__route *route, mt_method method) {
  if (route->method == method) return true;
  if (method != MT_METHOD_HEAD || route->method != MT_METHOD_GET) return false;
  mt__pattern own, other;
  assert_int_equal(mt__pattern_parse(route->pattern, &own, NULL), MT_OK);
  for (size_t i = 0; i < mt__router_count(router); i++) {
    const mt__route *rival = mt__router_at(router, i);
    assert_int_equal(mt__pattern_parse(rival->pattern, &other, NULL), MT_OK);
    if (rival->method == MT_METHOD_HEAD && has_shape(&own, &other)) return false;
  }
  return true;
}

static const mt__route *find_naively(const mt__router *router, mt_method method, const char *path,
                                     uint32_t *allowed) {
  mt_slice segments[16];
  uint32_t count = cut_path(path, segments);
  const mt__route *best = NULL;
  mt__pattern best_pattern = {0}, pattern;
  *allowed = 0;
  for (size_t i = 0; i < mt__router_count(router); i++) {
    const mt__route *route = mt__router_at(router, i);
    assert_int_equal(mt__pattern_parse(route->pattern, &pattern, NULL), MT_OK);
    if (!matches(&pattern, segments, count)) continue;
    *allowed |= 1u << route->method;
    if (route->method == MT_METHOD_GET) *allowed |= 1u << MT_METHOD_HEAD;
    if (!answers(router, route, method) || (best && !precedes(&pattern, &best_pattern))) continue;
    best = route;
    best_pattern = pattern;
  }
  return best;
}

static void compare(random_source *source, const mt__router *router) {
  char path[TEXT];
  mt__arena arena;
  mt__match match;
  uint32_t allowed;
  mt_method method = (mt_method)(MT_METHOD_GET + below(source, 4));
  make_path(source, path);
  mt__arena_init(&arena, &mt__allocator_system, NULL, 0);
  assert_int_equal(mt__router_find(router, method, mt_slice_from(path), &arena, &match), MT_OK);
  assert_false(match.is_malformed);
  assert_ptr_equal(match.route, find_naively(router, method, path, &allowed));
  assert_int_equal(match.allowed, allowed);
  mt__arena_reset(&arena);
}

static void agrees_with_the_rules_on_random_routes_and_paths(void **state) {
  random_source source = {20240917};
  (void)state;
  for (int i = 0; i < ROUTERS; i++) {
    mt__router *router;
    assert_int_equal(mt__router_create(&mt__allocator_system, &router), MT_OK);
    for (uint32_t left = 1 + below(&source, ROUTES_MAX); left > 0; left--) {
      char text[TEXT];
      make_pattern(&source, text);
      mt__route route = route_of(text);
      mt_status status = mt__router_add(router, &route, NULL);
      assert_true(status == MT_OK || status == MT_ERROR_CONFLICT);
    }
    assert_int_equal(mt__router_freeze(router, NULL), MT_OK);
    for (int search = 0; search < SEARCHES; search++) compare(&source, router);
    mt__router_destroy(router);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_the_rules_on_random_routes_and_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
