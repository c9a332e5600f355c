#include "media_type.h"

#include <stdlib.h>

#include "../base/octets.h"

enum { EXTENSION_CAPACITY = 12 };

typedef struct entry {
  char extension[EXTENSION_CAPACITY]; /* lower case, filled up with NUL */
  const char *type;
} entry;

/* In the order of memcmp. Where IANA has registered a type, it is that one. */
static const entry entries[] = {
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"apng", "image/apng"},
    {"atom", "application/atom+xml"},
    {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"cjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"heic", "image/heic"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar; charset=utf-8"},
    {"jar", "application/java-archive"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"jsonld", "application/ld+json"},
    {"jxl", "image/jxl"},
    {"log", "text/plain; charset=utf-8"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4a", "audio/mp4"},
    {"m4v", "video/mp4"},
    {"map", "application/json"},
    {"md", "text/markdown; charset=utf-8"},
    {"mid", "audio/midi"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},
    {"mpg", "video/mpeg"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps", "application/postscript"},
    {"rss", "application/rss+xml"},
    {"rtf", "application/rtf"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"toml", "application/toml"},
    {"ts", "video/mp2t"},
    {"tsv", "text/tab-separated-values; charset=utf-8"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"},
    {"xz", "application/x-xz"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
};

static int compare(const void *extension, const void *candidate) {
  return memcmp(extension, ((const entry *)candidate)->extension, EXTENSION_CAPACITY);
}

static bool holds_nul(mt_slice text) {
  return text.size && memchr(text.data, 0, text.size);
}

/** What is behind the last dot of the last path segment; empty when there is none. */
static mt_slice find_extension(mt_slice name) {
  size_t from = name.size;
  while (from > 0 && name.data[from - 1] != '.' && name.data[from - 1] != '/') from--;
  if (from == 0 || name.data[from - 1] != '.') return (mt_slice){NULL, 0};
  return (mt_slice){name.data + from, name.size - from};
}

mt_slice mt__media_type(mt_slice name) {
  mt_slice extension = find_extension(name);
  char key[EXTENSION_CAPACITY] = {0};
  const entry *found = NULL;
  /* A NUL of the name's own would look like the filling. */
  if (extension.size <= sizeof key && !holds_nul(extension)) {
    for (size_t i = 0; i < extension.size; i++) key[i] = mt__octet_lower(extension.data[i]);
    found = bsearch(key, entries, sizeof entries / sizeof entries[0], sizeof entries[0], compare);
  }
  return found ? mt_slice_from(found->type) : MT_SLICE("application/octet-stream");
}
