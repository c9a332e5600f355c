#include "config.h"

#include "../base/growth.h"
#include "../base/status.h"
#include "../http/words.h"

/* The first version ended before the host could give threads. */
enum { OLDEST_STRUCT_SIZE = offsetof(mt_server_config, spawn_thread), SERVER_NAME_MAX = 127 };

void mt__config_defaults(mt_server_config *config) {
  *config = (mt_server_config){
      .struct_size = sizeof *config,
      .reactors = 0,
      .workers = 10,
      .worker_queue_capacity = 1024,
      .max_request_line_bytes = 8192,
      .max_header_fields = 100,
      .max_header_bytes = 16384,
      .max_body_bytes = 1048576,
      .max_connections = 65536,
      .max_pipelined_requests = 64,
      .header_timeout_ms = 10000,
      .body_timeout_ms = 30000,
      .idle_timeout_ms = 60000,
      .write_timeout_ms = 30000,
      .min_transfer_bytes_per_second = 100,
      .shutdown_timeout_ms = 10000,
      .linger_timeout_ms = 2000,
      .handler_warning_ms = 250,
      .output_high_water_bytes = 262144,
      .output_low_water_bytes = 65536,
      .backlog = 4096,
      .server_name = MT_SLICE("martlet"),
      .log_level = MT_LOG_INFO,
  };
}

/** A numeric setting with its range. */
typedef struct bound {
  const char *name;
  uint64_t value;
  uint64_t least;
  uint64_t most;
} bound;

static mt_status check_bound(const bound *setting, mt_error *error) {
  if (setting->value >= setting->least && setting->value <= setting->most) return MT_OK;
  return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT, "%s is %llu; allowed is %llu to %llu",
                       setting->name, (unsigned long long)setting->value,
                       (unsigned long long)setting->least, (unsigned long long)setting->most);
}

static mt_status check_bounds(const mt_server_config *config, mt_error *error) {
  const bound bounds[] = {
      {"reactors", config->reactors, 0, 1024},
      {"workers", config->workers, 0, 1024},
      {"worker_queue_capacity", config->worker_queue_capacity, 1, 1048576},
      {"max_request_line_bytes", config->max_request_line_bytes, 64, 1048576},
      {"max_header_fields", config->max_header_fields, 1, 4096},
      {"max_header_bytes", config->max_header_bytes, 256, 1048576},
      {"max_body_bytes", config->max_body_bytes, 0, INT64_MAX},
      {"max_pipelined_requests", config->max_pipelined_requests, 1, 65536},
      {"output_high_water_bytes", config->output_high_water_bytes, 4096, INT32_MAX},
      {"output_low_water_bytes", config->output_low_water_bytes, 0,
       config->output_high_water_bytes - 1},
      {"backlog", config->backlog, 1, 65535},
      {"log_level", (uint64_t)config->log_level, MT_LOG_DEBUG, MT_LOG_ERROR},
  };
  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
    mt_status status = check_bound(&bounds[i], error);
    if (status != MT_OK) return status;
  }
  return MT_OK;
}

static mt_status check_name(mt_slice name, mt_error *error) {
  if (name.size > SERVER_NAME_MAX || (name.size && !name.data))
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "server_name has %zu bytes; allowed is 0 to %d", name.size,
                         SERVER_NAME_MAX);
  if (!mt__is_field_value(name))
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "server_name holds a control character; allowed is a field value");
  return MT_OK;
}

static mt_status check_allocator(const mt_allocator *allocator, mt_error *error) {
  if (!allocator || (allocator->allocate && allocator->reallocate && allocator->deallocate))
    return MT_OK;
  return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                       "allocator lacks a function; all three are needed");
}

mt_status mt__config_take(mt_server_config *config, const mt_server_config *theirs,
                          mt_error *error) {
  mt__config_defaults(config);
  if (theirs) {
    if (theirs->struct_size < OLDEST_STRUCT_SIZE)
      return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                           "config.struct_size is %zu; allowed is %d and more: call "
                           "mt_server_config_init first",
                           theirs->struct_size, (int)OLDEST_STRUCT_SIZE);
    if (mt__says_unknown(theirs, theirs->struct_size, sizeof *config))
      return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                           "config has %zu bytes, of which this version knows %zu; those behind "
                           "them must be 0",
                           theirs->struct_size, sizeof *config);
    size_t known = theirs->struct_size < sizeof *config ? theirs->struct_size : sizeof *config;
    memcpy(config, theirs, known);
    config->struct_size = sizeof *config;
  }
  mt_status status = check_bounds(config, error);
  if (status == MT_OK) status = check_name(config->server_name, error);
  if (status == MT_OK) status = check_allocator(config->allocator, error);
  return status;
}
