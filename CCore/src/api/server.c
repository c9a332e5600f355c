#include <stdio.h>
#include <unistd.h>

#include "../base/slice.h"
#include "../base/status.h"
#include "../server/config.h"
#include "../server/server.h"

static mt_status refuse_null(mt_error *error, const char *what) {
  return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT, "%s is NULL", what);
}

mt_status mt_server_config_init(mt_server_config *config, size_t struct_size) {
  if (!config || struct_size < sizeof(size_t)) return MT_ERROR_INVALID_ARGUMENT;
  mt_server_config defaults;
  mt__config_defaults(&defaults);
  memset(config, 0, struct_size);
  memcpy(config, &defaults, struct_size < sizeof defaults ? struct_size : sizeof defaults);
  config->struct_size = struct_size;
  return MT_OK;
}

mt_status mt_server_create(const mt_server_config *config, mt_server **server, mt_error *error) {
  return server ? mt__server_create(config, server, error) : refuse_null(error, "server");
}

void mt_server_destroy(mt_server *server) {
  if (server) mt__server_destroy(server);
}

mt_status mt_server_listen_tcp(mt_server *server, mt_slice host, uint16_t port, mt_error *error) {
  if (!server || !mt__slice_is_valid(host)) return refuse_null(error, "server or host");
  return mt__server_listen_tcp(server, host, port, error);
}

mt_status mt_server_listen_unix(mt_server *server, mt_slice path, uint32_t mode, mt_error *error) {
  if (!server || !mt__slice_is_valid(path)) return refuse_null(error, "server or path");
  return mt__server_listen_unix(server, path, mode, error);
}

mt_status mt_server_listen_descriptor(mt_server *server, int descriptor, mt_error *error) {
  if (server) return mt__server_listen_descriptor(server, descriptor, error);
  if (descriptor >= 0) close(descriptor);
  return refuse_null(error, "server");
}

static const mt__endpoint *endpoint_at(const mt_server *server, size_t index) {
  const mt__endpoint *endpoint = server ? server->endpoints : NULL;
  while (endpoint && index--) endpoint = endpoint->next;
  return endpoint;
}

size_t mt_server_listener_count(const mt_server *server) {
  size_t count = 0;
  while (endpoint_at(server, count)) count++;
  return count;
}

uint16_t mt_server_port(const mt_server *server, size_t index) {
  const mt__endpoint *endpoint = endpoint_at(server, index);
  return endpoint ? endpoint->port : 0;
}

size_t mt_server_address(const mt_server *server, size_t index, char *buffer, size_t capacity) {
  if (!buffer || !capacity) return 0;
  const mt__endpoint *endpoint = endpoint_at(server, index);
  int size = snprintf(buffer, capacity, "%s", endpoint ? endpoint->address : "");
  if (size < 0) return 0;
  return (size_t)size < capacity ? (size_t)size : capacity - 1;
}

mt_status mt_server_start(mt_server *server, mt_error *error) {
  return server ? mt__server_start(server, error) : refuse_null(error, "server");
}

mt_status mt_server_run(mt_server *server, mt_error *error) {
  return server ? mt__server_run(server, error) : refuse_null(error, "server");
}

mt_status mt_server_start_polled(mt_server *server, mt_error *error) {
  return server ? mt__server_start_polled(server, error) : refuse_null(error, "server");
}

int mt_server_poll_descriptor(const mt_server *server) {
  return server ? server->poll_descriptor : -1;
}

int mt_server_poll_timeout_ms(const mt_server *server) {
  return server ? mt__server_poll_timeout_ms(server) : -1;
}

mt_status mt_server_poll(mt_server *server) {
  return server ? mt__server_poll(server) : MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_server_drain(mt_server *server, uint32_t deadline_ms) {
  return server ? mt__server_drain(server, deadline_ms) : MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_server_wait(mt_server *server, uint32_t timeout_ms) {
  return server ? mt__server_wait(server, timeout_ms) : MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_server_stop(mt_server *server) {
  return server ? mt__server_stop(server) : MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_server_inject(mt_server *server, mt_slice input, mt_inject_fn on_output,
                           void *user_data) {
  if (!server || !on_output || !mt__slice_is_valid(input)) return MT_ERROR_INVALID_ARGUMENT;
  return mt__server_inject(server, input, on_output, user_data);
}

mt_status mt_server_stats(const mt_server *server, mt_stats *stats) {
  if (!server || !stats || stats->struct_size < sizeof(size_t)) return MT_ERROR_INVALID_ARGUMENT;
  mt__server_stats(server, stats);
  return MT_OK;
}
