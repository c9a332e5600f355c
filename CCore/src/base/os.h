/** Everything that differs between systems: the only place for operating-system #ifdefs besides the
 * loop port. Descriptors made here are non-blocking and close-on-exec. Functions that can fail
 * return -1 and set errno. */
#ifndef MT_BASE_OS_H
#define MT_BASE_OS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

/** Whether several sockets listening on one port share its connections (SO_REUSEPORT as Linux means
 * it). */
bool mt__os_balances_listeners(void);
/** A stream socket of `family`; no SIGPIPE comes from it. */
int mt__os_socket(int family);
/** A connection of the listener, or -1 (EAGAIN: none waits); no SIGPIPE comes from it. */
int mt__os_accept(int listener, struct sockaddr_storage *address, socklen_t *size);
/** Asks the kernel to take no more than about `bytes` that its TCP connection cannot send yet: a
 * peer that does not read holds little, and what it takes is seen soon. Nothing where there is no
 * such thing. */
void mt__os_limit_unsent(int socket, int bytes);
/** Sets FD_CLOEXEC and O_NONBLOCK. */
int mt__os_adopt(int descriptor);
/** sendmsg of `count` pieces without SIGPIPE; bytes written or -1. A single piece goes by send. */
ssize_t mt__os_write(int socket, const struct iovec *pieces, int count, bool more_follows);
/** Sends up to `length` bytes of `file` from `offset`; bytes written, 0 at the file's end, or -1
 * with errno (EINVAL, ENOSYS, ENOTSUP: not for this pair). */
ssize_t mt__os_sendfile(int socket, int file, uint64_t offset, uint64_t length);
/** A descriptor pair that wakes a loop: `*reader` becomes readable by mt__os_wake(`*writer`); may
 * be the same. */
int mt__os_wake_open(int *reader, int *writer);
void mt__os_wake(int writer);
/** Takes all pending wakes. */
void mt__os_wake_clear(int reader);
void mt__os_wake_close(int reader, int writer);
/** Whether `set` is the kernel's set of watched descriptors (epoll, kqueue) that holds
 * `descriptor`, watched for reading. */
bool mt__os_is_watched_by(int descriptor, int set);
/** The CPUs that this process may use; at least 1. */
uint32_t mt__os_cpu_count(void);
/** Pins the calling thread to the `index`-th CPU (modulo) that this process may use; false where
 * there is no such thing. */
bool mt__os_pin_thread(uint32_t index);
/** A condition whose timed waits go by a clock that never jumps; false without memory. */
bool mt__os_condition_init(pthread_cond_t *condition);
/** Waits for at most `timeout_ms` (UINT32_MAX: for ever); false when that passed. */
bool mt__os_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint32_t timeout_ms);
/** Names the calling thread for tools; cut to what the system takes. */
void mt__os_name_thread(const char *name);
/** Opens a regular file or folder `path` (relative, NUL-terminated) below `root` without ever
 * leaving it: by "..", by absolute path or by symbolic link; read-only. ENOENT, ENOTDIR, EACCES,
 * EXDEV or ELOOP on refusal. Links that stay below `root` are followed where the system can vouch
 * for that (Linux), else refused. */
int mt__os_open_beneath(int root, const char *path);
/** What a file's modification time has beyond whole seconds. */
uint32_t mt__os_modified_nanoseconds(const struct stat *found);
/** As mt__os_open_beneath, one component at a time, for systems without a call of their own:
 * refuses every link and every "..". */
int mt__os_open_beneath_walk(int root, const char *path);

MT__HIDDEN_END

#endif
