/* Whole field lines, many at a time. What is not as nearly all field lines are is left to the
 * states of parser_engine.inc.h, which say what is wrong with it.
 *
 * A first pass goes over blocks of 64 octets, as numbers with a bit per octet:
 *
 *     octets     H o s t :   a . b CR LF A c c e p t :   * / * CR LF CR LF
 *     breaks     . . . . 1 1 . . . 1  1  . . . . . . 1 1 . 1 . 1  1  1  1    no tchar
 *     controls   . . . . . . . . . 1  1  . . . . . . . . . . . 1  1  1  1
 *     starts     1 . . . . . . . . .  .  1 . . . . . . . . . . .  .  1       behind two controls
 *     sum        . . . . 1 …              . . . . . . 1 …                     ~breaks + starts
 *     places             ^         ^                    ^          ^
 *
 * The sum finds the ends of all names at once: the bit of a start is carried over the octets of the
 * name and comes to rest on the first octet that is none of a name. Carries into the next block are
 * kept. The places of name ends and of the controls that end values stand in turn in a list; a
 * start on a break is the empty line. No step depends on where in the block a line begins, so that
 * nothing is guessed wrongly by the CPU but when the message ends.
 *
 * A second pass takes the places two by two. Only here it is asked whether the name ends with a
 * colon and the value with CRLF. The first line of which that is not so ends the pass, and until
 * there the places do come in turn: the first break behind a start, then the first control. */

enum {
  PLACES = 128, /* 64 lines; further ones have a pass of their own */
  LONG = 192,   /* octets of a value, before it is taken for one of those that go on and on */
};

typedef struct line_scan {
  uint64_t starts;  /* of lines in the next block that are known already */
  uint64_t carry;   /* 1: a name goes on in the next block */
  uint64_t control; /* 1: the octet before the next block is a control */
  size_t empty;     /* where the first line without a name begins */
  uint32_t *places; /* of the next one */
} line_scan;

/* False: the empty line was found. */
INLINE bool scan_block(line_scan *scan, masks m) {
  uint64_t behind_control = m.controls << 1 | scan->control;
  uint64_t second_controls = m.controls & behind_control;
  uint64_t starts = second_controls << 1 | scan->starts;
  uint64_t sum;
  scan->control = m.controls >> 63;
  scan->starts = second_controls >> 63;
  scan->carry = __builtin_add_overflow(~m.breaks, starts | scan->carry, &sum);
  uint64_t places = (sum & m.breaks) | (m.controls & ~behind_control);
  uint64_t empty = starts & m.breaks;
  if (MT__UNLIKELY(empty != 0)) {
    scan->empty = m.base + first_bit(empty);
    places &= (empty & -empty) - 1;
  }
  put_places(scan->places, (uint32_t)m.base, places);
  scan->places += __builtin_popcountll(places);
  return empty == 0;
}

/* `base` is of a block within a value: goes on to the last such one in a row. A value that is long
 * already gets this look for controls alone; for every block that lies within one, it would cost
 * requests without long values more than it saves. */
INLINE size_t skip_calm(const unsigned char *data, size_t size, size_t base) {
  while (base + 128 <= size && controls_of(load_whole(data + base + 64)) == 0) base += 64;
  return base;
}

/* The first pass, over lines from `at` on, beginning with the masks that are known when they speak
 * of it. Before `places` stands where the line before ended. Returns how many places there are. Not
 * inlined: it needs all registers that there are. */
static __attribute__((noinline)) size_t scan_lines(const unsigned char *data, size_t size,
                                                   size_t at, const masks *known, uint32_t *places,
                                                   size_t *empty) {
  masks first = at - known->base < 64 ? *known : find_masks(load_block(data, size, at), at);
  line_scan scan = {UINT64_C(1) << (at - first.base), 0, 0, SIZE_MAX, places};
  const uint32_t *last = places + PLACES;
  first.controls &= -scan.starts;
  bool goes_on = scan_block(&scan, first);
  size_t base = first.base + 64;
  for (; goes_on && base + 64 <= size && scan.places < last; base += 64) {
    goes_on = scan_block(&scan, find_masks(load_whole(data + base), base));
    bool is_long = base > scan.places[-1] + (size_t)LONG && !scan.carry;
    if (MT__UNLIKELY(is_long)) base = skip_calm(data, size, base);
  }
  if (goes_on && base < size && scan.places < last)
    scan_block(&scan, find_masks(load_block(data, size, base), base));
  *empty = scan.empty;
  size_t count = (size_t)(scan.places - places);
  /* Behind the last octet nothing is known. */
  return count - (count > 0 && places[count - 1] + 1 == size);
}

/* Whether a line looks as nearly all do: one SP in front of the value, none behind it. */
INLINE bool is_plain_line(const unsigned char *colon, const unsigned char *end) {
  return memcmp(colon, ": ", 2) == 0 && colon[2] > ' ' && end[-1] > ' ' && is_crlf(end);
}

/* Another one, if it is one; its value goes to r->field. */
static __attribute__((noinline)) bool take_odd_value(const run *r, size_t colon, size_t end) {
  if (r->data[colon] != ':' || !is_crlf(r->data + end)) return false;
  place_value(r, colon + 1, end);
  return true;
}

/* The line at r->at, whose name ends at `colon` and whose value ends at `end`. */
INLINE bool take_line(run *r, size_t colon, size_t end) {
  size_t name_size = colon - r->at;
  r->field->value_offset = (uint32_t)colon + 2;
  r->field->value_size = (uint32_t)(end - colon) - 2;
  if (MT__UNLIKELY(!is_plain_line(r->data + colon, r->data + end))) {
    run copy = *r;
    if (!take_odd_value(&copy, colon, end)) return false;
  }
  if (MT__UNLIKELY(name_size > UINT16_MAX)) return false;
  place_name(r, r->at, name_size);
  r->field++;
  r->at = end + 2;
  return true;
}

/* Takes lines from r->at on; false: the message has ended. True: a line that is not whole or not
 * right is at r->at, or more lines than one pass takes. */
INLINE bool take_lines(run *r, masks known) {
  uint32_t places[1 + PLACES + 64 + 16]; /* the end of the line before, then what was found */
  size_t empty;
  places[0] = (uint32_t)r->at - 2;
  size_t lines = scan_lines(r->data, r->size, r->at, &known, places + 1, &empty) / 2;
  size_t room = (size_t)(r->fields_end - r->field);
  if (MT__UNLIKELY(lines > room)) lines = room;
  for (const uint32_t *at = places + 1, *last = at + 2 * lines; at < last; at += 2) {
    if (MT__UNLIKELY(!take_line(r, at[0], at[1]))) return true;
  }
  if (empty != r->at || r->size - r->at < 2 || !is_crlf(r->data + r->at)) return true;
  r->at += 2;
  r->head->size = (uint32_t)r->at;
  r->parser->state = MT__H1_AT_END;
  return false;
}
