/** What the fuzz targets share. An input's first octets are digits or letters that choose what is
 * done with the rest, so that a corpus can be read and written by hand. */
#ifndef MT_TESTS_FUZZ_H
#define MT_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <martlet/slice.h>

/** Ends the program, which saves the input, when what has to hold does not. */
#define fuzz_require(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

/** What libFuzzer calls with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Takes the first octet off `*input`; 0 when there is none. */
static inline unsigned char fuzz_take(mt_slice *input) {
  if (input->size == 0) return 0;
  input->size--;
  return (unsigned char)*input->data++;
}

/** Takes the first `octets` (up to 8) off `*input` as one number. */
uint64_t fuzz_take_number(mt_slice *input, size_t octets);
/** Takes what stands before `end` off `*input`, and the end itself; all when there is none. */
mt_slice fuzz_take_until(mt_slice *input, char end);

static inline bool fuzz_same(mt_slice a, mt_slice b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/** token, read by the letter of RFC 9110 §5.6.2. */
bool fuzz_is_token(mt_slice text);
/** field-value with obs-text, and empty: RFC 9110 §5.5. */
bool fuzz_is_field_value(mt_slice text);

/** Numbers that depend on the seed alone. `*state` must not be 0. */
static inline uint32_t fuzz_random(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/** How an input reaches an engine: each feed is 1 … `stride` octets longer than the one before; 0:
 * all comes at once. */
typedef struct fuzz_split {
  uint32_t stride;
  uint32_t random;
} fuzz_split;

/** How many octets come next, out of the `left` that have not come. */
size_t fuzz_split_next(fuzz_split *split, size_t left);

enum { FUZZ_STAGE_BYTES = 16384 };

/** A copy of an input that ends, for AddressSanitizer, where it is told to end. */
typedef struct fuzz_stage {
  _Alignas(64) char bytes[FUZZ_STAGE_BYTES];
  size_t shown;
} fuzz_stage;

/** Copies `bytes` and shows none of them. False when there are too many. */
bool fuzz_stage_fill(fuzz_stage *stage, mt_slice bytes);
/** From now on the first `size` octets may be looked at, and no further one. */
void fuzz_stage_show(fuzz_stage *stage, size_t size);

#endif
