#include <martlet/status.h>

static const char *const names[] = {
    [MT_OK] = "MT_OK",
    [MT_BACKPRESSURE] = "MT_BACKPRESSURE",
    [MT_ERROR_NO_MEMORY] = "MT_ERROR_NO_MEMORY",
    [MT_ERROR_INVALID_ARGUMENT] = "MT_ERROR_INVALID_ARGUMENT",
    [MT_ERROR_INVALID_STATE] = "MT_ERROR_INVALID_STATE",
    [MT_ERROR_CONFLICT] = "MT_ERROR_CONFLICT",
    [MT_ERROR_ADDRESS_IN_USE] = "MT_ERROR_ADDRESS_IN_USE",
    [MT_ERROR_ADDRESS_UNAVAILABLE] = "MT_ERROR_ADDRESS_UNAVAILABLE",
    [MT_ERROR_PERMISSION] = "MT_ERROR_PERMISSION",
    [MT_ERROR_SYSTEM] = "MT_ERROR_SYSTEM",
    [MT_ERROR_LIMIT] = "MT_ERROR_LIMIT",
    [MT_ERROR_CLOSED] = "MT_ERROR_CLOSED",
    [MT_ERROR_NOT_FOUND] = "MT_ERROR_NOT_FOUND",
    [MT_ERROR_WRONG_THREAD] = "MT_ERROR_WRONG_THREAD",
    [MT_ERROR_TIMEOUT] = "MT_ERROR_TIMEOUT",
    [MT_ERROR_MALFORMED] = "MT_ERROR_MALFORMED",
};

const char *mt_status_name(mt_status status) {
  /* Unsigned: a value from another language may be anything, negative too. */
  size_t index = (size_t)(unsigned)status;
  return index < sizeof names / sizeof names[0] ? names[index] : "MT_ERROR_UNKNOWN";
}
