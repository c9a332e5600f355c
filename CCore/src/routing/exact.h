/** Patterns without parameters, found by one look at the whole path: the short cut past the
 * automaton, which agrees with it. */
#ifndef MT_ROUTING_EXACT_H
#define MT_ROUTING_EXACT_H

#include "automaton.h"

MT__HIDDEN_BEGIN

typedef struct mt__exact_entry {
  mt_slice path; /* data NULL: a free slot */
  const mt__accept *accept;
} mt__exact_entry;

typedef struct mt__exact {
  const mt_allocator *allocator;
  mt__exact_entry *entries; /* open addressing; NULL: empty */
  uint32_t mask;
  uint64_t sizes; /* bit (size % 64) of every path that is there */
} mt__exact;

/** Room for `count` paths. False without memory: nothing is left to deinit then. */
bool mt__exact_init(mt__exact *exact, const mt_allocator *allocator, uint32_t count);
void mt__exact_deinit(mt__exact *exact);
/** Adds `path`, which is borrowed until deinit; once is enough. */
void mt__exact_add(mt__exact *exact, mt_slice path, const mt__accept *accept);
/** What answers to the raw `path`, or NULL: ask the automaton. */
const mt__accept *mt__exact_find(const mt__exact *exact, mt_slice path);

MT__HIDDEN_END

#endif
