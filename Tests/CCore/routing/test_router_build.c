#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/automaton.h"
#include "routing/router.h"
#include "support/failing_allocator.h"
#include "support/routes.h"

static mt__router *create(void) {
  mt__router *router;
  assert_int_equal(mt__router_create(&mt__allocator_system, &router), MT_OK);
  return router;
}

static mt_status add(mt__router *router, const char *text, mt_error *error) {
  mt__route route = route_of(text);
  return mt__router_add(router, &route, error);
}

static void refuses_the_same_shape_and_method_twice(void **state) {
  static const struct {
    const char *first, *second;
  } cases[] = {
      {"/", "/"},
      {"/a", "/a"},
      {"/a/{x}/b", "/a/{y}/b"},
      {"/{x}", "/{y}"},
      {"/a/{x...}", "/a/{y...}"},
      {"/a/{x...}", "/a/{x\xE2\x80\xA6}"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    mt__router *router = create();
    mt_error error = {.struct_size = sizeof error};
    char quoted[64];
    assert_int_equal(add(router, cases[i].first, NULL), MT_OK);
    assert_int_equal(add(router, cases[i].second, &error), MT_ERROR_CONFLICT);
    snprintf(quoted, sizeof quoted, "GET \"%s\"", cases[i].second);
    assert_non_null(strstr(error.message, quoted));
    snprintf(quoted, sizeof quoted, "as \"%s\"", cases[i].first);
    assert_non_null(strstr(error.message, quoted));
    assert_int_equal(mt__router_count(router), 1);
    mt__router_destroy(router);
  }
}

static void takes_what_differs_in_shape_or_method(void **state) {
  static const char *const routes[] = {
      "/a", "POST /a", "HEAD /a", "/a/", "/{a}", "/{a...}", "/a/{b}", "/a/{b...}", "/{b}/",
  };
  mt__router *router = create();
  (void)state;
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    assert_int_equal(add(router, routes[i], NULL), MT_OK);
  assert_int_equal(mt__router_count(router), 9);
  mt__router_destroy(router);
}

static void refuses_bad_patterns_and_methods(void **state) {
  mt__router *router = create();
  mt__route route = route_of("/a");
  mt_error error = {.struct_size = sizeof error};
  (void)state;
  assert_int_equal(add(router, "/a/{", &error), MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "\"/a/{\" is refused at offset 3"));
  route.method = MT_METHOD_UNKNOWN;
  assert_int_equal(mt__router_add(router, &route, &error), MT_ERROR_INVALID_ARGUMENT);
  route.method = (mt_method)MT__ROUTE_METHODS;
  assert_int_equal(mt__router_add(router, &route, &error), MT_ERROR_INVALID_ARGUMENT);
  route.method = (mt_method)-1;
  assert_int_equal(mt__router_add(router, &route, &error), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt__router_count(router), 0);
  mt__router_destroy(router);
}

static void keeps_copies_in_the_order_they_came(void **state) {
  char text[] = "/a/{id}/{rest...}";
  mt__router *router = create();
  (void)state;
  assert_int_equal(add(router, text, NULL), MT_OK);
  assert_int_equal(add(router, "POST /b", NULL), MT_OK);
  memset(text, 'z', sizeof text - 1);
  const mt__route *first = mt__router_at(router, 0);
  assert_memory_equal(first->pattern.data, "/a/{id}/{rest...}", first->pattern.size);
  assert_int_equal(first->parameter_count, 2);
  assert_memory_equal(first->parameter_names[0].data, "id", 2);
  assert_memory_equal(first->parameter_names[1].data, "rest", 4);
  assert_int_equal(first->parameter_names[1].size, 4);
  assert_int_equal(mt__router_at(router, 1)->method, MT_METHOD_POST);
  assert_null(mt__router_at(router, 2));
  assert_int_equal(mt__router_methods(router),
                   1u << MT_METHOD_GET | 1u << MT_METHOD_HEAD | 1u << MT_METHOD_POST);
  mt__router_destroy(router);
}

static void count_call(void *user_data) {
  (*(int *)user_data)++;
}

static void destroys_what_was_added_once_and_nothing_else(void **state) {
  int added = 0, refused = 0;
  mt__router *router = create();
  mt__route route = route_of("/a");
  (void)state;
  route.destroy = count_call;
  route.user_data = &added;
  assert_int_equal(mt__router_add(router, &route, NULL), MT_OK);
  route.user_data = &refused;
  assert_int_equal(mt__router_add(router, &route, NULL), MT_ERROR_CONFLICT);
  assert_int_equal(mt__router_freeze(router, NULL), MT_OK);
  assert_int_equal(added, 0);
  mt__router_destroy(router);
  assert_int_equal(added, 1);
  assert_int_equal(refused, 0);
}

static void takes_no_routes_once_frozen_and_freezes_twice(void **state) {
  mt__router *router = create();
  (void)state;
  assert_int_equal(add(router, "/a", NULL), MT_OK);
  assert_int_equal(mt__router_freeze(router, NULL), MT_OK);
  assert_int_equal(mt__router_freeze(router, NULL), MT_OK);
  assert_int_equal(add(router, "/b", NULL), MT_ERROR_INVALID_STATE);
  assert_string_equal(tell_search(router, MT_METHOD_GET, MT_SLICE("/a")), "/a");
  mt__router_destroy(router);
}

static void destroys_nothing_given_null(void **state) {
  (void)state;
  mt__router_destroy(NULL);
}

/** `count` literals below the root make as many states, besides the dead one and the first. */
static mt_status freeze_literals(int count, mt_error *error) {
  mt__router *router = create();
  for (int i = 0; i < count; i++) {
    char text[32];
    snprintf(text, sizeof text, "/%d", i);
    assert_int_equal(add(router, text, NULL), MT_OK);
  }
  mt_status status = mt__router_freeze(router, error);
  mt__router_destroy(router);
  return status;
}

static void builds_as_many_states_as_the_limit_and_no_more(void **state) {
  mt_error error = {.struct_size = sizeof error};
  (void)state;
  assert_int_equal(freeze_literals(MT__AUTOMATON_STATES_MAX - 2, NULL), MT_OK);
  assert_int_equal(freeze_literals(MT__AUTOMATON_STATES_MAX - 1, &error), MT_ERROR_LIMIT);
  assert_non_null(strstr(error.message, "65536 search states"));
}

static void refuses_patterns_that_multiply(void **state) {
  enum { LENGTH = 20 };
  mt__router *router = create();
  (void)state;
  for (int literal = 0; literal < LENGTH; literal++) {
    char text[256];
    size_t used = 0;
    for (int i = 0; i < LENGTH; i++)
      used += (size_t)snprintf(text + used, sizeof text - used, i == literal ? "/x" : "/{p%d}", i);
    assert_int_equal(add(router, text, NULL), MT_OK);
  }
  assert_int_equal(mt__router_freeze(router, NULL), MT_ERROR_LIMIT);
  mt__router_destroy(router);
}

/** Everything that allocates; whatever fails, what is there keeps working. */
static void build_and_search(const mt_allocator *allocator, void *context) {
  static const char *const routes[] = {
      "/",       "/a", "/b", "/c",     "/d",       "/e", "/f",          "/{x}/y",
      "POST /a", "/g", "/h", "/i/{a}", "/i/{a}/j", "/k", "/i/b/{r...}", "/l/{m}/{n}/{o}",
  };
  mt__router *router;
  (void)context;
  if (mt__router_create(allocator, &router) != MT_OK) return;
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
    mt_status status = add(router, routes[i], NULL);
    if (status == MT_ERROR_NO_MEMORY) status = add(router, routes[i], NULL);
    assert_int_equal(status, MT_OK);
  }
  mt_error error = {.struct_size = sizeof error};
  mt_status status = mt__router_freeze(router, &error);
  if (status == MT_ERROR_NO_MEMORY) status = mt__router_freeze(router, NULL);
  assert_int_equal(status, MT_OK);
  assert_string_equal(tell_search(router, MT_METHOD_GET, MT_SLICE("/i/b/j")), "/i/b/{r...} r=j");
  assert_string_equal(tell_search(router, MT_METHOD_GET, MT_SLICE("/k")), "/k");
  assert_string_equal(tell_search(router, MT_METHOD_GET, MT_SLICE("/%6b/y")), "/{x}/y x=k");
  mt__router_destroy(router);
}

static void survives_every_failing_allocation(void **state) {
  (void)state;
  assert_true(failing_allocator_walk(build_and_search, NULL) > 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_the_same_shape_and_method_twice),
      cmocka_unit_test(takes_what_differs_in_shape_or_method),
      cmocka_unit_test(refuses_bad_patterns_and_methods),
      cmocka_unit_test(keeps_copies_in_the_order_they_came),
      cmocka_unit_test(destroys_what_was_added_once_and_nothing_else),
      cmocka_unit_test(takes_no_routes_once_frozen_and_freezes_twice),
      cmocka_unit_test(destroys_nothing_given_null),
      cmocka_unit_test(builds_as_many_states_as_the_limit_and_no_more),
      cmocka_unit_test(refuses_patterns_that_multiply),
      cmocka_unit_test(survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
