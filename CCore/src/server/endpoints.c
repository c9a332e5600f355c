/* The places where a server listens, whatever they are. */
#include "endpoints.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/os.h"
#include "../base/status.h"
#include "../connection/listener.h"

mt__endpoint *mt__endpoint_create(mt_server *server, uint32_t count) {
  const mt_allocator *allocator = &server->shared->allocator;
  mt__endpoint *endpoint =
      mt__allocate_zeroed(allocator, 1, sizeof *endpoint + count * sizeof(int));
  if (!endpoint) return NULL;
  endpoint->count = count;
  for (uint32_t i = 0; i < count; i++) endpoint->descriptors[i] = -1;
  return endpoint;
}

bool mt__endpoint_identify(const char *path, mt__file_identity *identity) {
  struct stat info;
  if (lstat(path, &info) != 0) return false;
  *identity = (mt__file_identity){(uint64_t)info.st_dev, (uint64_t)info.st_ino,
                                  (int64_t)info.st_mtime, mt__os_modified_nanoseconds(&info)};
  return true;
}

static bool is_ours(const mt__endpoint *endpoint) {
  const mt__file_identity *ours = &endpoint->unix_file;
  mt__file_identity there;
  return mt__endpoint_identify(endpoint->unix_path, &there) && there.device == ours->device &&
         there.inode == ours->inode && there.seconds == ours->seconds &&
         there.nanoseconds == ours->nanoseconds;
}

/** Whoever ends last removes the file: the other half of a process that divided may still serve. */
static void remove_file(mt__endpoint *endpoint) {
  bool is_there = is_ours(endpoint);
  if (is_there && mt__endpoint_is_listened_on(endpoint->unix_path)) return;
  if (is_there) unlink(endpoint->unix_path);
  *endpoint->unix_path = 0;
}

static void close_endpoint(mt__endpoint *endpoint) {
  for (uint32_t i = 0; i < endpoint->count; i++) {
    if (endpoint->descriptors[i] >= 0) close(endpoint->descriptors[i]);
    endpoint->descriptors[i] = -1;
  }
  if (endpoint->unix_path && *endpoint->unix_path) remove_file(endpoint);
}

void mt__endpoint_destroy(mt_server *server, mt__endpoint *endpoint) {
  const mt_allocator *allocator = &server->shared->allocator;
  close_endpoint(endpoint);
  mt__deallocate(allocator, endpoint->unix_path);
  mt__deallocate(allocator, endpoint);
}

void mt__endpoint_append(mt_server *server, mt__endpoint *endpoint) {
  mt__endpoint **link = &server->endpoints;
  while (*link) link = &(*link)->next;
  *link = endpoint;
}

void mt__endpoints_close(mt_server *server) {
  for (mt__endpoint *endpoint = server->endpoints; endpoint; endpoint = endpoint->next)
    close_endpoint(endpoint);
}

void mt__endpoints_destroy(mt_server *server) {
  while (server->endpoints) {
    mt__endpoint *endpoint = server->endpoints;
    server->endpoints = endpoint->next;
    mt__endpoint_destroy(server, endpoint);
  }
}

mt_status mt__endpoint_refuse_late(mt_error *error) {
  return mt__error_set(error, MT_ERROR_INVALID_STATE,
                       "the server has started; listeners are added before start");
}

mt_status mt__endpoint_no_memory(mt_error *error) {
  return mt__error_set(error, MT_ERROR_NO_MEMORY, "no memory for a listener");
}

void mt__endpoint_describe(mt__endpoint *endpoint) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  memset(&address, 0, sizeof address);
  if (getsockname(endpoint->descriptors[0], (struct sockaddr *)&address, &size) != 0) return;
  mt__peer_address shown = {(uint8_t)address.ss_family, 0, {0}};
  if (address.ss_family == AF_INET6) {
    struct sockaddr_in6 ipv6;
    memcpy(&ipv6, &address, sizeof ipv6);
    shown.port = ntohs(ipv6.sin6_port);
    memcpy(shown.octets, &ipv6.sin6_addr, sizeof shown.octets);
  } else {
    shown = mt__peer_address_from(&address);
  }
  endpoint->port = shown.port;
  mt__peer_address_format(&shown, endpoint->address, sizeof endpoint->address);
}

bool mt__endpoint_tune(int descriptor) {
  int yes = 1;
  mt__os_limit_unsent(descriptor, MT__TURN_BYTES);
  return setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0;
}

/* --- inherited descriptors --- */

static bool get_option(int descriptor, int option, int *value) {
  socklen_t size = sizeof *value;
  return getsockopt(descriptor, SOL_SOCKET, option, value, &size) == 0;
}

mt_status mt__server_listen_descriptor(mt_server *server, int descriptor, mt_error *error) {
  mt_status status = MT_OK;
  int type = 0, listens = 0;
  if (!mt__server_is_open(server))
    status = mt__endpoint_refuse_late(error);
  else if (!get_option(descriptor, SO_TYPE, &type) || type != SOCK_STREAM ||
           !get_option(descriptor, SO_ACCEPTCONN, &listens) || !listens)
    status = mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                           "descriptor %d is no listening stream socket", descriptor);
  mt__endpoint *endpoint = status == MT_OK ? mt__endpoint_create(server, 1) : NULL;
  if (status == MT_OK && !endpoint) status = mt__endpoint_no_memory(error);
  if (status != MT_OK) {
    if (descriptor >= 0) close(descriptor);
    return status;
  }
  endpoint->descriptors[0] = descriptor;
  if (mt__os_adopt(descriptor) != 0) {
    int system_errno = errno;
    mt__endpoint_destroy(server, endpoint);
    return mt__error_set_errno(error, system_errno, "cannot adopt descriptor %d", descriptor);
  }
  mt__endpoint_tune(descriptor); /* fails on a unix socket, which has no delay */
  mt__endpoint_describe(endpoint);
  mt__endpoint_append(server, endpoint);
  return MT_OK;
}

/* --- start --- */

static mt_status open_endpoint(mt_server *server, mt__endpoint *endpoint) {
  bool is_rotating = endpoint->count < server->shard_count;
  mt__rotation rotation = {server->shards, is_rotating ? server->shard_count : 1, 0};
  for (uint32_t i = 0; i < endpoint->count; i++) {
    int descriptor = endpoint->descriptors[i];
    endpoint->descriptors[i] = -1;
    mt_status status = mt__listener_create(server->shards[i], descriptor, rotation);
    if (status != MT_OK) return status;
  }
  return MT_OK;
}

mt_status mt__endpoints_open(mt_server *server) {
  for (mt__endpoint *endpoint = server->endpoints; endpoint; endpoint = endpoint->next) {
    mt_status status = open_endpoint(server, endpoint);
    if (status != MT_OK) return status;
  }
  return MT_OK;
}
