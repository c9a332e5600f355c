/* Blocks of 64 octets as two halves of 32, for the kinds whose vectors have no loads that leave
 * octets out. The including file has defined `half`, half_load, and for each set of octets a
 * function from a half to a bit per octet.
 *
 * Nothing past the end of the input is read. What is left of it when that is less than a block lies
 * in halves that overlap each other, or octets that were looked at before:
 *
 *     |------- low -------|               the first 32 octets
 *               |------- high -------|    the last 32; its bits are shifted up to their places
 *     ^ 0       ^ shift   ^ 32       ^ size
 */

typedef struct block {
  half low, high;
  unsigned shift; /* where `high` begins, counted from `low` */
  unsigned skip;  /* octets of `low` in front of the block */
} block;

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t join(block b, uint32_t (*mask)(half)) {
  return ((uint64_t)mask(b.low) | (uint64_t)mask(b.high) << b.shift) >> b.skip;
}

INLINE uint64_t controls_of(block b) {
  return join(b, half_controls);
}

INLINE uint64_t breaks_of(block b) {
  return join(b, half_breaks);
}

INLINE uint64_t paths_of(block b) {
  return join(b, half_paths);
}

INLINE uint64_t queries_of(block b) {
  return join(b, half_queries);
}

INLINE uint64_t hosts_of(block b) {
  return join(b, half_hosts);
}

INLINE uint64_t stops_of(block b) {
  return join(b, half_stops);
}

/* An input of less than a half: the letters behind it are in every set. */
static __attribute__((noinline)) block load_few(const unsigned char *data, size_t size, size_t at) {
  unsigned char copy[64];
  memset(copy, 'a', sizeof copy);
  memcpy(copy, data, size);
  return (block){half_load(copy), half_load(copy + 32), 32, (unsigned)at};
}

INLINE block load_whole(const unsigned char *octets) {
  return (block){half_load(octets), half_load(octets + 32), 32, 0};
}

/* The block at `at`, which is below `size`. No bit is set for an octet past the end. */
INLINE block load_block(const unsigned char *data, size_t size, size_t at) {
  size_t left = size - at;
  if (MT__LIKELY(left >= 64)) return load_whole(data + at);
  if (size >= 64) {
    const unsigned char *last = data + size - 64;
    return (block){half_load(last), half_load(last + 32), 32, (unsigned)(64 - left)};
  }
  if (size < 32) return load_few(data, size, at);
  return (block){half_load(data), half_load(data + size - 32), (unsigned)(size - 32), (unsigned)at};
}

/* The index of the lowest bit; 64 when there is none, which CPUs with BMI need not ask. */
INLINE unsigned lowest(uint64_t bits) {
  return bits != 0 ? (unsigned)__builtin_ctzll(bits) : 64;
}

/* Writes base + i for each bit i of `bits`, lowest first, and maybe three more behind. Four at a
 * time: mostly there are no more, and the one branch then goes the same way in each block. */
INLINE void put_places(uint32_t *out, uint32_t base, uint64_t bits) {
  do {
    for (int i = 0; i < 4; i++) {
      *out++ = base + lowest(bits);
      bits &= bits - 1;
    }
  } while (MT__UNLIKELY(bits != 0));
}

#undef INLINE
