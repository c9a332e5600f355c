/** Log lines for the host. */
#ifndef MT_BASE_LOG_H
#define MT_BASE_LOG_H

#include <martlet/log.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

typedef struct mt__logger {
  mt_log_fn write; /* NULL: nobody listens */
  void *user_data;
  mt_log_level level;
} mt__logger;

/** Formats one line (cut at 512 octets) and hands it to the host, when its level is wanted. */
void mt__log(const mt__logger *logger, mt_log_level level, const char *format, ...)
    MT__PRINTF(3, 4);

MT__HIDDEN_END

#endif
