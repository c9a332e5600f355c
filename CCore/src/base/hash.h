/** A keyed hash for tables whose keys come from outside. */
#ifndef MT_BASE_HASH_H
#define MT_BASE_HASH_H

#include <martlet/slice.h>

#include "attributes.h"

MT__HIDDEN_BEGIN

/** A 64-bit hash of `bytes` under `seed`; not for cryptography. */
uint64_t mt__hash(mt_slice bytes, uint64_t seed);

MT__HIDDEN_END

#endif
