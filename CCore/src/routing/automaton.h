/** What is searched: a deterministic automaton over path segments, made once from the tree of
 * patterns and only read from then on. A state stands for all patterns that the segments so far
 * agree with, so a search never goes back.
 */
#ifndef MT_ROUTING_AUTOMATON_H
#define MT_ROUTING_AUTOMATON_H

#include "../base/allocator.h"
#include "../base/attributes.h"
#include "pattern.h"
#include "router.h"
#include "tree.h"

MT__HIDDEN_BEGIN

enum {
  MT__AUTOMATON_STATES_MAX = 65536,
  MT__AUTOMATON_EDGES_MAX = 1 << 22, /* slots, 16 bytes each */
  MT__AUTOMATON_DEAD = 0,            /* the state that no pattern reaches */
  MT__AUTOMATON_START = 1,
  MT__AUTOMATON_LINEAR_MAX = 4, /* edges that fill one cache line are compared one by one */
};

/** A literal that a state knows. A free slot of a table has text NULL. */
typedef struct mt__edge {
  const char *text;
  uint32_t size;
  uint32_t target;
} mt__edge;

typedef struct mt__state {
  uint32_t first_edge;
  uint32_t edge_count; /* compared one by one; 0 when there is a table */
  uint32_t edge_mask;  /* slots of the table less one; 0: no table */
  uint32_t other;      /* behind a segment that no edge names */
  uint32_t empty;      /* behind an empty segment */
  uint32_t accept;     /* what answers when the path ends here */
} mt__state;

/** The routes of all patterns that match, the first pattern that has a method taken. */
typedef struct mt__accept {
  uint32_t allowed; /* as mt__match.allowed */
  const mt__route *routes[MT__ROUTE_METHODS];
} mt__accept;

typedef struct mt__automaton {
  const mt_allocator *allocator;
  mt__state *states;
  mt__edge *edges;
  mt__accept *accepts; /* the first one accepts nothing */
  uint32_t state_count, state_capacity;
  uint32_t edge_count, edge_capacity;
  uint32_t accept_count, accept_capacity;
} mt__automaton;

/** What a walk along a path found. */
typedef struct mt__walk {
  const mt__accept *accept;
  const char *end; /* behind the path's last octet, decoded */
  uint32_t segment_count;
  mt_slice segments[MT__PATTERN_SEGMENTS_MAX]; /* decoded; only the first segment_count are set */
} mt__walk;

/** Builds the automaton of `tree`, whose texts and routes it borrows from then on. On failure
 * nothing is left to deinit. MT_ERROR_LIMIT, MT_ERROR_NO_MEMORY. */
mt_status mt__automaton_init(mt__automaton *automaton, const mt_allocator *allocator,
                             const mt__tree *tree, mt_error *error);
void mt__automaton_deinit(mt__automaton *automaton);
/** Walks along the raw `path` ("/…"). With an escape in it `decoded` has room for path.size octets,
 * else it is NULL and the walk's slices are places in `path`. False: a broken escape or %00. */
bool mt__automaton_walk(const mt__automaton *automaton, mt_slice path, char *decoded,
                        mt__walk *walk);
/** Where an edge called `text` is first looked for. */
uint32_t mt__automaton_slot(mt_slice text, uint32_t mask);

MT__HIDDEN_END

#endif
