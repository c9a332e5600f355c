#include "http/conditions.h"
#include "http/field_names.h"
#include "http/words.h"
#include "support/check.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, and a day of 2020. */
enum { MODIFIED = 784111777, NOW = 1577836800, FIELDS_MAX = 8 };

#define TAG     "\"a\""
#define SAME    "Sun, 06 Nov 1994 08:49:37 GMT"
#define EARLIER "Sun, 06 Nov 1994 08:49:36 GMT"
#define LATER   "Sun, 06 Nov 1994 08:49:38 GMT"
#define RFC_850 "Sunday, 06-Nov-94 08:49:37 GMT"
#define MATCH   "If-Match: "
#define NONE    "If-None-Match: "
#define SINCE   "If-Modified-Since: "
#define UNLESS  "If-Unmodified-Since: "

/* A head with nothing but the fields of `lines`, each "Name: value" and a line feed. */
static mt__head parse(const char *lines, mt__field_place fields[FIELDS_MAX]) {
  mt__head head = {.base = lines, .fields = fields};
  for (const char *line = lines; *line; line = strchr(line, '\n') + 1) {
    const char *colon = strchr(line, ':');
    const char *end = strchr(line, '\n');
    assert_true(head.field_count < FIELDS_MAX);
    fields[head.field_count++] = (mt__field_place){
        .name_offset = (uint32_t)(line - lines),
        .name_size = (uint16_t)(colon - line),
        .id = (uint16_t)mt__field_lookup((mt_slice){line, (size_t)(colon - line)}),
        .value_offset = (uint32_t)(colon + 2 - lines),
        .value_size = (uint32_t)(end - colon - 2),
    };
  }
  return head;
}

static void expect(const char *lines, int status) {
  mt__field_place fields[FIELDS_MAX];
  mt__head head = parse(lines, fields);
  int found = mt__conditions_evaluate(&head, MT_SLICE(TAG), MODIFIED, NOW);
  if (found != status) fail_msg("%s is %d, not %d", lines, found, status);
}

static void without_conditions_everything_is_sent(void **state) {
  (void)state;
  expect("", 200);
  expect("Accept: */*\n", 200);
}

static void sends_nothing_that_the_client_has(void **state) {
  (void)state;
  expect(NONE TAG "\n", 304);
  expect(NONE "W/" TAG "\n", 304);
  expect(NONE "*\n", 304);
  expect(NONE "\"x\"\n", 200);
  expect(SINCE SAME "\n", 304);
  expect(SINCE LATER "\n", 304);
  expect(SINCE EARLIER "\n", 200);
}

static void fails_where_the_client_insists_on_something_else(void **state) {
  (void)state;
  expect(MATCH TAG "\n", 200);
  expect(MATCH "*\n", 200);
  expect(MATCH "\"x\"\n", 412);
  expect(MATCH "W/" TAG "\n", 412);
  expect(UNLESS SAME "\n", 200);
  expect(UNLESS LATER "\n", 200);
  expect(UNLESS EARLIER "\n", 412);
}

static void tags_in_several_fields_are_one_list(void **state) {
  (void)state;
  expect(NONE "\"x\"\nAccept: */*\n" NONE TAG "\n", 304);
  expect(NONE "\"x\"\n" NONE "\"y\"\n", 200);
  expect(MATCH "\"x\"\n" MATCH TAG "\n", 200);
  expect(MATCH "\"x\"\n" MATCH "\"y\"\n", 412);
}

static void ignores_dates_that_are_none_or_several(void **state) {
  (void)state;
  expect(SINCE "never\n", 200);
  expect(SINCE "\n", 200);
  expect(SINCE LATER ", " LATER "\n", 200);
  expect(SINCE LATER "\n" SINCE LATER "\n", 200);
  expect(UNLESS "never\n", 200);
  expect(UNLESS EARLIER "\n" UNLESS EARLIER "\n", 200);
}

static void two_digits_of_a_year_are_read_from_today(void **state) {
  (void)state;
  expect(SINCE RFC_850 "\n", 304);
  expect(UNLESS "Sunday, 06-Nov-93 08:49:37 GMT\n", 412);
  expect(SINCE "Wednesday, 01-Jan-20 00:00:00 GMT\n", 304);
}

/* RFC 9110 §13.2.2 */
static void tags_count_more_than_dates_and_insisting_more_than_asking(void **state) {
  (void)state;
  expect(NONE "\"x\"\n" SINCE LATER "\n", 200);
  expect(SINCE EARLIER "\n" NONE TAG "\n", 304);
  expect(MATCH TAG "\n" UNLESS EARLIER "\n", 200);
  expect(UNLESS LATER "\n" MATCH "\"x\"\n", 412);
  expect(NONE TAG "\n" MATCH "\"x\"\n", 412);
  expect(NONE TAG "\n" UNLESS EARLIER "\n", 412);
  expect(NONE TAG "\n" MATCH TAG "\n", 304);
  expect(SINCE LATER "\n" UNLESS SAME "\n", 304);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_conditions_everything_is_sent),
      cmocka_unit_test(sends_nothing_that_the_client_has),
      cmocka_unit_test(fails_where_the_client_insists_on_something_else),
      cmocka_unit_test(tags_in_several_fields_are_one_list),
      cmocka_unit_test(ignores_dates_that_are_none_or_several),
      cmocka_unit_test(two_digits_of_a_year_are_read_from_today),
      cmocka_unit_test(tags_count_more_than_dates_and_insisting_more_than_asking),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
