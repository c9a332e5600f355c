#include "http/head.h"
#include "support/check.h"

static const char text[] = "Accept: a\r\nHOST: b\r\naccept: c\r\n";

static mt__field_place fields[] = {
    {0, 6, MT__FIELD_OTHER, 8, 1},
    {11, 4, MT__FIELD_HOST, 17, 1},
    {20, 6, MT__FIELD_OTHER, 28, 1},
};

static const mt__head head = {
    .base = text, .fields = fields, .field_count = 3, .field_capacity = 3};

static void finds_the_first_field_of_a_name_in_any_case(void **state) {
  (void)state;
  assert_int_equal(mt__head_find(&head, MT_SLICE("ACCEPT")), 0);
  assert_int_equal(mt__head_find(&head, MT_SLICE("host")), 1);
  assert_int_equal(mt__head_next_id(&head, MT__FIELD_HOST, 0), 1);
}

static void finds_nothing_that_is_not_there(void **state) {
  (void)state;
  assert_int_equal(mt__head_find(&head, MT_SLICE("accep")), -1);
  assert_int_equal(mt__head_find(&head, MT_SLICE("hosts")), -1);
  assert_int_equal(mt__head_find(&head, MT_SLICE("")), -1);
  assert_int_equal(mt__head_next_id(&head, MT__FIELD_DATE, 0), head.field_count);
}

static void fields_move_with_the_bytes(void **state) {
  (void)state;
  char moved_text[sizeof text];
  memcpy(moved_text, text, sizeof text);
  mt__head moved = head;
  moved.base = moved_text;
  mt_field field = mt__head_field(&moved, 2);
  check_slice(field.name, "accept");
  check_slice(field.value, "c");
  assert_ptr_equal(field.name.data, moved_text + 20);
  check_slice(mt__head_slice(&moved, (mt__place){11, 7}), "HOST: b");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_the_first_field_of_a_name_in_any_case),
      cmocka_unit_test(finds_nothing_that_is_not_there),
      cmocka_unit_test(fields_move_with_the_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
