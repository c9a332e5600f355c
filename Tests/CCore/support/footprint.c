#include "footprint.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "client.h"
#include "host.h"

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
#include <malloc.h>
#define HAS_MALLINFO 1
#endif

enum { RESTING_MS = 20 };

/** The entries of a folder, "." and ".." apart; 0 when there is no such folder. */
static size_t count_entries(const char *path) {
  size_t count = 0;
  DIR *folder = opendir(path);
  if (!folder) return 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static int find_free_descriptor(void) {
  int descriptor = open("/dev/null", O_RDONLY);
  if (descriptor >= 0) close(descriptor);
  return descriptor;
}

static size_t resident_bytes(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (fscanf(file, "%*u %lu", &pages) != 1) pages = 0;
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t heap_bytes(void) {
#ifdef HAS_MALLINFO
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

static size_t count_threads(void) {
  size_t count = count_entries("/proc/self/task"), before;
  uint64_t since = host_now_ms();
  do {
    before = count;
    host_sleep_ms(RESTING_MS);
    count = count_entries("/proc/self/task");
  } while (count != before && host_now_ms() - since < CLIENT_PATIENCE_MS);
  return count;
}

footprint footprint_take(void) {
  return (footprint){
      .threads = count_threads(),
      .descriptors = count_entries("/dev/fd"),
      .next_descriptor = find_free_descriptor(),
      .heap_bytes = heap_bytes(),
      .resident_bytes = resident_bytes(),
  };
}
