#include "automaton.h"

#include "../base/hash.h"
#include "../base/status.h"
#include "array.h"

/** The tree's nodes that one state stands for, the more specific first: a part of the pool. */
typedef struct members {
  uint32_t first;
  uint32_t count;
} members;

/** What only building needs: subset construction with the member lists as the states' names. */
struct builder {
  mt__automaton *automaton;
  const mt_allocator *allocator;
  const mt__tree *tree;
  mt_error *error;
  uint32_t *pool;
  uint32_t pool_count, pool_capacity;
  members *members; /* by state */
  uint32_t members_capacity;
  uint32_t *memo; /* open addressing by member list: indices of states, 0 is free */
  uint32_t memo_mask;
  mt__edge *found; /* the edges of the state at hand */
  uint32_t found_count, found_capacity;
};

static mt_status fail_memory(const struct builder *builder) {
  mt__error_set(builder->error, MT_ERROR_NO_MEMORY, "no memory for the routes");
  return MT_ERROR_NO_MEMORY;
}

static mt_status fail_limit(const struct builder *builder, const char *what, uint32_t limit) {
  mt__error_set(builder->error, MT_ERROR_LIMIT,
                "the patterns combine to more than %u search %s: use fewer parameters and "
                "literals at the same place of patterns that match the same paths",
                (unsigned)limit, what);
  return MT_ERROR_LIMIT;
}

/** mt__array_reserve for an array of the builder. */
#define RESERVE(builder, items, capacity, needed)                                                  \
  mt__array_reserve((builder)->allocator, (items), (capacity), (needed), sizeof *(items))

static uint64_t hash_members(const struct builder *builder, members list) {
  mt_slice bytes = {(const char *)(builder->pool + list.first), list.count * sizeof(uint32_t)};
  return mt__hash(bytes, 0);
}

static bool equal_members(const struct builder *builder, members a, members b) {
  const uint32_t *pool = builder->pool;
  return a.count == b.count && memcmp(pool + a.first, pool + b.first, a.count * sizeof *pool) == 0;
}

/** Where the state of `list` is, or where it would go. */
static uint32_t find_slot(const struct builder *builder, members list) {
  uint32_t slot = (uint32_t)hash_members(builder, list) & builder->memo_mask;
  while (builder->memo[slot] != 0 &&
         !equal_members(builder, builder->members[builder->memo[slot]], list))
    slot = (slot + 1) & builder->memo_mask;
  return slot;
}

/** Room in the memo for one state more at a load of at most one half. */
static bool reserve_memo(struct builder *builder) {
  uint32_t slots = builder->memo ? builder->memo_mask + 1 : 0;
  uint32_t state_count = builder->automaton->state_count;
  if (state_count + 1 <= slots / 2) return true;
  uint32_t grown = slots ? slots * 2 : 64;
  uint32_t *memo = mt__allocate_zeroed(builder->allocator, grown, sizeof *memo);
  if (!memo) return false;
  mt__deallocate(builder->allocator, builder->memo);
  builder->memo = memo;
  builder->memo_mask = grown - 1;
  for (uint32_t i = MT__AUTOMATON_START; i < state_count; i++)
    memo[find_slot(builder, builder->members[i])] = i;
  return true;
}

static mt_status add_state(struct builder *builder, members list) {
  mt__automaton *automaton = builder->automaton;
  uint32_t count = automaton->state_count;
  if (count == MT__AUTOMATON_STATES_MAX)
    return fail_limit(builder, "states", MT__AUTOMATON_STATES_MAX);
  mt__state *states = RESERVE(builder, automaton->states, &automaton->state_capacity, count + 1);
  if (!states) return fail_memory(builder);
  automaton->states = states;
  members *all = RESERVE(builder, builder->members, &builder->members_capacity, count + 1);
  if (!all) return fail_memory(builder);
  builder->members = all;
  states[count] = (mt__state){0};
  all[count] = list;
  automaton->state_count++;
  return MT_OK;
}

/** The state of the list that lies at the pool's end, which is kept there if the state is new. */
static mt_status intern(struct builder *builder, uint32_t count, uint32_t *state) {
  *state = MT__AUTOMATON_DEAD;
  if (count == 0) return MT_OK;
  if (!reserve_memo(builder)) return fail_memory(builder);
  members list = {builder->pool_count, count};
  uint32_t slot = find_slot(builder, list);
  if (builder->memo[slot] == 0) {
    mt_status status = add_state(builder, list);
    if (status != MT_OK) return status;
    builder->pool_count += count;
    builder->memo[slot] = builder->automaton->state_count - 1;
  }
  *state = builder->memo[slot];
  return MT_OK;
}

/** Writes to `out` where `node` leads behind a segment called `text` (NULL: one that no literal
 * names), at most three nodes; returns how many. The order is the rule of precedence. */
static uint32_t follow(const mt__tree *tree, uint32_t node, const mt_slice *text, uint32_t *out) {
  const mt__tree_node *from = &tree->nodes[node];
  uint32_t count = 0;
  if (from->kind == MT__SEGMENT_REST) {
    out[count++] = node;
    return count;
  }
  uint32_t literal = text ? mt__tree_literal(tree, node, *text) : 0;
  bool is_empty = text && text->size == 0;
  if (literal) out[count++] = literal;
  if (from->parameter && !is_empty) out[count++] = from->parameter;
  if (from->rest) out[count++] = from->rest;
  return count;
}

/** The state behind `state` and a segment, as follow names it. */
static mt_status advance(struct builder *builder, uint32_t state, const mt_slice *text,
                         uint32_t *target) {
  members from = builder->members[state];
  uint32_t *pool = RESERVE(builder, builder->pool, &builder->pool_capacity,
                           builder->pool_count + 3 * from.count);
  if (!pool) return fail_memory(builder);
  builder->pool = pool;
  uint32_t count = 0;
  for (uint32_t i = 0; i < from.count; i++) {
    uint32_t *out = pool + builder->pool_count + count;
    count += follow(builder->tree, pool[from.first + i], text, out);
  }
  return intern(builder, count, target);
}

/** Whether one of the first `count` members of `state` has a literal child called `text`. */
static bool is_known(const struct builder *builder, uint32_t state, uint32_t count, mt_slice text) {
  const uint32_t *list = builder->pool + builder->members[state].first;
  for (uint32_t i = 0; i < count; i++) {
    if (mt__tree_literal(builder->tree, list[i], text) != 0) return true;
  }
  return false;
}

static mt_status add_edge(struct builder *builder, uint32_t state, mt_slice text) {
  mt__edge *found =
      RESERVE(builder, builder->found, &builder->found_capacity, builder->found_count + 1);
  if (!found) return fail_memory(builder);
  builder->found = found;
  mt__edge *edge = &found[builder->found_count++];
  *edge = (mt__edge){text.data, (uint32_t)text.size, MT__AUTOMATON_DEAD};
  return advance(builder, state, &text, &edge->target);
}

/** Finds every literal that some member of `state` knows, each once. */
static mt_status find_edges(struct builder *builder, uint32_t state) {
  const mt__tree_node *nodes = builder->tree->nodes;
  builder->found_count = 0;
  for (uint32_t i = 0; i < builder->members[state].count; i++) {
    uint32_t node = builder->pool[builder->members[state].first + i];
    uint32_t child = nodes[node].first_literal;
    for (; child != 0; child = nodes[child].next_literal) {
      mt_slice text = nodes[child].text;
      if (text.size == 0 || is_known(builder, state, i, text)) continue;
      mt_status status = add_edge(builder, state, text);
      if (status != MT_OK) return status;
    }
  }
  return MT_OK;
}

static uint32_t table_size(uint32_t edge_count) {
  uint32_t size = 8;
  while (size < 2 * edge_count) size *= 2;
  return size;
}

static void fill_table(mt__edge *table, uint32_t mask, const mt__edge *found, uint32_t count) {
  memset(table, 0, (mask + 1) * sizeof *table);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t slot = mt__automaton_slot((mt_slice){found[i].text, found[i].size}, mask);
    while (table[slot].text) slot = (slot + 1) & mask;
    table[slot] = found[i];
  }
}

/** Lays the found edges down: few in a row, more as a table. */
static mt_status lay_edges(struct builder *builder, mt__state *state) {
  mt__automaton *automaton = builder->automaton;
  uint32_t count = builder->found_count;
  bool is_linear = count <= MT__AUTOMATON_LINEAR_MAX;
  uint32_t slots = is_linear ? count : table_size(count);
  if (slots > MT__AUTOMATON_EDGES_MAX - automaton->edge_count)
    return fail_limit(builder, "edges", MT__AUTOMATON_EDGES_MAX);
  mt__edge *edges =
      RESERVE(builder, automaton->edges, &automaton->edge_capacity, automaton->edge_count + slots);
  if (!edges) return fail_memory(builder);
  automaton->edges = edges;
  state->first_edge = automaton->edge_count;
  state->edge_count = is_linear ? count : 0;
  state->edge_mask = is_linear ? 0 : slots - 1;
  mt__edge *place = edges + automaton->edge_count;
  if (is_linear && count > 0) memcpy(place, builder->found, count * sizeof *place);
  if (!is_linear) fill_table(place, state->edge_mask, builder->found, count);
  automaton->edge_count += slots;
  return MT_OK;
}

/** Takes for each method the first member that has it; GET has HEAD too. */
static void accept_node(mt__accept *accept, const mt__tree_node *node) {
  for (unsigned method = 1; method < MT__ROUTE_METHODS; method++) {
    const mt__route *route = node->routes[method];
    if (!route && method == MT_METHOD_HEAD) route = node->routes[MT_METHOD_GET];
    if (!route) continue;
    accept->allowed |= 1U << method;
    if (!accept->routes[method]) accept->routes[method] = route;
  }
}

static mt_status add_accept(struct builder *builder, members list, uint32_t *index) {
  mt__automaton *automaton = builder->automaton;
  mt__accept *accepts = RESERVE(builder, automaton->accepts, &automaton->accept_capacity,
                                automaton->accept_count + 1);
  if (!accepts) return fail_memory(builder);
  automaton->accepts = accepts;
  mt__accept *accept = &accepts[automaton->accept_count];
  *accept = (mt__accept){0};
  for (uint32_t i = 0; i < list.count; i++)
    accept_node(accept, &builder->tree->nodes[builder->pool[list.first + i]]);
  *index = 0;
  if (automaton->accept_count == 0 || accept->allowed != 0) *index = automaton->accept_count++;
  return MT_OK;
}

static mt_status expand(struct builder *builder, uint32_t index) {
  static const mt_slice empty = {"", 0};
  mt__state made = {0};
  mt_status status = find_edges(builder, index);
  if (status == MT_OK) status = lay_edges(builder, &made);
  if (status == MT_OK) status = advance(builder, index, NULL, &made.other);
  if (status == MT_OK) status = advance(builder, index, &empty, &made.empty);
  if (status == MT_OK) status = add_accept(builder, builder->members[index], &made.accept);
  builder->automaton->states[index] = made;
  return status;
}

/** The dead state, which has no members, and the one that only the root is in. */
static mt_status add_first_states(struct builder *builder) {
  mt_status status = add_state(builder, (members){0, 0});
  if (status == MT_OK) status = expand(builder, MT__AUTOMATON_DEAD);
  if (status != MT_OK) return status;
  if (builder->tree->node_count == 0) return add_state(builder, (members){0, 0});
  uint32_t *pool = RESERVE(builder, builder->pool, &builder->pool_capacity, 1);
  if (!pool) return fail_memory(builder);
  builder->pool = pool;
  pool[0] = 0;
  uint32_t start;
  return intern(builder, 1, &start);
}

static mt_status build(struct builder *builder) {
  mt_status status = add_first_states(builder);
  uint32_t index = MT__AUTOMATON_START;
  for (; status == MT_OK && index < builder->automaton->state_count; index++)
    status = expand(builder, index);
  return status;
}

mt_status mt__automaton_init(mt__automaton *automaton, const mt_allocator *allocator,
                             const mt__tree *tree, mt_error *error) {
  *automaton = (mt__automaton){.allocator = allocator};
  struct builder builder = {
      .automaton = automaton, .allocator = allocator, .tree = tree, .error = error};
  mt_status status = build(&builder);
  mt__deallocate(allocator, builder.pool);
  mt__deallocate(allocator, builder.members);
  mt__deallocate(allocator, builder.memo);
  mt__deallocate(allocator, builder.found);
  if (status != MT_OK) mt__automaton_deinit(automaton);
  return status;
}

void mt__automaton_deinit(mt__automaton *automaton) {
  mt__deallocate(automaton->allocator, automaton->states);
  mt__deallocate(automaton->allocator, automaton->edges);
  mt__deallocate(automaton->allocator, automaton->accepts);
  *automaton = (mt__automaton){.allocator = automaton->allocator};
}
