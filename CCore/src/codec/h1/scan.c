#include "scan.h"

#include "parser_engine.h"

mt__scan_kind mt__scan_best(void) {
  static const mt__scan_kind best_first[] = {MT__SCAN_AVX512, MT__SCAN_AVX2, MT__SCAN_SSE42,
                                             MT__SCAN_NEON, MT__SCAN_SCALAR};
  const mt__scan_kind *kind = best_first;
  while (!mt__scan_supports(*kind)) kind++; /* the last one is supported everywhere */
  return *kind;
}

#if MT__H1_HAS_X86
static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}
#endif

bool mt__scan_supports(mt__scan_kind kind) {
  switch (kind) {
  case MT__SCAN_SCALAR:
    return true;
#if MT__H1_HAS_X86
  case MT__SCAN_SSE42:
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  case MT__SCAN_AVX2:
    return has_avx2();
  case MT__SCAN_AVX512: /* the first that have all of it: Ice Lake, Zen 4 */
    return has_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
#elif MT__H1_HAS_NEON
  case MT__SCAN_NEON:
    return true; /* part of AArch64 */
#endif
  default:
    return false;
  }
}
