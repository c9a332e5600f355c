/* The states of the parser, compiled once per vector kind: the including file has defined
 * MT__H1_ENGINE and, for 16 and for 64 octets each, functions that give one bit per octet:
 *   controls  ends a field value: below 0x20 but HTAB, or 0x7f               RFC 9110 §5.5
 *   breaks    ends a token: no tchar                                         RFC 9110 §5.6.2
 *   paths     ends a path that needs no second look: no pchar but "%", no "/"  RFC 3986 §3.3
 *   queries   the same for a query
 *   stops     ends a request target: up to 0x20, or from 0x7f                RFC 9112 §3.2
 * classify_64 gives controls and breaks at once.
 *
 * Fields are found from masks over 64 octets, kept from field to field: what one field waits for is
 * a shift and a count, not a load. Each state is a function that returns whether the next one may
 * run. */

typedef uint64_t (*mask_fn)(const unsigned char *octets);

typedef struct run {
  const unsigned char *data;
  size_t size;  /* octets that may be looked at */
  size_t at;    /* the next one */
  size_t mark;  /* where the current token began */
  size_t block; /* what controls and breaks speak about: 64 octets from here */
  uint64_t controls;
  uint64_t breaks;
  mt__field_place *field; /* the one that is read */
  mt__field_place *fields_end;
  mt__h1_parser *parser;
  mt__head *head;
} run;

#define INLINE static inline __attribute__((always_inline))

INLINE size_t first_bit(uint64_t mask) {
  return (size_t)__builtin_ctzll(mask);
}

/* The mask of the 1 … 15 octets that are all there is. */
INLINE uint64_t mask_few(const unsigned char *octets, size_t size, mask_fn mask_16) {
  unsigned char copy[16] = {0};
  for (size_t i = 0; i < size; i++) copy[i] = octets[i];
  return mask_16(copy) & ((UINT64_C(1) << size) - 1);
}

/* The mask of the 1 … 63 octets from `at` to the end. Reads octets before `at` again rather than
 * any past the end. */
INLINE uint64_t mask_tail(const run *r, size_t at, mask_fn mask_16, mask_fn mask_64) {
  size_t left = r->size - at;
  if (r->size >= 64) return mask_64(r->data + r->size - 64) >> (64 - left);
  if (r->size < 16) return mask_few(r->data + at, left, mask_16);
  uint64_t mask = 0;
  size_t done = 0;
  for (; left - done >= 16; done += 16) mask |= mask_16(r->data + at + done) << done;
  if (done == left) return mask;
  uint64_t last = mask_16(r->data + r->size - 16);
  return mask | (left >= 16 ? last << (left - 16) : last >> (16 - left));
}

INLINE void load_block(run *r, size_t at) {
  r->block = at;
  if (MT__LIKELY(r->size - at >= 64)) {
    classify_64(r->data + at, &r->controls, &r->breaks);
  } else {
    r->controls = mask_tail(r, at, controls_16, controls_64);
    r->breaks = mask_tail(r, at, breaks_16, breaks_64);
  }
}

/* The first octet from `from` on that ends a value; false: not in this input. */
INLINE bool find_control(run *r, size_t from, size_t *end) {
  uint64_t mask = 0;
  size_t into = from - r->block;
  if (MT__LIKELY(into < 64)) {
    mask = r->controls >> into;
    if (MT__UNLIKELY(mask == 0)) from = r->block + 64;
  }
  while (MT__UNLIKELY(mask == 0)) {
    if (from >= r->size) return false;
    load_block(r, from);
    mask = r->controls;
    if (mask == 0) from += 64;
  }
  *end = from + first_bit(mask);
  return true;
}

/* The first octet from `from` on that is no tchar; false: not in this input. */
INLINE bool find_break(run *r, size_t from, size_t *end) {
  uint64_t mask = 0;
  size_t into = from - r->block;
  if (MT__LIKELY(into < 64)) {
    mask = r->breaks >> into;
    if (MT__UNLIKELY(mask == 0)) from = r->block + 64;
  }
  while (MT__UNLIKELY(mask == 0)) {
    if (from >= r->size) return false;
    load_block(r, from);
    mask = r->breaks;
    if (mask == 0) from += 64;
  }
  *end = from + first_bit(mask);
  return true;
}

/* The first octet from `from` on whose bit is set, or the size. */
INLINE size_t find(const run *r, size_t from, mask_fn mask_16, mask_fn mask_64) {
  for (; r->size - from >= 64; from += 64) {
    uint64_t mask = mask_64(r->data + from);
    if (MT__LIKELY(mask != 0)) return from + first_bit(mask);
  }
  if (from == r->size) return r->size;
  uint64_t mask = mask_tail(r, from, mask_16, mask_64);
  return mask != 0 ? from + first_bit(mask) : r->size;
}

INLINE bool reject(run *r, int status, const char *reason) {
  return mt__h1_reject(r->parser, status, reason);
}

INLINE bool pause_in(run *r, uint8_t state, size_t at) {
  r->parser->state = state;
  r->at = at;
  return false;
}

/* Where the request line has to have ended. */
INLINE size_t line_limit(const run *r) {
  size_t limit = (size_t)r->head->method_name.offset + r->parser->limits->max_request_line;
  return limit < r->size ? limit : r->size;
}

/* The request line goes on to `limit`: is that where the input or where our patience ends? */
INLINE bool pause_in_line(run *r, uint8_t state, size_t limit) {
  if (limit < r->size) return reject(r, 414, "request line too long");
  return pause_in(r, state, limit);
}

/* RFC 9112 §2.2: one empty line before the request line is passed over. */
INLINE bool take_start(run *r) {
  if (MT__UNLIKELY(r->size == 0)) return pause_in(r, MT__H1_AT_START, 0);
  if (MT__UNLIKELY(r->data[0] == '\r')) {
    if (r->size == 1) return pause_in(r, MT__H1_AT_START, 0);
    if (r->data[1] != '\n') return reject(r, 400, "bare CR");
    r->at = 2;
  }
  r->head->method_name.offset = (uint32_t)r->at;
  return true;
}

INLINE bool take_method(run *r) {
  size_t start = r->head->method_name.offset;
  size_t limit = line_limit(r);
  size_t end;
  if (!find_break(r, r->at, &end) || end > limit) end = limit;
  if (MT__UNLIKELY(end - start > MT__H1_METHOD_LIMIT)) {
    return reject(r, 501, "method of more than 32 octets");
  }
  if (MT__UNLIKELY(end == limit)) return pause_in_line(r, MT__H1_AT_METHOD, limit);
  if (MT__UNLIKELY(r->data[end] != ' ' || end == start)) {
    return reject(r, 400, mt__h1_method_offence(r->data[end], end == start));
  }
  r->head->method_name.size = (uint32_t)(end - start);
  r->at = r->mark = end + 1;
  return true;
}

/* Most targets are a path and maybe a query without escapes: what ends them shows that there is
 * nothing else in them. Fills in what mt__target_parse would. */
INLINE bool take_plain_target(run *r, size_t limit) {
  size_t from = r->mark;
  if (from >= limit || r->data[from] != '/') return false;
  size_t path_end = find(r, from, paths_16, paths_64);
  size_t end = path_end;
  size_t query = from;
  if (end < limit && r->data[end] == '?') {
    query = end + 1;
    end = find(r, query, queries_16, queries_64);
  }
  if (end >= limit || r->data[end] != ' ') return false;
  mt__head *head = r->head;
  head->target = (mt__place){(uint32_t)from, (uint32_t)(end - from)};
  head->path = (mt__place){(uint32_t)from, (uint32_t)(path_end - from)};
  head->query = (mt__place){(uint32_t)query, query == from ? 0 : (uint32_t)(end - query)};
  head->authority = (mt__place){(uint32_t)from, 0};
  head->target_form = MT__TARGET_ORIGIN;
  r->at = r->mark = end + 1;
  return true;
}

INLINE bool take_target(run *r) {
  size_t limit = line_limit(r);
  r->parser->is_plain_target = r->at == r->mark && take_plain_target(r, limit);
  if (MT__LIKELY(r->parser->is_plain_target)) return true;
  size_t end = find(r, r->at, stops_16, stops_64);
  if (MT__UNLIKELY(end >= limit)) return pause_in_line(r, MT__H1_AT_TARGET, limit);
  if (MT__UNLIKELY(r->data[end] != ' ' || end == r->mark)) {
    return reject(r, 400, mt__h1_target_offence(r->data[end], end == r->mark));
  }
  r->head->target = (mt__place){(uint32_t)r->mark, (uint32_t)(end - r->mark)};
  r->at = r->mark = end + 1;
  return true;
}

INLINE bool is_digit(unsigned char octet) {
  return octet >= '0' && octet <= '9';
}

/* RFC 9112 §2.3: "HTTP/" DIGIT "." DIGIT, in upper case. */
INLINE bool take_version(run *r) {
  static const unsigned char form[8] = {'H', 'T', 'T', 'P', '/', '1', '.', '1'};
  size_t limit = line_limit(r);
  if (MT__LIKELY(limit - r->mark >= 8 && memcmp(r->data + r->mark, form, 8) == 0)) {
    r->at = r->mark + 8;
    return true;
  }
  for (; r->at - r->mark < 8; r->at++) {
    if (r->at == limit) return pause_in_line(r, MT__H1_AT_VERSION, limit);
    unsigned char wanted = form[r->at - r->mark];
    unsigned char octet = r->data[r->at];
    if (octet != wanted && !(wanted == '1' && is_digit(octet))) {
      return reject(r, 400, "malformed version");
    }
  }
  return true;
}

INLINE bool take_line_cr(run *r) {
  if (MT__UNLIKELY(r->at == r->size)) return pause_in(r, MT__H1_AT_LINE_CR, r->at);
  if (MT__UNLIKELY(r->data[r->at] != '\r')) {
    if (r->at == line_limit(r)) return reject(r, 414, "request line too long");
    return reject(r, 400, r->data[r->at] == '\n' ? "bare LF" : "malformed version");
  }
  r->at++;
  return true;
}

INLINE bool take_line_lf(run *r) {
  if (MT__UNLIKELY(r->at == r->size)) return pause_in(r, MT__H1_AT_LINE_LF, r->at);
  if (MT__UNLIKELY(r->data[r->at] != '\n')) return reject(r, 400, "bare CR");
  r->at++;
  return mt__h1_finish_request_line(r->parser, r->head);
}

INLINE bool take_last_lf(run *r) {
  if (MT__UNLIKELY(r->at == r->size)) return pause_in(r, MT__H1_AT_LAST_LF, r->at);
  if (MT__UNLIKELY(r->data[r->at] != '\n')) return reject(r, 400, "bare CR");
  r->head->size = (uint32_t)r->at + 1;
  return pause_in(r, MT__H1_AT_END, r->at + 1);
}

/* A line that begins with no tchar. */
INLINE bool take_odd_line(run *r) {
  if (r->at == r->size) return pause_in(r, MT__H1_AT_FIELD, r->at);
  if (r->data[r->at] != '\r') return reject(r, 400, mt__h1_name_offence(r->data[r->at], true));
  r->at++;
  return take_last_lf(r);
}

/* By name size: the first letters (bit = letter & 31) of the fields that mt__field_lookup knows, so
 * that most names cost no call. */
#define LETTER(letter) (1U << ((letter)&31))
static const uint32_t known_initials[32] = {
    [2] = LETTER('t'),
    [4] = LETTER('h') | LETTER('d'),
    [5] = LETTER('r'),
    [6] = LETTER('e') | LETTER('s'),
    [7] = LETTER('u') | LETTER('t'),
    [8] = LETTER('i'),
    [10] = LETTER('c') | LETTER('k'),
    [13] = LETTER('i'),
    [14] = LETTER('c'),
    [15] = LETTER('a'),
    [17] = LETTER('t') | LETTER('i'),
    [19] = LETTER('i'),
};
#undef LETTER

INLINE bool may_be_known(unsigned char initial, size_t size) {
  return size < 32 && ((known_initials[size] >> (initial & 31)) & 1) != 0;
}

/* `end`: where the name from r->mark on ends; r->size when that is not in this input. */
INLINE bool take_name_to(run *r, size_t end) {
  size_t size = end - r->mark;
  const unsigned char *name = r->data + r->mark;
  mt__field_id id = MT__FIELD_OTHER;
  if (MT__UNLIKELY(size > UINT16_MAX)) return reject(r, 431, "field name too long");
  if (MT__UNLIKELY(end == r->size)) return pause_in(r, MT__H1_AT_NAME, end);
  if (MT__UNLIKELY(r->data[end] != ':')) {
    return reject(r, 400, mt__h1_name_offence(r->data[end], false));
  }
  if (may_be_known(*name, size)) {
    id = mt__h1_note_field(r->parser, (mt_slice){(const char *)name, size});
  }
  r->field->name_offset = (uint32_t)r->mark;
  r->field->name_size = (uint16_t)size;
  r->field->id = (uint16_t)id;
  r->at = end + 1;
  return true;
}

INLINE bool take_line_start(run *r) {
  size_t end;
  if (MT__UNLIKELY(!find_break(r, r->at, &end))) end = r->size;
  if (MT__UNLIKELY(end == r->at)) return take_odd_line(r);
  if (MT__UNLIKELY(r->field == r->fields_end)) return reject(r, 431, "too many fields");
  r->mark = r->at;
  return take_name_to(r, end);
}

INLINE bool is_white(unsigned char octet) {
  return octet == ' ' || octet == '\t';
}

/* The value between colon and CR, without the white space around it. No octet of it but HTAB is
 * below SP, so that one look at either end tells the common case. */
INLINE void place_value(run *r, size_t from, size_t to) {
  const unsigned char *data = r->data;
  from += data[from] == ' ';
  if (MT__UNLIKELY(data[from] <= ' ' || data[to - 1] <= ' ')) {
    while (from < to && is_white(data[from])) from++;
    while (from < to && is_white(data[to - 1])) to--;
  }
  r->field->value_offset = (uint32_t)from;
  r->field->value_size = (uint32_t)(to - from);
}

INLINE size_t value_start(const run *r) {
  return (size_t)r->field->name_offset + r->field->name_size + 1;
}

INLINE bool take_value_lf(run *r) {
  if (MT__UNLIKELY(r->at == r->size)) return pause_in(r, MT__H1_AT_VALUE_LF, r->at);
  if (MT__UNLIKELY(r->data[r->at] != '\n')) return reject(r, 400, "bare CR");
  place_value(r, value_start(r), r->at - 1);
  r->field++;
  r->at++;
  return true;
}

/* Goes on at r->at in a value that begins at `start`. */
INLINE bool take_value(run *r, size_t start) {
  size_t end;
  if (MT__UNLIKELY(!find_control(r, r->at, &end))) return pause_in(r, MT__H1_AT_VALUE, r->size);
  if (MT__LIKELY(r->size - end >= 2 && memcmp(r->data + end, "\r\n", 2) == 0)) {
    place_value(r, start, end);
    r->field++;
    r->at = end + 2;
    return true;
  }
  if (r->data[end] != '\r') return reject(r, 400, mt__h1_value_offence(r->data[end]));
  r->at = end + 1;
  return take_value_lf(r);
}

INLINE bool run_request_line(run *r) {
  switch (r->parser->state) {
  case MT__H1_AT_START:
    if (!take_start(r)) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_METHOD:
    if (!take_method(r)) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_TARGET:
    if (!take_target(r)) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_VERSION:
    if (!take_version(r)) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_LINE_CR:
    if (!take_line_cr(r)) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_LINE_LF:
    return take_line_lf(r);
  default:
    return true;
  }
}

/* What is left of the line in which the input ended. Not inlined, so that the loop over whole lines
 * stays small. */
static __attribute__((noinline)) bool run_broken_line(run *r) {
  size_t end;
  switch (r->parser->state) {
  case MT__H1_AT_NAME:
    if (!find_break(r, r->at, &end)) end = r->size;
    if (!take_name_to(r, end)) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_VALUE:
    return take_value(r, value_start(r));
  case MT__H1_AT_VALUE_LF:
    return take_value_lf(r);
  default:
    return take_last_lf(r);
  }
}

INLINE run start_run(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head) {
  uint32_t max_fields = parser->limits->max_fields;
  return (run){
      .data = (const unsigned char *)data,
      .size = size,
      .at = parser->position,
      .mark = parser->mark,
      .block = (size_t)parser->position - 64, /* none yet */
      .field = head->fields + head->field_count,
      .fields_end =
          head->fields + (max_fields < head->field_capacity ? max_fields : head->field_capacity),
      .parser = parser,
      .head = head,
  };
}

void MT__H1_ENGINE(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head) {
  run r = start_run(parser, data, size, head);
  bool goes_on = true;
  if (parser->state > MT__H1_AT_FIELD) {
    run copy = r; /* lets r itself stay in registers */
    goes_on = run_broken_line(&copy);
    r = copy;
  } else if (parser->state < MT__H1_AT_FIELD) {
    goes_on = run_request_line(&r);
  }
  if (goes_on) {
    while (take_line_start(&r) && take_value(&r, r.at)) {
    }
  }
  parser->position = (uint32_t)r.at;
  parser->mark = (uint32_t)r.mark;
  head->field_count = (uint32_t)(r.field - head->fields);
}

#undef INLINE
