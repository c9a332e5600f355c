/** Filling an mt_error. */
#ifndef MT_BASE_STATUS_H
#define MT_BASE_STATUS_H

#include <martlet/status.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

/** Writes status and message (cut to fit) to `error` (may be NULL; honours its struct_size) and
 * returns `status`. */
mt_status mt__error_set(mt_error *error, mt_status status, const char *format, ...)
    MT__PRINTF(3, 4);
/** As mt__error_set with the status that fits `system_errno` (EADDRINUSE, EACCES, ENOMEM, …; else
 * MT_ERROR_SYSTEM); appends
 *  ": " and the system's own words. */
mt_status mt__error_set_errno(mt_error *error, int system_errno, const char *format, ...)
    MT__PRINTF(3, 4);

MT__HIDDEN_END

#endif
