/** What the library has to say goes to the host. */
#ifndef MARTLET_LOG_H
#define MARTLET_LOG_H

#include "abi.h"
#include "slice.h"

MT_BEGIN_DECLS

/** How much a log line matters. */
typedef enum mt_log_level {
  MT_LOG_DEBUG = 0,
  MT_LOG_INFO = 1,
  MT_LOG_WARNING = 2,
  MT_LOG_ERROR = 3,
} mt_log_level;

/** Receives one line without its newline.
 *  Lifetime: `message` until return. Thread: any thread, at once from several. Must not block for
 * long. */
typedef void (*mt_log_fn)(mt_log_level level, mt_slice message, void *user_data);

MT_END_DECLS

#endif
