#define _GNU_SOURCE /* sigtimedwait, sendfile */

#include "os.h"

#include <errno.h>
#include <signal.h>

#ifdef __linux__
#include <sys/sendfile.h>
#endif

/** One call sends no more: a multiple of the page size that every system's length type holds. */
static const uint64_t longest = UINT64_C(1) << 30;

#ifdef __linux__

/** sendfile knows no MSG_NOSIGNAL: a SIGPIPE that it raises for this thread is taken back here. */
static ssize_t send_part(int socket, int file, off_t offset, size_t length) {
  sigset_t pipe_signal, before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t sent = sendfile(socket, file, &offset, length);
  int reason = errno;
  if (!sigismember(&before, SIGPIPE)) {
    if (sent < 0 && reason == EPIPE) sigtimedwait(&pipe_signal, NULL, &(struct timespec){0, 0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  errno = reason;
  return sent;
}

#elif defined(__APPLE__)

static ssize_t send_part(int socket, int file, off_t offset, size_t length) {
  off_t sent = (off_t)length;
  int result = sendfile(file, socket, offset, &sent, NULL, 0);
  return result < 0 && sent == 0 ? -1 : (ssize_t)sent;
}

#elif defined(__FreeBSD__) || defined(__DragonFly__)

static ssize_t send_part(int socket, int file, off_t offset, size_t length) {
  off_t sent = 0;
  int result = sendfile(file, socket, offset, length, NULL, &sent, 0);
  return result < 0 && sent == 0 ? -1 : (ssize_t)sent;
}

#else

static ssize_t send_part(int socket, int file, off_t offset, size_t length) {
  (void)socket, (void)file, (void)offset, (void)length;
  errno = ENOSYS;
  return -1;
}

#endif

ssize_t mt__os_sendfile(int socket, int file, uint64_t offset, uint64_t length) {
  if (offset > INT64_MAX) {
    errno = EINVAL;
    return -1;
  }
  if (length > longest) length = longest;
  /* To some systems a length of 0 means everything. */
  return length == 0 ? 0 : send_part(socket, file, (off_t)offset, (size_t)length);
}
