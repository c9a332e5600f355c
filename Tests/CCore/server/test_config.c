/* Settings: defaults, ranges, and structs of other versions. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>

static mt_server_config defaults(void) {
  mt_server_config config;
  memset(&config, 0xff, sizeof config);
  assert_int_equal(mt_server_config_init(&config, sizeof config), MT_OK);
  return config;
}

static mt_status create_with(const mt_server_config *config, mt_error *error) {
  mt_server *server = NULL;
  *error = (mt_error){.struct_size = sizeof *error};
  mt_status status = mt_server_create(config, &server, error);
  assert_int_equal(server != NULL, status == MT_OK);
  mt_server_destroy(server);
  return status;
}

static void has_the_documented_defaults(void **state) {
  (void)state;
  mt_server_config config = defaults();
  assert_int_equal(config.struct_size, sizeof config);
  assert_int_equal(config.reactors, 0);
  assert_false(config.pin_reactors);
  assert_int_equal(config.workers, 10);
  assert_int_equal(config.worker_queue_capacity, 1024);
  assert_int_equal(config.max_request_line_bytes, 8192);
  assert_int_equal(config.max_header_fields, 100);
  assert_int_equal(config.max_header_bytes, 16384);
  assert_int_equal(config.max_body_bytes, 1048576);
  assert_int_equal(config.max_connections, 65536);
  assert_int_equal(config.max_connections_per_peer, 0);
  assert_int_equal(config.max_pipelined_requests, 64);
  assert_int_equal(config.max_requests_per_connection, 0);
  assert_int_equal(config.header_timeout_ms, 10000);
  assert_int_equal(config.body_timeout_ms, 30000);
  assert_int_equal(config.idle_timeout_ms, 60000);
  assert_int_equal(config.write_timeout_ms, 30000);
  assert_int_equal(config.min_transfer_bytes_per_second, 100);
  assert_int_equal(config.shutdown_timeout_ms, 10000);
  assert_int_equal(config.linger_timeout_ms, 2000);
  assert_int_equal(config.handler_warning_ms, 250);
  assert_int_equal(config.output_high_water_bytes, 262144);
  assert_int_equal(config.output_low_water_bytes, 65536);
  assert_int_equal(config.backlog, 4096);
  check_slice(config.server_name, "martlet");
  assert_null(config.allocator);
  assert_null(config.log);
  assert_int_equal(config.log_level, MT_LOG_INFO);
}

/** A setting of 32 bits with the ends of its range. */
typedef struct range {
  size_t offset;
  const char *name;
  uint32_t least, most;
} range;

#define RANGE(field, least, most)                                                                  \
  { offsetof(mt_server_config, field), #field, least, most }

static const range ranges[] = {
    RANGE(reactors, 0, 1024),
    RANGE(workers, 0, 1024),
    RANGE(worker_queue_capacity, 1, 1048576),
    RANGE(max_request_line_bytes, 64, 1048576),
    RANGE(max_header_fields, 1, 4096),
    RANGE(max_header_bytes, 256, 1048576),
    RANGE(max_pipelined_requests, 1, 65536),
    RANGE(output_high_water_bytes, 4096, INT32_MAX),
    RANGE(backlog, 1, 65535),
};

static mt_status create_with_value(const range *setting, uint32_t value, mt_error *error) {
  mt_server_config config = defaults();
  config.output_low_water_bytes = 0;
  memcpy((char *)&config + setting->offset, &value, sizeof value);
  return create_with(&config, error);
}

static void refuses_values_out_of_range_by_name(void **state) {
  (void)state;
  mt_error error;
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    const range *setting = &ranges[i];
    assert_int_equal(create_with_value(setting, setting->least, &error), MT_OK);
    assert_int_equal(create_with_value(setting, setting->most, &error), MT_OK);
    assert_int_equal(create_with_value(setting, setting->most + 1, &error),
                     MT_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, setting->name));
    char number[16];
    snprintf(number, sizeof number, "%u", setting->most + 1);
    assert_non_null(strstr(error.message, number));
    if (setting->least == 0) continue;
    assert_int_equal(create_with_value(setting, setting->least - 1, &error),
                     MT_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, setting->name));
  }
}

static void the_low_water_mark_lies_below_the_high_one(void **state) {
  (void)state;
  mt_error error;
  mt_server_config config = defaults();
  config.output_high_water_bytes = 5000;
  config.output_low_water_bytes = 4999;
  assert_int_equal(create_with(&config, &error), MT_OK);
  config.output_low_water_bytes = 5000;
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "output_low_water_bytes"));
}

static void refuses_other_values_that_make_no_sense(void **state) {
  (void)state;
  mt_error error;
  mt_server_config config = defaults();
  config.max_body_bytes = INT64_MAX;
  assert_int_equal(create_with(&config, &error), MT_OK);
  config.max_body_bytes++;
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  config = defaults();
  config.log_level = (mt_log_level)(MT_LOG_ERROR + 1);
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  config = defaults();
  mt_allocator allocator = {0};
  config.allocator = &allocator;
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "allocator"));
}

static void a_server_name_is_a_short_field_value(void **state) {
  (void)state;
  static char long_name[128];
  memset(long_name, 'n', sizeof long_name);
  mt_error error;
  mt_server_config config = defaults();
  config.server_name = (mt_slice){long_name, 127};
  assert_int_equal(create_with(&config, &error), MT_OK);
  config.server_name.size = 128;
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  config.server_name = MT_SLICE("two\r\nlines");
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  config.server_name = (mt_slice){NULL, 3};
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  config.server_name = (mt_slice){NULL, 0};
  assert_int_equal(create_with(&config, &error), MT_OK);
}

/** A host of a later version knows fields that this library does not: those are 0. */
static void takes_a_larger_struct(void **state) {
  (void)state;
  struct {
    mt_server_config known;
    char unknown[64];
  } *later = malloc(sizeof *later);
  assert_non_null(later);
  memset(later, 0x5a, sizeof *later);
  assert_int_equal(mt_server_config_init(&later->known, sizeof *later), MT_OK);
  assert_int_equal(later->known.struct_size, sizeof *later);
  for (size_t i = 0; i < sizeof later->unknown; i++) assert_int_equal(later->unknown[i], 0);
  mt_error error;
  assert_int_equal(create_with(&later->known, &error), MT_OK);
  free(later);
}

static void refuses_a_struct_that_was_not_initialised(void **state) {
  (void)state;
  mt_error error;
  mt_server_config config = {0};
  assert_int_equal(create_with(&config, &error), MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "struct_size"));
  assert_int_equal(mt_server_config_init(NULL, sizeof config), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_server_config_init(&config, 1), MT_ERROR_INVALID_ARGUMENT);
}

static void no_settings_are_the_defaults(void **state) {
  (void)state;
  mt_server *server;
  assert_int_equal(mt_server_create(NULL, &server, NULL), MT_OK);
  mt_server_destroy(server);
}

static void route_options_have_their_defaults(void **state) {
  (void)state;
  mt_route_options options;
  memset(&options, 0xff, sizeof options);
  assert_int_equal(mt_route_options_init(&options, sizeof options), MT_OK);
  assert_int_equal(options.struct_size, sizeof options);
  assert_int_equal(options.dispatch, MT_DISPATCH_INLINE);
  assert_int_equal(options.body_mode, MT_BODY_WHOLE);
  assert_int_equal(options.max_body_bytes, 0);
  assert_int_equal(mt_route_options_init(NULL, sizeof options), MT_ERROR_INVALID_ARGUMENT);
  assert_int_equal(mt_route_options_init(&options, 1), MT_ERROR_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(has_the_documented_defaults),
      cmocka_unit_test(refuses_values_out_of_range_by_name),
      cmocka_unit_test(the_low_water_mark_lies_below_the_high_one),
      cmocka_unit_test(refuses_other_values_that_make_no_sense),
      cmocka_unit_test(a_server_name_is_a_short_field_value),
      cmocka_unit_test(takes_a_larger_struct),
      cmocka_unit_test(refuses_a_struct_that_was_not_initialised),
      cmocka_unit_test(no_settings_are_the_defaults),
      cmocka_unit_test(route_options_have_their_defaults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
