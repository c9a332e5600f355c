#include "files.h"

#include "../base/os.h"
#include "../base/slice.h"
#include "../base/status.h"
#include "../http/media_type.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CAPACITY = 4096 };

struct mt__files {
  const mt_allocator *allocator;
  int root;
};

/** A request's path as the system wants it. */
struct place {
  size_t size;
  char text[PATH_CAPACITY];
};

static bool append(struct place *place, mt_slice text) {
  if (text.size >= PATH_CAPACITY - place->size) return false;
  if (text.size > 0) memcpy(place->text + place->size, text.data, text.size);
  place->size += text.size;
  place->text[place->size] = 0;
  return true;
}

static bool set_place(struct place *place, mt_slice text) {
  place->size = 0;
  return (text.size == 0 || !memchr(text.data, 0, text.size)) && append(place, text);
}

static mt_status open_root(mt_slice root, int *descriptor, mt_error *error) {
  struct place place;
  if (root.size == 0 || !set_place(&place, root))
    return mt__error_set(error, MT_ERROR_NOT_FOUND,
                         "a folder's name has 1 to %d bytes and no NUL among them",
                         PATH_CAPACITY - 1);
  *descriptor = open(place.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*descriptor >= 0) return MT_OK;
  return mt__error_set_errno(error, errno, "the folder \"%.160s\" cannot be opened", place.text);
}

mt_status mt__files_create(const mt_allocator *allocator, mt_slice root, mt__files **files,
                           mt_error *error) {
  mt__files *made = mt__allocate(allocator, sizeof *made);
  if (!made) return mt__error_set(error, MT_ERROR_NO_MEMORY, "no memory for a folder of files");
  made->allocator = allocator;
  mt_status status = open_root(root, &made->root, error);
  if (status != MT_OK) {
    mt__deallocate(allocator, made);
    return status;
  }
  *files = made;
  return MT_OK;
}

void mt__files_destroy(mt__files *files) {
  if (!files) return;
  close(files->root);
  mt__deallocate(files->allocator, files);
}

/** No segment is hidden, empty or leads upward; a folder may have its "/" behind it. */
static bool is_servable(mt_slice path) {
  if (path.size > 0 && memchr(path.data, '\\', path.size)) return false;
  while (path.size > 0) {
    mt_slice segment = mt__slice_cut(&path, '/');
    if (segment.size == 0 || segment.data[0] == '.') return false;
  }
  return true;
}

/** Opens `place` and looks at it. MT_ERROR_NOT_FOUND, or MT_ERROR_SYSTEM when the system cannot
 * open anything just now: that says nothing about the file. */
static mt_status open_place(const mt__files *files, const struct place *place, int *descriptor,
                            struct stat *found) {
  *descriptor = mt__os_open_beneath(files->root, place->text);
  if (*descriptor < 0) {
    bool is_system = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO;
    return is_system ? MT_ERROR_SYSTEM : MT_ERROR_NOT_FOUND;
  }
  if (fstat(*descriptor, found) == 0) return MT_OK;
  close(*descriptor);
  return MT_ERROR_SYSTEM;
}

static bool is_folder_name(const struct place *place) {
  return place->size == 0 || place->text[place->size - 1] == '/';
}

/** As open_place; a folder gives its index. */
static mt_status open_file(const mt__files *files, struct place *place, int *descriptor,
                           struct stat *found) {
  if (is_folder_name(place) && !append(place, MT_SLICE("index.html"))) return MT_ERROR_NOT_FOUND;
  mt_status status = open_place(files, place, descriptor, found);
  if (status != MT_OK || !S_ISDIR(found->st_mode)) return status;
  close(*descriptor);
  if (!append(place, MT_SLICE("/index.html"))) return MT_ERROR_NOT_FOUND;
  return open_place(files, place, descriptor, found);
}

static mt_slice last_segment(const struct place *place) {
  size_t begin = place->size;
  while (begin > 0 && place->text[begin - 1] != '/') begin--;
  return (mt_slice){place->text + begin, place->size - begin};
}

static void describe(const struct place *place, const struct stat *found, mt__file *file) {
  file->size = (uint64_t)found->st_size;
  file->modified_seconds = (int64_t)found->st_mtime;
  file->media_type = mt__media_type(last_segment(place));
  file->etag_size = mt__etag_format(file->etag, file->size, file->modified_seconds,
                                    mt__os_modified_nanoseconds(found));
}

mt_status mt__files_open(const mt__files *files, mt_slice path, mt__file *file) {
  struct place place;
  struct stat found;
  if (!is_servable(path) || !set_place(&place, path)) return MT_ERROR_NOT_FOUND;
  mt_status status = open_file(files, &place, &file->descriptor, &found);
  if (status != MT_OK) return status;
  if (!S_ISREG(found.st_mode)) {
    close(file->descriptor);
    return MT_ERROR_NOT_FOUND;
  }
  describe(&place, &found, file);
  return MT_OK;
}
