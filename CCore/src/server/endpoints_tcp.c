#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "../base/os.h"
#include "../base/status.h"
#include "endpoints.h"

static bool set_option(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

/** One bound and listening socket, or -1 with errno. The first of an endpoint is bound without
 * SO_REUSEPORT, so that a port in use is an error even when its owner would share it; after that it
 * may be shared with the endpoint's other sockets. */
static int open_tcp(const struct addrinfo *address, int backlog, bool is_first, bool is_shared) {
  int descriptor = mt__os_socket(address->ai_family);
  if (descriptor < 0) return -1;
  bool is_good =
      set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) && mt__endpoint_tune(descriptor);
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
  mt__endpoint_describe(endpoint);
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
  if (!mt__server_is_open(server)) return mt__endpoint_refuse_late(error);
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
  mt__endpoint *endpoint = mt__endpoint_create(server, count);
  if (!endpoint) {
    freeaddrinfo(found);
    return mt__endpoint_no_memory(error);
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
    mt__endpoint_append(server, endpoint);
    return MT_OK;
  }
  mt__endpoint_destroy(server, endpoint);
  return mt__error_set_errno(error, system_errno, "cannot listen on %s port %u",
                             *name ? name : "every address,", (unsigned)port);
}
