/* The automaton against the rules read naively. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/slice.h"
#include "routing/router.h"
#include "support/router_model.h"
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
  static const char *const segments[] = {"a", "b", "c",   "aa", "", "%61",
                                         "z", "d", "%2f", "%2", "f"};
  size_t used = 0;
  uint32_t count = 1 + below(source, 5);
  for (uint32_t i = 0; i < count; i++)
    used += (size_t)snprintf(out + used, TEXT - used, "/%s", segments[below(source, 11)]);
}

static void assert_same(const mt__match *match, const model_match *expected) {
  assert_int_equal(match->is_malformed, expected->is_malformed);
  assert_ptr_equal(match->route, expected->route);
  assert_int_equal(match->allowed, expected->allowed);
  assert_int_equal(match->parameter_count, expected->parameter_count);
  for (uint32_t i = 0; i < match->parameter_count; i++)
    assert_true(mt__slice_equal(match->parameters[i], expected->parameters[i]));
}

static void compare(random_source *source, const mt__router *router, router_model *model) {
  char path[TEXT];
  mt__arena arena;
  mt__match match;
  model_match expected;
  mt_method method = (mt_method)(MT_METHOD_GET + below(source, 4));
  make_path(source, path);
  mt__arena_init(&arena, &mt__allocator_system, NULL, 0);
  assert_int_equal(mt__router_find(router, method, mt_slice_from(path), &arena, &match), MT_OK);
  router_model_find(model, method, mt_slice_from(path), &expected);
  assert_same(&match, &expected);
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
    router_model *model = router_model_create(router);
    assert_non_null(model);
    for (int search = 0; search < SEARCHES; search++) compare(&source, router, model);
    router_model_destroy(model);
    mt__router_destroy(router);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_the_rules_on_random_routes_and_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
