/* The kernel is asked to change a watched descriptor to what it is: only its own set can. */
#include "os.h"

#ifdef __linux__
#include <sys/epoll.h>

bool mt__os_is_watched_by(int descriptor, int set) {
  struct epoll_event same = {.events = EPOLLIN, .data = {.u64 = (uint64_t)descriptor}};
  return epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &same) == 0;
}

#else
#include <sys/event.h>

bool mt__os_is_watched_by(int descriptor, int set) {
  struct kevent same;
  EV_SET(&same, (uintptr_t)descriptor, EVFILT_READ, EV_ENABLE, 0, 0, NULL);
  return kevent(set, &same, 1, NULL, 0, NULL) == 0;
}

#endif
