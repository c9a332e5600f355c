/* What it costs Martlet to parse a request head, for each vector kind of this CPU. All validation
 * is on: what is timed is what the server calls. */
#include "codec/h1/parser.h"
#include "requests.h"
#include "timing.h"

typedef struct work {
  mt_slice bytes;
  mt__scan_kind kind;
} work;

static void parse(void *context, size_t turns) {
  static const mt__h1_limits limits = {8192, 16384, FIELDS_MAX};
  const work *asked = context;
  mt__field_place fields[FIELDS_MAX];
  mt__head head = {.fields = fields, .field_capacity = FIELDS_MAX};
  mt__h1_parser parser;
  for (size_t turn = 0; turn < turns; turn++) {
    mt__h1_parser_init(&parser, &limits, asked->kind);
    mt__h1_result result = mt__h1_parser_feed(&parser, asked->bytes.data, asked->bytes.size, &head);
    demand(result == MT__H1_COMPLETE && head.size == asked->bytes.size, "a request is refused");
    keep(fields);
  }
}

int main(void) {
  static const struct {
    mt__scan_kind kind;
    const char *name;
  } kinds[] = {{MT__SCAN_SCALAR, "Martlet, scalar"},
               {MT__SCAN_SSE42, "Martlet, SSE4.2"},
               {MT__SCAN_AVX2, "Martlet, AVX2"},
               {MT__SCAN_AVX512, "Martlet, AVX-512"},
               {MT__SCAN_NEON, "Martlet, NEON"}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (!mt__scan_supports(kinds[i].kind)) continue;
    for (size_t j = 0; j < SAMPLES; j++) {
      work asked = {samples[j].bytes, kinds[i].kind};
      time_work(kinds[i].name, samples[j].name, asked.bytes.size, parse, &asked);
    }
  }
  return 0;
}
