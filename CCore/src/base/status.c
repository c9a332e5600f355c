/* strerror_r is POSIX's here, never glibc's. */
#undef _GNU_SOURCE

#include "status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool holds(const mt_error *error, size_t offset, size_t size) {
  return error->struct_size >= offset && error->struct_size - offset >= size;
}

/** How many octets of message the caller's struct has. */
static size_t message_room(const mt_error *error) {
  if (!holds(error, offsetof(mt_error, message), 1)) return 0;
  size_t room = error->struct_size - offsetof(mt_error, message);
  return room < sizeof error->message ? room : sizeof error->message;
}

static void fill(mt_error *error, mt_status status, int system_errno, const char *format,
                 va_list arguments) {
  if (holds(error, offsetof(mt_error, status), sizeof error->status)) error->status = status;
  if (holds(error, offsetof(mt_error, system_errno), sizeof error->system_errno))
    error->system_errno = system_errno;
  size_t room = message_room(error);
  if (room && vsnprintf(error->message, room, format, arguments) < 0) error->message[0] = 0;
}

mt_status mt__error_set(mt_error *error, mt_status status, const char *format, ...) {
  if (!error) return status;
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, 0, format, arguments);
  va_end(arguments);
  return status;
}

static mt_status status_of(int system_errno) {
  switch (system_errno) {
  case ENOMEM:
  case ENOBUFS:
    return MT_ERROR_NO_MEMORY;
  case EADDRINUSE:
    return MT_ERROR_ADDRESS_IN_USE;
  case EADDRNOTAVAIL:
    return MT_ERROR_ADDRESS_UNAVAILABLE;
  case EACCES:
  case EPERM:
    return MT_ERROR_PERMISSION;
  case ENOENT:
  case ENOTDIR:
    return MT_ERROR_NOT_FOUND;
  case ETIMEDOUT:
    return MT_ERROR_TIMEOUT;
  default:
    return MT_ERROR_SYSTEM;
  }
}

static void append_reason(mt_error *error, int system_errno) {
  size_t room = message_room(error);
  size_t used = room ? strlen(error->message) : 0;
  char reason[128];
  if (strerror_r(system_errno, reason, sizeof reason) != 0)
    snprintf(reason, sizeof reason, "error %d", system_errno);
  if (used < room) snprintf(error->message + used, room - used, ": %s", reason);
}

mt_status mt__error_set_errno(mt_error *error, int system_errno, const char *format, ...) {
  mt_status status = status_of(system_errno);
  if (!error) return status;
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, system_errno, format, arguments);
  va_end(arguments);
  append_reason(error, system_errno);
  return status;
}
