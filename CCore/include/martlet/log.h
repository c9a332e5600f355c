/** What the library has to say goes to the host. */
#ifndef MARTLET_LOG_H
#define MARTLET_LOG_H

#include "abi.h"
#include "slice.h"

MT_BEGIN_DECLS

/** How much a log line matters. Since: 0.1. */
typedef enum mt_log_level {
  /** For who looks for a fault. */
  MT_LOG_DEBUG = 0,
  /** What happens in good order. */
  MT_LOG_INFO = 1,
  /** What an operator should know of. */
  MT_LOG_WARNING = 2,
  /** Something failed that should not have, a handler's fault included. */
  MT_LOG_ERROR = 3,
} mt_log_level;

/** Receives one line without its newline, at most 511 bytes. It must not block for long.
 *  Lifetime: `message` until return, and it is not terminated; `user_data` until the server is
 *  destroyed and every exchange that was held beyond that is released.
 *  Thread: any thread, at once from several.
 *  Since: 0.1. */
typedef void (*mt_log_fn)(mt_log_level level, mt_slice message, void *user_data);

MT_END_DECLS

#endif
