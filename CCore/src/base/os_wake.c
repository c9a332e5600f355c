#include "os.h"

#include <errno.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>

int mt__os_wake_open(int *reader, int *writer) {
  *reader = *writer = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return *reader < 0 ? -1 : 0;
}

#else

int mt__os_wake_open(int *reader, int *writer) {
  int ends[2];
  if (pipe(ends) < 0) return -1;
  if (mt__os_adopt(ends[0]) < 0 || mt__os_adopt(ends[1]) < 0) {
    int reason = errno;
    mt__os_wake_close(ends[0], ends[1]);
    errno = reason;
    return -1;
  }
  *reader = ends[0];
  *writer = ends[1];
  return 0;
}

#endif

void mt__os_wake(int writer) {
  /* EAGAIN: so many wakes wait that one more says nothing new. */
  ssize_t written;
  do written = write(writer, &(uint64_t){1}, sizeof(uint64_t));
  while (written < 0 && errno == EINTR);
}

void mt__os_wake_clear(int reader) {
  char taken[512];
  ssize_t size;
  /* An eventfd gives all at once, 8 octets; a pipe gives as much as fits. */
  do size = read(reader, taken, sizeof taken);
  while (size == (ssize_t)sizeof taken || (size < 0 && errno == EINTR));
}

void mt__os_wake_close(int reader, int writer) {
  close(reader);
  if (writer != reader) close(writer);
}
