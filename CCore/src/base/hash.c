#include "hash.h"

#include "octets.h"

__extension__ typedef unsigned __int128 product;

/* The first fractional bits of the golden ratio and of the roots of 2 and 3, made odd. */
static const uint64_t golden = 0x9e3779b97f4a7c15;
static const uint64_t root2 = 0x6a09e667f3bcc909;
static const uint64_t root3 = 0xbb67ae8584caa73b;

/** The two halves of a full product, folded: each bit depends on all lower and all higher ones. */
static inline uint64_t fold(uint64_t a, uint64_t b) {
  product both = (product)a * b;
  return (uint64_t)both ^ (uint64_t)(both >> 64);
}

/** Up to 16 octets as two words; octets may appear in both. */
static inline void load_tail(const char *at, size_t size, uint64_t *a, uint64_t *b) {
  *a = *b = 0;
  if (size >= 8) {
    *a = mt__octets_load8(at);
    *b = mt__octets_load8(at + size - 8);
  } else if (size >= 4) {
    *a = mt__octets_load4(at);
    *b = mt__octets_load4(at + size - 4);
  } else if (size > 0) {
    *a = (uint64_t)(unsigned char)at[0] << 16 | (uint64_t)(unsigned char)at[size / 2] << 8 |
         (unsigned char)at[size - 1];
  }
}

uint64_t mt__hash(mt_slice bytes, uint64_t seed) {
  /* Both factors are masked by what only the seed's owner knows: a sender who could make a factor
     zero would erase everything before it, and have as many collisions as he likes. */
  uint64_t key = fold(seed ^ golden, root2);
  uint64_t hash = seed ^ root3;
  const char *at = bytes.data;
  size_t left = bytes.size;
  for (; left > 16; at += 16, left -= 16)
    hash = fold(mt__octets_load8(at) ^ key, mt__octets_load8(at + 8) ^ hash);
  uint64_t a, b;
  load_tail(at, left, &a, &b);
  return fold(fold(a ^ key, b ^ hash) ^ bytes.size, golden);
}
