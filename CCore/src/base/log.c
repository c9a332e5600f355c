#include "log.h"

#include <stdarg.h>
#include <stdio.h>

void mt__log(const mt__logger *logger, mt_log_level level, const char *format, ...) {
  if (!logger->write || level < logger->level) return;
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (size < 0) return;
  size_t shown = (size_t)size < sizeof line ? (size_t)size : sizeof line - 1;
  logger->write(level, (mt_slice){line, shown}, logger->user_data);
}
