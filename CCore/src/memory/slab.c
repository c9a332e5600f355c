#include "slab.h"

#include "poison.h"

enum { ALIGNMENT = 16, PAGE_BYTES = 16 * 1024, LEAST_OBJECTS = 4 };

typedef struct page {
  _Alignas(ALIGNMENT) struct page *next;
  size_t size; /* with this header */
} page;

void mt__slab_init(mt__slab *slab, const mt_allocator *allocator, size_t object_size) {
  size_t units = (object_size + ALIGNMENT - 1) / ALIGNMENT;
  *slab = (mt__slab){.allocator = allocator, .object_size = (units ? units : 1) * ALIGNMENT};
}

void mt__slab_deinit(mt__slab *slab) {
  while (slab->pages) {
    page *gone = slab->pages;
    slab->pages = gone->next;
    mt__unpoison(gone, gone->size);
    mt__deallocate(slab->allocator, gone);
  }
  slab->free = NULL;
}

static void push(mt__slab *slab, void *object) {
  *(void **)object = slab->free;
  slab->free = object;
  mt__poison(object, slab->object_size);
}

static bool add_page(mt__slab *slab) {
  size_t count = (PAGE_BYTES - sizeof(page)) / slab->object_size;
  if (count < LEAST_OBJECTS) count = LEAST_OBJECTS;
  size_t size = sizeof(page) + count * slab->object_size;
  page *added = mt__allocate(slab->allocator, size);
  if (!added) return false;
  *added = (page){slab->pages, size};
  slab->pages = added;
  /* Backwards, so that objects are taken in the order of their addresses. */
  while (count-- > 0) push(slab, (char *)(added + 1) + count * slab->object_size);
  return true;
}

void *mt__slab_take(mt__slab *slab) {
  if (!slab->free && !add_page(slab)) return NULL;
  void *object = slab->free;
  mt__unpoison(object, slab->object_size);
  slab->free = *(void **)object;
  slab->in_use++;
  return object;
}

void mt__slab_give(mt__slab *slab, void *object) {
  slab->in_use--;
  push(slab, object);
}
