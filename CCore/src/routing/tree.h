/** The trie of all patterns, segment by segment: what the automaton is built from. */
#ifndef MT_ROUTING_TREE_H
#define MT_ROUTING_TREE_H

#include "../base/allocator.h"
#include "../base/attributes.h"
#include "pattern.h"
#include "router.h"

MT__HIDDEN_BEGIN

/** Nodes are named by index; 0 is the root, which is nobody's child and so means "none" too. */
typedef struct mt__tree_node {
  mt_slice text; /* of the literal that leads here */
  uint32_t parent;
  uint32_t first_literal; /* children by a literal segment, linked by next_literal */
  uint32_t next_literal;
  uint32_t parameter;
  uint32_t rest;
  mt__segment_kind kind;
  const mt__route *routes[MT__ROUTE_METHODS]; /* of the patterns that end here */
} mt__tree_node;

typedef struct mt__tree {
  const mt_allocator *allocator;
  mt__tree_node *nodes;
  uint32_t node_count;
  uint32_t node_capacity;
  uint32_t *literals; /* open addressing by parent and text: indices of nodes, 0 is free */
  uint32_t literal_mask;
  uint32_t literal_count;
} mt__tree;

void mt__tree_init(mt__tree *tree, const mt_allocator *allocator);
void mt__tree_deinit(mt__tree *tree);
/** Adds `route` where `pattern` leads. The pattern's texts and the route are borrowed until deinit,
 * also on failure. MT_ERROR_CONFLICT: `*other` has the same shape and method. MT_ERROR_NO_MEMORY.
 */
mt_status mt__tree_insert(mt__tree *tree, const mt__pattern *pattern, const mt__route *route,
                          const mt__route **other);
/** The child of `node` by the literal `text`, or 0. */
uint32_t mt__tree_literal(const mt__tree *tree, uint32_t node, mt_slice text);

MT__HIDDEN_END

#endif
