/** Gives zlib a module, so that SwiftPM finds and links it. */
#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

/** deflateInit2, which is a macro, for gzip (RFC 1952). */
static inline int czlib_init_gzip(z_stream *stream, int level) {
  int window_bits = 15 + 16, memory_level = 8;
  return deflateInit2(stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

#endif
