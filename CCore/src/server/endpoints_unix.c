#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/os.h"
#include "../base/status.h"
#include "endpoints.h"

/** One whose queue is full does accept, and is not waited for. */
bool mt__endpoint_is_listened_on(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t size = strlen(path);
  int probe = size < sizeof address.sun_path ? mt__os_socket(AF_UNIX) : -1;
  if (probe < 0) return true;
  memcpy(address.sun_path, path, size);
  bool refused = connect(probe, (const struct sockaddr *)&address, sizeof address) != 0 &&
                 errno == ECONNREFUSED;
  close(probe);
  return !refused;
}

static void remove_stale(const char *path) {
  struct stat info;
  if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode) && !mt__endpoint_is_listened_on(path))
    unlink(path);
}

static bool open_unix(mt_server *server, mt__endpoint *endpoint, const struct sockaddr_un *address,
                      uint32_t mode) {
  int descriptor = mt__os_socket(AF_UNIX);
  if (descriptor < 0) return false;
  endpoint->descriptors[0] = descriptor;
  remove_stale(address->sun_path);
  if (bind(descriptor, (const struct sockaddr *)address, sizeof *address) != 0) return false;
  memcpy(endpoint->unix_path, address->sun_path, strlen(address->sun_path) + 1);
  if (!mt__endpoint_identify(address->sun_path, &endpoint->unix_file)) return false;
  if (mode && chmod(address->sun_path, (mode_t)mode) != 0) return false;
  return listen(descriptor, (int)server->shared->config.backlog) == 0;
}

mt_status mt__server_listen_unix(mt_server *server, mt_slice path, uint32_t mode, mt_error *error) {
  if (!mt__server_is_open(server)) return mt__endpoint_refuse_late(error);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (!path.size || path.size >= sizeof address.sun_path || memchr(path.data, 0, path.size))
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "the socket path has %zu bytes or a NUL; allowed is 1 to %zu", path.size,
                         sizeof address.sun_path - 1);
  if (mode > 0777)
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "the socket mode is 0%o; allowed is 0 to 0777", mode);
  memcpy(address.sun_path, path.data, path.size);
  mt__endpoint *endpoint = mt__endpoint_create(server, 1);
  if (!endpoint) return mt__endpoint_no_memory(error);
  endpoint->unix_path = mt__allocate_zeroed(&server->shared->allocator, 1, sizeof address.sun_path);
  if (!endpoint->unix_path) {
    mt__endpoint_destroy(server, endpoint);
    return mt__endpoint_no_memory(error);
  }
  if (!open_unix(server, endpoint, &address, mode)) {
    int system_errno = errno;
    mt__endpoint_destroy(server, endpoint);
    return mt__error_set_errno(error, system_errno, "cannot listen on unix:%s", address.sun_path);
  }
  snprintf(endpoint->address, sizeof endpoint->address, "unix:%s", address.sun_path);
  mt__endpoint_append(server, endpoint);
  return MT_OK;
}
