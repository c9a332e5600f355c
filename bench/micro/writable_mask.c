/* For programs under a valgrind that writes to the mask which sigsuspend is given: libdispatch, in
 * which a Swift program's main thread sleeps, keeps that where nobody may write. Loaded by
 * LD_PRELOAD, it hands a copy on. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KERNEL_MASK_BYTES = 8 };

int sigsuspend(const sigset_t *mask) {
  sigset_t copy = *mask;
  return (int)syscall(SYS_rt_sigsuspend, &copy, KERNEL_MASK_BYTES);
}
