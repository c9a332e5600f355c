#define _GNU_SOURCE /* O_PATH */

#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#define HAS_OPENAT2 1
#endif
#endif

/* Non-blocking, because to open a FIFO would otherwise wait for its writer. */
enum { OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY };

/* A folder on the way needs to be searched only, not read. */
#if defined(O_PATH)
enum { STEP_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
#elif defined(O_SEARCH)
enum { STEP_FLAGS = O_SEARCH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
#else
enum { STEP_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
#endif

enum { NAME_CAPACITY = 256 };

static void close_quietly(int descriptor) {
  int reason = errno;
  close(descriptor);
  errno = reason;
}

static int refuse(int reason) {
  errno = reason;
  return -1;
}

/** Lets regular files and folders pass; closes everything else. */
static int keep_file(int descriptor) {
  struct stat found;
  if (descriptor < 0) return -1;
  if (fstat(descriptor, &found) == 0) {
    if (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)) return descriptor;
    errno = EACCES;
  }
  close_quietly(descriptor);
  return -1;
}

/** Takes the next component of `*path` into `name`, and the slashes behind it: its size, 0 at the
 * end, -1 on refusal. `*slashed` says whether slashes were there. */
static int take_component(const char **path, char name[NAME_CAPACITY], bool *slashed) {
  size_t size = strcspn(*path, "/");
  if (size >= NAME_CAPACITY) return refuse(ENAMETOOLONG);
  memcpy(name, *path, size);
  name[size] = 0;
  size_t slashes = strspn(*path + size, "/");
  *path += size + slashes;
  *slashed = slashes > 0;
  return strcmp(name, "..") == 0 ? refuse(EXDEV) : (int)size;
}

int mt__os_open_beneath_walk(int root, const char *path) {
  char name[NAME_CAPACITY];
  bool slashed = false;
  int folder = root;
  if (*path == '/') return refuse(EXDEV);
  for (;;) {
    int size = take_component(&path, name, &slashed);
    if (size == 0) errno = ENOENT;
    bool is_last = *path == 0;
    int flags = is_last ? OPEN_FLAGS | O_NOFOLLOW | (slashed ? O_DIRECTORY : 0) : STEP_FLAGS;
    int next = size > 0 ? openat(folder, name, flags) : -1;
    if (folder != root) close_quietly(folder);
    if (next < 0) return -1;
    if (is_last) return keep_file(next);
    folder = next;
  }
}

#ifdef HAS_OPENAT2

enum { RACE_RETRIES = 8 };

int mt__os_open_beneath(int root, const char *path) {
  struct open_how how = {.flags = OPEN_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  int descriptor;
  int tries = 0;
  /* EAGAIN: something was renamed meanwhile, so that the kernel could not vouch for "..". */
  do descriptor = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
  while (descriptor < 0 && errno == EAGAIN && ++tries < RACE_RETRIES);
  /* ENOSYS: Linux before 5.6. EPERM: a sandbox that does not know the call. */
  if (descriptor < 0 && (errno == ENOSYS || errno == EPERM))
    return mt__os_open_beneath_walk(root, path);
  return keep_file(descriptor);
}

#else

int mt__os_open_beneath(int root, const char *path) {
  return mt__os_open_beneath_walk(root, path);
}

#endif

uint32_t mt__os_modified_nanoseconds(const struct stat *found) {
#ifdef __APPLE__
  return (uint32_t)found->st_mtimespec.tv_nsec;
#else
  return (uint32_t)found->st_mtim.tv_nsec;
#endif
}
