/** Runs of allowed octets, found with the widest vectors that the CPU has. Each set of functions
 * gives the same results. */
#ifndef MT_CODEC_H1_SCAN_H
#define MT_CODEC_H1_SCAN_H

#include "../../base/attributes.h"
#include <stdbool.h>
#include <stddef.h>

MT__HIDDEN_BEGIN

typedef enum mt__scan_kind {
  MT__SCAN_SCALAR,
  MT__SCAN_SSE42,
  MT__SCAN_AVX2,
  MT__SCAN_AVX512,
  MT__SCAN_NEON,
} mt__scan_kind;

/** The best kind that this CPU runs. */
mt__scan_kind mt__scan_best(void);
/** Whether this CPU (and build) runs that kind. */
bool mt__scan_supports(mt__scan_kind kind);

MT__HIDDEN_END

#endif
