#include <martlet/abi.h>

#define TEXT(number)                 #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *mt_version(void) {
  return VERSION(MT_VERSION_MAJOR, MT_VERSION_MINOR, MT_VERSION_PATCH);
}
