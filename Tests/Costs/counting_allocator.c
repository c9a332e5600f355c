/* Stands before the C library's allocator and counts what it is asked for: loaded by LD_PRELOAD,
 * with the counts in the file that COUNTED_ALLOCATIONS names, mapped and shared, so that they are
 * read from outside without a word to the program. Linux with glibc, whose allocator has a second
 * name for each function. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

/* As watched.py reads it. */
typedef struct counts {
  _Atomic uint64_t allocations; /* of any kind, realloc with it */
  _Atomic uint64_t bytes;       /* asked for */
  _Atomic uint64_t frees;       /* of something */
} counts;

/* Before the file is there, and where none is named. */
static counts early;
static counts *counted = &early;

static void *count(void *memory, size_t size) {
  atomic_fetch_add_explicit(&counted->allocations, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&counted->bytes, size, memory_order_relaxed);
  return memory;
}

__attribute__((constructor)) static void map_file(void) {
  const char *path = getenv("COUNTED_ALLOCATIONS");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *map = mmap(NULL, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (map != MAP_FAILED) counted = map;
}

void *malloc(size_t size) {
  return count(__libc_malloc(size), size);
}

void *calloc(size_t number, size_t size) {
  return count(__libc_calloc(number, size), number * size);
}

void *realloc(void *memory, size_t size) {
  return count(__libc_realloc(memory, size), size);
}

void *memalign(size_t alignment, size_t size) {
  return count(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return count(__libc_memalign(alignment, size), size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = count(__libc_memalign(alignment, size), size);
  return *memory ? 0 : ENOMEM;
}

void free(void *memory) {
  if (memory) atomic_fetch_add_explicit(&counted->frees, 1, memory_order_relaxed);
  __libc_free(memory);
}
