/** Files below a folder, found by a request's path and by no trick of it. */
#ifndef MT_CONTENT_FILES_H
#define MT_CONTENT_FILES_H

#include <martlet/slice.h>
#include <martlet/status.h>

#include "../base/allocator.h"
#include "../base/attributes.h"
#include "../http/validators.h"

MT__HIDDEN_BEGIN

typedef struct mt__files mt__files;

/** A file that was found. The caller closes `descriptor`. */
typedef struct mt__file {
  int descriptor;
  uint64_t size;
  int64_t modified_seconds;
  mt_slice media_type; /* static */
  size_t etag_size;
  char etag[MT__ETAG_CAPACITY];
} mt__file;

/** Opens the folder `root`. MT_ERROR_NOT_FOUND or MT_ERROR_PERMISSION with a sentence. */
mt_status mt__files_create(const mt_allocator *allocator, mt_slice root, mt__files **files,
                           mt_error *error);
void mt__files_destroy(mt__files *files);
/** Opens the regular file at the decoded relative `path`. Folders, also the root with the empty
 * path and those with one "/" behind their name, give their index.html. MT_ERROR_SYSTEM when the
 * system cannot open anything just now (no descriptor, no memory). MT_ERROR_NOT_FOUND for
 * everything else: what does not exist, hidden names (a segment that begins with "."), empty
 * segments, NUL, backslash, what leads out of the folder (mt__os_open_beneath), no regular file.
 * Thread: any. */
mt_status mt__files_open(const mt__files *files, mt_slice path, mt__file *file);

MT__HIDDEN_END

#endif
