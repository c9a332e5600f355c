#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/automaton.h"
#include "routing/exact.h"

enum { ROUTES_MAX = 256, TEXT = 32 };

/** An automaton with the patterns it borrows from. */
typedef struct fixture {
  char texts[ROUTES_MAX][TEXT];
  mt__route routes[ROUTES_MAX];
  uint32_t count;
  mt__tree tree;
  mt__automaton automaton;
} fixture;

static void add(fixture *self, const char *text) {
  mt__pattern pattern;
  const mt__route *other;
  mt__route *route = &self->routes[self->count];
  snprintf(self->texts[self->count], TEXT, "%s", text);
  *route =
      (mt__route){.method = MT_METHOD_GET, .pattern = {self->texts[self->count], strlen(text)}};
  self->count++;
  assert_int_equal(mt__pattern_parse(route->pattern, &pattern, NULL), MT_OK);
  assert_int_equal(mt__tree_insert(&self->tree, &pattern, route, &other), MT_OK);
}

static void init(fixture *self, const char *const *patterns, size_t count) {
  self->count = 0;
  mt__tree_init(&self->tree, &mt__allocator_system);
  for (size_t i = 0; i < count; i++) add(self, patterns[i]);
}

static void freeze(fixture *self) {
  mt_status status = mt__automaton_init(&self->automaton, &mt__allocator_system, &self->tree, NULL);
  assert_int_equal(status, MT_OK);
}

static void deinit(fixture *self) {
  mt__automaton_deinit(&self->automaton);
  mt__tree_deinit(&self->tree);
}

static void shares_states_that_stand_for_the_same_patterns(void **state) {
  static fixture self;
  static const char *const patterns[] = {"/{rest...}"};
  (void)state;
  init(&self, patterns, 1);
  for (int i = 0; i < 200; i++) {
    char text[TEXT];
    snprintf(text, sizeof text, "/s/%d", i);
    add(&self, text);
  }
  freeze(&self);
  /* The dead one, the first, "s", one for each literal, one for the rest alone. */
  assert_int_equal(self.automaton.state_count, 204);
  deinit(&self);
}

static void knows_a_literal_of_several_patterns_once(void **state) {
  static fixture self;
  static const char *const patterns[] = {"/a/x", "/{p}/x", "/{p}/y"};
  (void)state;
  init(&self, patterns, 3);
  freeze(&self);
  /* "a"; behind it "x" and "y"; behind anything else "x" and "y". */
  assert_int_equal(self.automaton.edge_count, 5);
  deinit(&self);
}

static void stops_where_nothing_can_match_any_more(void **state) {
  static fixture self;
  static const char *const patterns[] = {"/a/b", "/r/{x...}"};
  mt__walk walk;
  (void)state;
  init(&self, patterns, 2);
  freeze(&self);
  mt_slice path = MT_SLICE("/b/c/d/e/f/g");
  assert_true(mt__automaton_walk(&self.automaton, path, NULL, &walk));
  assert_int_equal(walk.segment_count, 2);
  assert_int_equal(walk.accept->allowed, 0);
  assert_ptr_equal(walk.end, path.data + path.size);
  assert_true(mt__automaton_walk(&self.automaton, MT_SLICE("/r/1/2/3/4/5"), NULL, &walk));
  assert_int_equal(walk.segment_count, 3);
  assert_ptr_equal(walk.accept->routes[MT_METHOD_GET], &self.routes[1]);
  deinit(&self);
}

static void looks_whole_literal_paths_up(void **state) {
  static const mt__accept accepts[3];
  static const char *const paths[] = {"/", "/hello", "/world"};
  static const char *const others[] = {"/x", "/hellp", "/a/b/c", ""};
  mt__exact exact;
  (void)state;
  assert_true(mt__exact_init(&exact, &mt__allocator_system, 3));
  for (int i = 0; i < 3; i++) mt__exact_add(&exact, mt_slice_from(paths[i]), &accepts[i]);
  for (int i = 0; i < 3; i++)
    assert_ptr_equal(mt__exact_find(&exact, mt_slice_from(paths[i])), &accepts[i]);
  for (int i = 0; i < 4; i++) assert_null(mt__exact_find(&exact, mt_slice_from(others[i])));
  mt__exact_deinit(&exact);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_states_that_stand_for_the_same_patterns),
      cmocka_unit_test(knows_a_literal_of_several_patterns_once),
      cmocka_unit_test(stops_where_nothing_can_match_any_more),
      cmocka_unit_test(looks_whole_literal_paths_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
