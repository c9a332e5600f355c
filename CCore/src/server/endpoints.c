/* Where a server listens. RFC 9110 §4.2 leaves the how to us. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/os.h"
#include "../base/status.h"
#include "../connection/listener.h"
#include "server.h"

static mt__endpoint *create_endpoint(mt_server *server, uint32_t count) {
  const mt_allocator *allocator = &server->shared->allocator;
  mt__endpoint *endpoint =
      mt__allocate_zeroed(allocator, 1, sizeof *endpoint + count * sizeof(int));
  if (!endpoint) return NULL;
  endpoint->count = count;
  for (uint32_t i = 0; i < count; i++) endpoint->descriptors[i] = -1;
  return endpoint;
}

static bool identify(const char *path, mt__file_identity *identity) {
  struct stat info;
  if (lstat(path, &info) != 0) return false;
  *identity = (mt__file_identity){(uint64_t)info.st_dev, (uint64_t)info.st_ino,
                                  (int64_t)info.st_mtime, mt__os_modified_nanoseconds(&info)};
  return true;
}

static bool is_ours(const mt__endpoint *endpoint) {
  const mt__file_identity *ours = &endpoint->unix_file;
  mt__file_identity there;
  return identify(endpoint->unix_path, &there) && there.device == ours->device &&
         there.inode == ours->inode && there.seconds == ours->seconds &&
         there.nanoseconds == ours->nanoseconds;
}

static void close_endpoint(mt__endpoint *endpoint) {
  for (uint32_t i = 0; i < endpoint->count; i++) {
    if (endpoint->descriptors[i] >= 0) close(endpoint->descriptors[i]);
    endpoint->descriptors[i] = -1;
  }
  if (endpoint->unix_path && is_ours(endpoint)) unlink(endpoint->unix_path);
  if (endpoint->unix_path) *endpoint->unix_path = 0;
}

static void destroy_endpoint(mt_server *server, mt__endpoint *endpoint) {
  const mt_allocator *allocator = &server->shared->allocator;
  close_endpoint(endpoint);
  mt__deallocate(allocator, endpoint->unix_path);
  mt__deallocate(allocator, endpoint);
}

static void append_endpoint(mt_server *server, mt__endpoint *endpoint) {
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
    destroy_endpoint(server, endpoint);
  }
}

static mt_status refuse_late(mt_error *error) {
  return mt__error_set(error, MT_ERROR_INVALID_STATE,
                       "the server has started; listeners are added before start");
}

static mt_status report_no_memory(mt_error *error) {
  return mt__error_set(error, MT_ERROR_NO_MEMORY, "no memory for a listener");
}

/* --- TCP --- */

static void describe(mt__endpoint *endpoint) {
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

static bool set_option(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

/** Accepted sockets inherit TCP_NODELAY from the listener: no call for each of them. */
static bool set_no_delay(int descriptor) {
  return set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

/** One bound and listening socket, or -1 with errno. The first of an endpoint is bound without
 * SO_REUSEPORT, so that a port in use is an error even when its owner would share it; after that it
 * may be shared with the endpoint's other sockets. */
static int open_tcp(const struct addrinfo *address, int backlog, bool is_first, bool is_shared) {
  int descriptor = mt__os_socket(address->ai_family);
  if (descriptor < 0) return -1;
  bool is_good = set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) && set_no_delay(descriptor);
  if (is_good && address->ai_family == AF_INET6)
    is_good =
        set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, address->ai_flags & AI_PASSIVE ? 0 : 1);
  if (is_good && !is_first) is_good = set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  is_good = is_good && bind(descriptor, address->ai_addr, address->ai_addrlen) == 0;
  if (is_good && is_first && is_shared)
    is_good = set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  if (is_good && listen(descriptor, backlog) == 0) return descriptor;
  int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

static void set_port(struct addrinfo *address, uint16_t port) {
  if (address->ai_family == AF_INET6)
    ((struct sockaddr_in6 *)(void *)address->ai_addr)->sin6_port = htons(port);
  else
    ((struct sockaddr_in *)(void *)address->ai_addr)->sin_port = htons(port);
}

/** Opens all sockets of an endpoint on one address; false with errno. */
static bool open_all(mt_server *server, mt__endpoint *endpoint, struct addrinfo *address) {
  int backlog = (int)server->shared->config.backlog;
  bool is_shared = endpoint->count > 1;
  endpoint->descriptors[0] = open_tcp(address, backlog, true, is_shared);
  if (endpoint->descriptors[0] < 0) return false;
  describe(endpoint);
  set_port(address, endpoint->port);
  for (uint32_t i = 1; i < endpoint->count; i++) {
    endpoint->descriptors[i] = open_tcp(address, backlog, false, is_shared);
    if (endpoint->descriptors[i] < 0) return false;
  }
  return true;
}

static mt_status resolve(const char *host, uint16_t port, struct addrinfo **found,
                         mt_error *error) {
  char service[8];
  snprintf(service, sizeof service, "%u", (unsigned)port);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
  hints.ai_flags = AI_NUMERICSERV | (*host ? 0 : AI_PASSIVE);
  int failure = getaddrinfo(*host ? host : NULL, service, &hints, found);
  if (failure == 0) return MT_OK;
  return mt__error_set(error, MT_ERROR_ADDRESS_UNAVAILABLE, "cannot resolve the host \"%s\": %s",
                       host, gai_strerror(failure));
}

/** Every address means IPv6, which takes IPv4 too; so that goes first where both are offered. */
static bool try_family(mt_server *server, mt__endpoint *endpoint, struct addrinfo *found,
                       int family, bool is_any) {
  for (struct addrinfo *address = found; address; address = address->ai_next) {
    if (address->ai_family != family) continue;
    address->ai_flags = is_any ? AI_PASSIVE : 0;
    if (open_all(server, endpoint, address)) return true;
    for (uint32_t i = 0; i < endpoint->count; i++) {
      if (endpoint->descriptors[i] >= 0) close(endpoint->descriptors[i]);
      endpoint->descriptors[i] = -1;
    }
    if (errno == EADDRINUSE || errno == EACCES) return false;
  }
  return false;
}

mt_status mt__server_listen_tcp(mt_server *server, mt_slice host, uint16_t port, mt_error *error) {
  if (!mt__server_is_open(server)) return refuse_late(error);
  char name[256];
  if (host.size >= sizeof name || (host.size && memchr(host.data, 0, host.size)))
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "the host name has %zu bytes or a NUL; allowed is 0 to 255", host.size);
  if (host.size) memcpy(name, host.data, host.size);
  name[host.size] = 0;
  struct addrinfo *found = NULL;
  mt_status status = resolve(name, port, &found, error);
  if (status != MT_OK) return status;
  uint32_t count = mt__os_balances_listeners() ? server->shard_count : 1;
  mt__endpoint *endpoint = create_endpoint(server, count);
  if (!endpoint) {
    freeaddrinfo(found);
    return report_no_memory(error);
  }
  int first = host.size ? AF_INET : AF_INET6;
  int second = host.size ? AF_INET6 : AF_INET;
  errno = EADDRNOTAVAIL;
  bool is_open = try_family(server, endpoint, found, first, !host.size) ||
                 (errno != EADDRINUSE && errno != EACCES &&
                  try_family(server, endpoint, found, second, !host.size));
  int system_errno = errno;
  freeaddrinfo(found);
  if (is_open) {
    append_endpoint(server, endpoint);
    return MT_OK;
  }
  destroy_endpoint(server, endpoint);
  return mt__error_set_errno(error, system_errno, "cannot listen on %s port %u",
                             *name ? name : "every address,", (unsigned)port);
}

/* --- unix sockets --- */

/** Whether somebody accepts on the socket file; one whose queue is full does, and is not waited
 * for.
 */
static bool is_alive(const struct sockaddr_un *address) {
  int probe = mt__os_socket(AF_UNIX);
  if (probe < 0) return true;
  bool refused = connect(probe, (const struct sockaddr *)address, sizeof *address) != 0 &&
                 errno == ECONNREFUSED;
  close(probe);
  return !refused;
}

static void remove_stale(const struct sockaddr_un *address) {
  struct stat info;
  if (lstat(address->sun_path, &info) == 0 && S_ISSOCK(info.st_mode) && !is_alive(address))
    unlink(address->sun_path);
}

static bool open_unix(mt_server *server, mt__endpoint *endpoint, const struct sockaddr_un *address,
                      uint32_t mode) {
  int descriptor = mt__os_socket(AF_UNIX);
  if (descriptor < 0) return false;
  endpoint->descriptors[0] = descriptor;
  remove_stale(address);
  if (bind(descriptor, (const struct sockaddr *)address, sizeof *address) != 0) return false;
  memcpy(endpoint->unix_path, address->sun_path, strlen(address->sun_path) + 1);
  if (!identify(address->sun_path, &endpoint->unix_file)) return false;
  if (mode && chmod(address->sun_path, (mode_t)mode) != 0) return false;
  return listen(descriptor, (int)server->shared->config.backlog) == 0;
}

mt_status mt__server_listen_unix(mt_server *server, mt_slice path, uint32_t mode, mt_error *error) {
  if (!mt__server_is_open(server)) return refuse_late(error);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (!path.size || path.size >= sizeof address.sun_path || memchr(path.data, 0, path.size))
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "the socket path has %zu bytes or a NUL; allowed is 1 to %zu", path.size,
                         sizeof address.sun_path - 1);
  if (mode > 0777)
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "the socket mode is 0%o; allowed is 0 to 0777", mode);
  memcpy(address.sun_path, path.data, path.size);
  mt__endpoint *endpoint = create_endpoint(server, 1);
  if (!endpoint) return report_no_memory(error);
  endpoint->unix_path = mt__allocate_zeroed(&server->shared->allocator, 1, sizeof address.sun_path);
  if (!endpoint->unix_path) {
    destroy_endpoint(server, endpoint);
    return report_no_memory(error);
  }
  if (!open_unix(server, endpoint, &address, mode)) {
    int system_errno = errno;
    destroy_endpoint(server, endpoint);
    return mt__error_set_errno(error, system_errno, "cannot listen on unix:%s", address.sun_path);
  }
  snprintf(endpoint->address, sizeof endpoint->address, "unix:%s", address.sun_path);
  append_endpoint(server, endpoint);
  return MT_OK;
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
    status = refuse_late(error);
  else if (!get_option(descriptor, SO_TYPE, &type) || type != SOCK_STREAM ||
           !get_option(descriptor, SO_ACCEPTCONN, &listens) || !listens)
    status = mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                           "descriptor %d is no listening stream socket", descriptor);
  mt__endpoint *endpoint = status == MT_OK ? create_endpoint(server, 1) : NULL;
  if (status == MT_OK && !endpoint) status = report_no_memory(error);
  if (status != MT_OK) {
    if (descriptor >= 0) close(descriptor);
    return status;
  }
  endpoint->descriptors[0] = descriptor;
  if (mt__os_adopt(descriptor) != 0) {
    int system_errno = errno;
    destroy_endpoint(server, endpoint);
    return mt__error_set_errno(error, system_errno, "cannot adopt descriptor %d", descriptor);
  }
  set_no_delay(descriptor); /* fails on a unix socket, which has no delay */
  describe(endpoint);
  append_endpoint(server, endpoint);
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
