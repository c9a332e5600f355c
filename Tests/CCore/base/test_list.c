#include "base/list.h"
#include "support/check.h"

typedef struct item {
  char name;
  mt__list node;
} item;

/** The names of a list's items, read forwards; asserts that backwards is the same. */
static const char *read_names(mt__list *list, char names[8]) {
  size_t count = 0;
  for (mt__list *node = list->next; node != list; node = node->next)
    names[count++] = MT__CONTAINER(node, item, node)->name;
  names[count] = 0;
  for (mt__list *node = list->previous; node != list; node = node->previous)
    assert_int_equal(names[--count], MT__CONTAINER(node, item, node)->name);
  assert_int_equal(count, 0);
  return names;
}

static void fill(mt__list *list, item *items, const char *names) {
  mt__list_init(list);
  for (; *names; names++, items++) {
    items->name = *names;
    mt__list_append(list, &items->node);
  }
}

static void appending_keeps_the_order(void **state) {
  (void)state;
  mt__list list;
  item items[3];
  char names[8];
  fill(&list, items, "");
  assert_true(mt__list_is_empty(&list));
  fill(&list, items, "abc");
  assert_false(mt__list_is_empty(&list));
  assert_string_equal(read_names(&list, names), "abc");
}

static void a_removed_node_may_be_removed_again(void **state) {
  (void)state;
  mt__list list;
  item items[3];
  char names[8];
  fill(&list, items, "abc");
  mt__list_remove(&items[1].node);
  mt__list_remove(&items[1].node);
  assert_string_equal(read_names(&list, names), "ac");
  mt__list_remove(&items[0].node);
  mt__list_remove(&items[2].node);
  assert_true(mt__list_is_empty(&list));
}

static void splicing_moves_everything_to_the_end(void **state) {
  (void)state;
  mt__list to, from, none;
  item items[2], others[2];
  char names[8];
  fill(&to, items, "ab");
  fill(&from, others, "cd");
  mt__list_init(&none);
  mt__list_splice(&to, &from);
  mt__list_splice(&to, &none);
  assert_string_equal(read_names(&to, names), "abcd");
  assert_true(mt__list_is_empty(&from));
  mt__list_splice(&none, &to);
  assert_string_equal(read_names(&none, names), "abcd");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(appending_keeps_the_order),
      cmocka_unit_test(a_removed_node_may_be_removed_again),
      cmocka_unit_test(splicing_moves_everything_to_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
