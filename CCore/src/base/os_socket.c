#define _GNU_SOURCE /* accept4 */

#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#ifdef SOCK_NONBLOCK /* Linux, the BSDs; not macOS */
#define SOCKET_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)
#endif

#ifdef MSG_NOSIGNAL
#define NO_SIGNAL MSG_NOSIGNAL
#else
#define NO_SIGNAL 0
#endif

#ifdef MSG_MORE
#define MORE MSG_MORE
#else
#define MORE 0
#endif

bool mt__os_balances_listeners(void) {
#ifdef __linux__
  return true;
#else
  return false;
#endif
}

int mt__os_adopt(int descriptor) {
  int status = fcntl(descriptor, F_GETFL);
  if (status < 0 || fcntl(descriptor, F_SETFL, status | O_NONBLOCK) < 0) return -1;
  int flags = fcntl(descriptor, F_GETFD);
  return flags < 0 ? -1 : fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}

void mt__os_limit_unsent(int socket, int bytes) {
#ifdef TCP_NOTSENT_LOWAT
  setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
#else
  (void)socket;
  (void)bytes;
#endif
}

/** Makes a fresh socket what this header promises; closes it when that fails. */
static int prepare(int socket) {
  if (socket < 0) return -1;
#ifndef SOCKET_FLAGS
  if (mt__os_adopt(socket) < 0) {
    int reason = errno;
    close(socket);
    errno = reason;
    return -1;
  }
#endif
#ifdef SO_NOSIGPIPE
  /* Fails on a connection that its peer has reset already; the first write tells. */
  setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
  return socket;
}

int mt__os_socket(int family) {
#ifdef SOCKET_FLAGS
  return prepare(socket(family, SOCK_STREAM | SOCKET_FLAGS, 0));
#else
  return prepare(socket(family, SOCK_STREAM, 0));
#endif
}

int mt__os_accept(int listener, struct sockaddr_storage *address, socklen_t *size) {
  *size = sizeof *address;
#ifdef SOCKET_FLAGS
  return prepare(accept4(listener, (struct sockaddr *)address, size, SOCKET_FLAGS));
#else
  return prepare(accept(listener, (struct sockaddr *)address, size));
#endif
}

ssize_t mt__os_write(int socket, const struct iovec *pieces, int count, bool more_follows) {
  int flags = NO_SIGNAL | (more_follows ? MORE : 0);
  if (count == 1) return send(socket, pieces->iov_base, pieces->iov_len, flags);
  struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces};
  /* No cast: the field's type differs between systems. */
  if (count > 0) message.msg_iovlen = (unsigned)(count < IOV_MAX ? count : IOV_MAX);
  return sendmsg(socket, &message, flags);
}
