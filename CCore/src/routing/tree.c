#include "tree.h"

#include "../base/hash.h"
#include "../base/slice.h"
#include "array.h"

void mt__tree_init(mt__tree *tree, const mt_allocator *allocator) {
  *tree = (mt__tree){.allocator = allocator};
}

void mt__tree_deinit(mt__tree *tree) {
  mt__deallocate(tree->allocator, tree->nodes);
  mt__deallocate(tree->allocator, tree->literals);
  mt__tree_init(tree, tree->allocator);
}

/** Where the child of `parent` by `text` is, or where it would go. The table has a free slot. */
static uint32_t find_slot(const mt__tree *tree, uint32_t parent, mt_slice text) {
  uint32_t slot = (uint32_t)mt__hash(text, parent) & tree->literal_mask;
  for (;; slot = (slot + 1) & tree->literal_mask) {
    uint32_t index = tree->literals[slot];
    if (index == 0) return slot;
    const mt__tree_node *node = &tree->nodes[index];
    if (node->parent == parent && mt__slice_equal(node->text, text)) return slot;
  }
}

uint32_t mt__tree_literal(const mt__tree *tree, uint32_t node, mt_slice text) {
  return tree->literals ? tree->literals[find_slot(tree, node, text)] : 0;
}

/** Room for one literal more at a load of at most one half. */
static bool reserve_literal(mt__tree *tree) {
  uint32_t slots = tree->literals ? tree->literal_mask + 1 : 0;
  if (tree->literal_count + 1 <= slots / 2) return true;
  uint32_t *old = tree->literals;
  uint32_t grown = slots ? slots * 2 : 16;
  uint32_t *table = mt__allocate_zeroed(tree->allocator, grown, sizeof *table);
  if (!table) return false;
  tree->literals = table;
  tree->literal_mask = grown - 1;
  for (uint32_t i = 0; i < slots; i++) {
    if (old[i] == 0) continue;
    const mt__tree_node *node = &tree->nodes[old[i]];
    table[find_slot(tree, node->parent, node->text)] = old[i];
  }
  mt__deallocate(tree->allocator, old);
  return true;
}

static bool add_node(mt__tree *tree, uint32_t parent, const mt__segment *segment) {
  mt__tree_node *nodes = mt__array_reserve(tree->allocator, tree->nodes, &tree->node_capacity,
                                           tree->node_count + 1, sizeof *nodes);
  if (!nodes) return false;
  tree->nodes = nodes;
  nodes[tree->node_count++] =
      (mt__tree_node){.text = segment->text, .parent = parent, .kind = segment->kind};
  return true;
}

static bool add_literal(mt__tree *tree, uint32_t parent, const mt__segment *segment) {
  if (!reserve_literal(tree) || !add_node(tree, parent, segment)) return false;
  uint32_t child = tree->node_count - 1;
  tree->literals[find_slot(tree, parent, segment->text)] = child;
  tree->literal_count++;
  tree->nodes[child].next_literal = tree->nodes[parent].first_literal;
  tree->nodes[parent].first_literal = child;
  return true;
}

/** The child of `parent` by `segment`, made if need be; 0 without memory. */
static uint32_t enter_literal(mt__tree *tree, uint32_t parent, const mt__segment *segment) {
  uint32_t child = mt__tree_literal(tree, parent, segment->text);
  if (child != 0) return child;
  return add_literal(tree, parent, segment) ? tree->node_count - 1 : 0;
}

/** As enter_literal, for the one child that `parent` may have by a parameter or a rest. */
static uint32_t enter_variable(mt__tree *tree, uint32_t parent, const mt__segment *segment) {
  bool is_rest = segment->kind == MT__SEGMENT_REST;
  const mt__tree_node *node = &tree->nodes[parent];
  uint32_t child = is_rest ? node->rest : node->parameter;
  if (child != 0) return child;
  if (!add_node(tree, parent, segment)) return 0;
  child = tree->node_count - 1;
  if (is_rest)
    tree->nodes[parent].rest = child;
  else
    tree->nodes[parent].parameter = child;
  return child;
}

static bool ensure_root(mt__tree *tree) {
  static const mt__segment nothing = {MT__SEGMENT_LITERAL, {NULL, 0}};
  return tree->node_count > 0 || add_node(tree, 0, &nothing);
}

mt_status mt__tree_insert(mt__tree *tree, const mt__pattern *pattern, const mt__route *route,
                          const mt__route **other) {
  if (!ensure_root(tree)) return MT_ERROR_NO_MEMORY;
  uint32_t node = 0;
  for (uint32_t i = 0; i < pattern->segment_count; i++) {
    const mt__segment *segment = &pattern->segments[i];
    node = segment->kind == MT__SEGMENT_LITERAL ? enter_literal(tree, node, segment)
                                                : enter_variable(tree, node, segment);
    if (node == 0) return MT_ERROR_NO_MEMORY;
  }
  *other = tree->nodes[node].routes[route->method];
  if (*other) return MT_ERROR_CONFLICT;
  tree->nodes[node].routes[route->method] = route;
  return MT_OK;
}
