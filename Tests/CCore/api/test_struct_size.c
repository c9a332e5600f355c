/* Structs of other versions: a program that was compiled before a field was added, or after one
 * that this library does not know. Each struct ends where its memory ends, so that an octet read or
 * written too far ends the test, with a sanitizer or without. */
#include <martlet.h>

#include "support/check.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where the first version of each ended. */
enum {
  FIRST_CONFIG = offsetof(mt_server_config, spawn_thread),
  FIRST_OPTIONS = offsetof(mt_route_options, max_body_bytes) + sizeof(uint64_t),
  FIRST_ERROR = offsetof(mt_error, message) + 256,
  FIRST_STATS = offsetof(mt_stats, uptime_ms) + sizeof(uint64_t),
  STEP = sizeof(size_t), /* structs are aligned */
  MORE = 64,             /* what a later version has besides */
  UNTOUCHED = 0x5a,
};

/** Memory of `size` octets with none behind them, each UNTOUCHED. */
static void *take(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  assert_ptr_not_equal(pages, MAP_FAILED);
  assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
  memset(pages, UNTOUCHED, page);
  return pages + page - size;
}

static void give(void *taken, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  munmap((char *)taken + size - page, 2 * page);
}

static void check_octets(const void *from, size_t offset, size_t end, int value) {
  for (size_t i = offset; i < end; i++) assert_int_equal(((const char *)from)[i], value);
}

static void answer(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_status_set(response, 204);
}

static mt_server *create(void) {
  mt_server *server;
  assert_int_equal(mt_server_create(NULL, &server, NULL), MT_OK);
  return server;
}

/* --- mt_server_config --- */

static mt_status run_with(const mt_server_config *config, mt_error *error) {
  mt_server *server = NULL;
  mt_status status = mt_server_create(config, &server, error);
  if (status == MT_OK) status = mt_server_start(server, error);
  mt_server_destroy(server);
  return status;
}

static void a_config_of_the_first_version_runs_a_server(void **state) {
  (void)state;
  mt_server_config *config = take(FIRST_CONFIG);
  assert_int_equal(mt_server_config_init(config, FIRST_CONFIG), MT_OK);
  assert_int_equal(config->struct_size, FIRST_CONFIG);
  assert_int_equal(run_with(config, NULL), MT_OK);
  give(config, FIRST_CONFIG);
}

static void a_config_that_is_shorter_is_refused(void **state) {
  (void)state;
  for (size_t size = STEP; size < FIRST_CONFIG; size += STEP) {
    mt_server_config *config = take(size);
    assert_int_equal(mt_server_config_init(config, size), MT_OK);
    mt_error error = {.struct_size = sizeof error};
    assert_int_equal(run_with(config, &error), MT_ERROR_INVALID_ARGUMENT);
    char reason[64];
    snprintf(reason, sizeof reason, "struct_size is %zu; allowed is %d", size, FIRST_CONFIG);
    assert_non_null(strstr(error.message, reason));
    give(config, size);
  }
}

static void a_config_of_a_later_version_must_not_say_what_is_not_known(void **state) {
  (void)state;
  size_t size = sizeof(mt_server_config) + MORE;
  mt_server_config *config = take(size);
  assert_int_equal(mt_server_config_init(config, size), MT_OK);
  assert_int_equal(config->struct_size, size);
  check_octets(config, sizeof *config, size, 0);
  assert_int_equal(run_with(config, NULL), MT_OK);
  ((char *)config)[size - 1] = 1;
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(run_with(config, &error), MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "must be 0"));
  give(config, size);
}

/* --- mt_route_options --- */

static void count(void *user_data) {
  ++*(int *)user_data;
}

static mt_status route_with(const mt_route_options *options, mt_error *error) {
  int destroyed = 0;
  mt_server *server = create();
  mt_status status = mt_server_route(server, MT_METHOD_GET, MT_SLICE("/"), answer, &destroyed,
                                     count, options, error);
  mt_server_destroy(server);
  assert_int_equal(destroyed, 1);
  return status;
}

static void options_of_the_first_version_make_a_route(void **state) {
  (void)state;
  mt_route_options *options = take(FIRST_OPTIONS);
  assert_int_equal(mt_route_options_init(options, FIRST_OPTIONS), MT_OK);
  assert_int_equal(options->struct_size, FIRST_OPTIONS);
  assert_int_equal(route_with(options, NULL), MT_OK);
  give(options, FIRST_OPTIONS);
}

static void options_that_are_shorter_are_refused(void **state) {
  (void)state;
  for (size_t size = STEP; size < FIRST_OPTIONS; size += STEP) {
    mt_route_options *options = take(size);
    assert_int_equal(mt_route_options_init(options, size), MT_OK);
    mt_error error = {.struct_size = sizeof error};
    assert_int_equal(route_with(options, &error), MT_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "options.struct_size"));
    give(options, size);
  }
}

static void options_of_a_later_version_must_not_say_what_is_not_known(void **state) {
  (void)state;
  size_t size = sizeof(mt_route_options) + MORE;
  mt_route_options *options = take(size);
  assert_int_equal(mt_route_options_init(options, size), MT_OK);
  check_octets(options, sizeof *options, size, 0);
  assert_int_equal(route_with(options, NULL), MT_OK);
  ((char *)options)[size - 1] = 1;
  mt_error error = {.struct_size = sizeof error};
  assert_int_equal(route_with(options, &error), MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "must be 0"));
  give(options, size);
}

static void a_size_that_holds_no_size_is_refused(void **state) {
  (void)state;
  for (size_t size = 0; size < sizeof(size_t); size++) {
    mt_server_config config = {.struct_size = size};
    mt_route_options options = {.struct_size = size};
    mt_stats stats = {.struct_size = size};
    assert_int_equal(mt_server_config_init(&config, size), MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(mt_route_options_init(&options, size), MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(run_with(&config, NULL), MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(route_with(&options, NULL), MT_ERROR_INVALID_ARGUMENT);
    mt_server *server = create();
    assert_int_equal(mt_server_stats(server, &stats), MT_ERROR_INVALID_ARGUMENT);
    mt_server_destroy(server);
  }
}

/* --- mt_error --- */

/** Whatever the caller's version has is filled; the message is cut and terminated. */
static void an_error_is_filled_as_far_as_its_caller_knows_it(void **state) {
  (void)state;
  for (size_t size = STEP; size <= FIRST_ERROR; size += STEP) {
    mt_error *error = take(size);
    error->struct_size = size;
    assert_int_equal(mt_server_create(NULL, NULL, error), MT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(error->struct_size, size);
    if (size >= offsetof(mt_error, message)) {
      assert_int_equal(error->status, MT_ERROR_INVALID_ARGUMENT);
      assert_int_equal(error->system_errno, 0);
    }
    size_t room = size > offsetof(mt_error, message) ? size - offsetof(mt_error, message) : 0;
    if (room) assert_memory_equal(error->message, "server is NULL", room > 14 ? 15 : room - 1);
    if (room) assert_non_null(memchr(error->message, 0, room));
    give(error, size);
  }
}

static void an_error_with_no_size_is_left_alone(void **state) {
  (void)state;
  mt_error *error = take(sizeof *error);
  error->struct_size = 0;
  assert_int_equal(mt_server_create(NULL, NULL, error), MT_ERROR_INVALID_ARGUMENT);
  check_octets(error, sizeof(size_t), sizeof *error, UNTOUCHED);
  give(error, sizeof *error);
}

static void an_error_of_a_later_version_keeps_what_is_not_known(void **state) {
  (void)state;
  size_t size = sizeof(mt_error) + MORE;
  mt_error *error = take(size);
  error->struct_size = size;
  assert_int_equal(mt_server_create(NULL, NULL, error), MT_ERROR_INVALID_ARGUMENT);
  assert_string_equal(error->message, "server is NULL");
  check_octets(error, sizeof *error, size, UNTOUCHED);
  give(error, size);
}

/* --- mt_stats --- */

static void counters_are_filled_as_far_as_their_caller_knows_them(void **state) {
  (void)state;
  mt_server *server = create();
  for (size_t size = STEP; size <= FIRST_STATS; size += STEP) {
    mt_stats *stats = take(size);
    stats->struct_size = size;
    assert_int_equal(mt_server_stats(server, stats), MT_OK);
    assert_int_equal(stats->struct_size, size);
    check_octets(stats, sizeof(size_t), size, 0);
    give(stats, size);
  }
  mt_server_destroy(server);
}

static void counters_of_a_later_version_keep_what_is_not_known(void **state) {
  (void)state;
  mt_server *server = create();
  size_t size = sizeof(mt_stats) + MORE;
  mt_stats *stats = take(size);
  stats->struct_size = size;
  assert_int_equal(mt_server_stats(server, stats), MT_OK);
  assert_int_equal(stats->struct_size, size);
  check_octets(stats, sizeof *stats, size, UNTOUCHED);
  give(stats, size);
  mt_server_destroy(server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_config_of_the_first_version_runs_a_server),
      cmocka_unit_test(a_config_that_is_shorter_is_refused),
      cmocka_unit_test(a_config_of_a_later_version_must_not_say_what_is_not_known),
      cmocka_unit_test(options_of_the_first_version_make_a_route),
      cmocka_unit_test(options_that_are_shorter_are_refused),
      cmocka_unit_test(options_of_a_later_version_must_not_say_what_is_not_known),
      cmocka_unit_test(a_size_that_holds_no_size_is_refused),
      cmocka_unit_test(an_error_is_filled_as_far_as_its_caller_knows_it),
      cmocka_unit_test(an_error_with_no_size_is_left_alone),
      cmocka_unit_test(an_error_of_a_later_version_keeps_what_is_not_known),
      cmocka_unit_test(counters_are_filled_as_far_as_their_caller_knows_them),
      cmocka_unit_test(counters_of_a_later_version_keep_what_is_not_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
