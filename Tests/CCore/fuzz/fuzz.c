#include "fuzz.h"

#include <sanitizer/asan_interface.h>

_Noreturn void fuzz_fail(const char *condition, const char *file, int line) {
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  abort();
}

uint64_t fuzz_take_number(mt_slice *input, size_t octets) {
  uint64_t number = 0;
  for (; octets > 0; octets--) number = number << 8 | fuzz_take(input);
  return number;
}

mt_slice fuzz_take_until(mt_slice *input, char end) {
  const char *at = input->size ? memchr(input->data, end, input->size) : NULL;
  mt_slice taken = {input->data, at ? (size_t)(at - input->data) : input->size};
  size_t gone = taken.size + (at != NULL);
  *input = (mt_slice){gone ? input->data + gone : input->data, input->size - gone};
  return taken;
}

bool fuzz_is_token(mt_slice text) {
  for (size_t at = 0; at < text.size; at++) {
    unsigned char c = (unsigned char)text.data[at];
    if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c)) return false;
  }
  return text.size > 0;
}

bool fuzz_is_field_value(mt_slice text) {
  for (size_t at = 0; at < text.size; at++) {
    unsigned char c = (unsigned char)text.data[at];
    if ((c < ' ' && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

size_t fuzz_split_next(fuzz_split *split, size_t left) {
  if (split->stride == 0) return left;
  size_t step = 1 + fuzz_random(&split->random) % split->stride;
  return step < left ? step : left;
}

bool fuzz_stage_fill(fuzz_stage *stage, mt_slice bytes) {
  if (bytes.size > sizeof stage->bytes) return false;
  ASAN_UNPOISON_MEMORY_REGION(stage->bytes, sizeof stage->bytes);
  if (bytes.size) memcpy(stage->bytes, bytes.data, bytes.size);
  ASAN_POISON_MEMORY_REGION(stage->bytes, sizeof stage->bytes);
  stage->shown = 0;
  return true;
}

void fuzz_stage_show(fuzz_stage *stage, size_t size) {
  if (size < stage->shown) {
    ASAN_POISON_MEMORY_REGION(stage->bytes + size, stage->shown - size);
  } else {
    size_t from = stage->shown & ~(size_t)7; /* shadow memory speaks about 8 octets at a time */
    ASAN_UNPOISON_MEMORY_REGION(stage->bytes + from, size - from);
  }
  stage->shown = size;
}
