#include "automaton.h"

#include "../base/hash.h"
#include "../base/slice.h"
#include "../http/target.h"

/** Where a walk is: the raw octets that are left, and where the decoded ones go (NULL: nothing
 * needs decoding). */
struct cursor {
  const char *next;
  const char *end;
  char *out;
};

uint32_t mt__automaton_slot(mt_slice text, uint32_t mask) {
  return (uint32_t)mt__hash(text, 0) & mask;
}

static bool is_edge(const mt__edge *edge, mt_slice segment) {
  return edge->size == segment.size && edge->text[0] == segment.data[0] &&
         memcmp(edge->text, segment.data, segment.size) == 0;
}

static uint32_t probe_table(const mt__edge *edges, const mt__state *state, mt_slice segment) {
  uint32_t slot = mt__automaton_slot(segment, state->edge_mask);
  for (; edges[slot].text; slot = (slot + 1) & state->edge_mask) {
    if (is_edge(&edges[slot], segment)) return edges[slot].target;
  }
  return state->other;
}

/** The state behind `segment`. */
static uint32_t step(const mt__automaton *automaton, const mt__state *state, mt_slice segment) {
  if (segment.size == 0) return state->empty;
  const mt__edge *edges = automaton->edges + state->first_edge;
  if (state->edge_mask != 0) return probe_table(edges, state, segment);
  for (uint32_t i = 0; i < state->edge_count; i++) {
    if (is_edge(&edges[i], segment)) return edges[i].target;
  }
  return state->other;
}

/** Decodes `raw` in place of the cursor's output. */
static bool decode(struct cursor *cursor, mt_slice raw, mt_slice *text) {
  ptrdiff_t size = mt__target_decode(raw, cursor->out);
  if (size < 0) return false;
  *text = (mt_slice){cursor->out, (size_t)size};
  cursor->out += size;
  return true;
}

/** Takes the "/" that the cursor is at and the segment behind it. */
static bool take_segment(struct cursor *cursor, mt_slice *segment) {
  const char *begin = cursor->next + 1;
  const char *slash =
      begin < cursor->end ? memchr(begin, '/', (size_t)(cursor->end - begin)) : NULL;
  cursor->next = slash ? slash : cursor->end;
  *segment = (mt_slice){begin, (size_t)(cursor->next - begin)};
  if (!cursor->out) return true;
  *cursor->out++ = '/';
  return decode(cursor, *segment, segment);
}

/** What is left belongs to a rest, or to nothing; a broken escape counts all the same. */
static bool take_remainder(struct cursor *cursor, mt__walk *walk) {
  mt_slice remainder = {cursor->next, (size_t)(cursor->end - cursor->next)};
  if (cursor->out && !decode(cursor, remainder, &remainder)) return false;
  walk->end = remainder.data + remainder.size;
  return true;
}

bool mt__automaton_walk(const mt__automaton *automaton, mt_slice path, char *decoded,
                        mt__walk *walk) {
  struct cursor cursor = {path.data, path.data + path.size, decoded};
  uint32_t index = MT__AUTOMATON_START;
  uint32_t count = 0;
  while (cursor.next != cursor.end) {
    mt_slice segment;
    if (!take_segment(&cursor, &segment)) return false;
    if (count < MT__PATTERN_SEGMENTS_MAX) walk->segments[count++] = segment;
    uint32_t next = step(automaton, &automaton->states[index], segment);
    /* Only rests, or nothing at all, survive a segment unchanged: they survive all others too. */
    if (next == index) break;
    index = next;
  }
  walk->segment_count = count;
  walk->accept = &automaton->accepts[automaton->states[index].accept];
  return take_remainder(&cursor, walk);
}
