/* The states of the parser, compiled once per vector kind: the including file has defined
 * MT__H1_ENGINE and the six functions {controls,breaks,stops}_{16,64}, each of which gives one bit
 * per octet: controls  ends a field value: below 0x20 but HTAB, or 0x7f     RFC 9110 §5.5 breaks
 * ends a token: no tchar                               RFC 9110 §5.6.2 stops     ends a request
 * target: up to 0x20, or from 0x7f      RFC 9112 §3.2
 *
 * Fields are found from masks over 64 octets, kept from field to field: what one field waits for is
 * a shift and a count, not a load. Each state is a function that returns whether the next one may
 * run. */

typedef uint64_t (*mask_fn)(const unsigned char *octets);

typedef struct run {
  const unsigned char *data;
  uint32_t size;  /* octets that may be looked at */
  uint32_t at;    /* the next one */
  uint32_t mark;  /* where the current token began */
  uint32_t block; /* what controls and breaks speak about: 64 octets from here */
  uint64_t controls;
  uint64_t breaks;
  mt__field_place *fields;
  uint32_t count;
  uint32_t max_count;
  mt__h1_parser *parser;
  mt__head *head;
} run;

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t first_bit(uint64_t mask) {
  return (uint32_t)__builtin_ctzll(mask);
}

/* The mask of the 1 … 15 octets that are all there is. */
INLINE uint64_t mask_few(const unsigned char *octets, uint32_t size, mask_fn mask_16) {
  unsigned char copy[16] = {0};
  for (uint32_t i = 0; i < size; i++) copy[i] = octets[i];
  return mask_16(copy) & ((UINT64_C(1) << size) - 1);
}

/* The mask of the 1 … 63 octets from `at` to the end. Reads octets before `at` again rather than
 * any past the end. */
INLINE uint64_t mask_tail(const run *r, uint32_t at, mask_fn mask_16, mask_fn mask_64) {
  uint32_t left = r->size - at;
  if (r->size >= 64) return mask_64(r->data + r->size - 64) >> (64 - left);
  if (r->size < 16) return mask_few(r->data + at, left, mask_16);
  uint64_t mask = 0;
  uint32_t done = 0;
  for (; left - done >= 16; done += 16) mask |= mask_16(r->data + at + done) << done;
  if (done == left) return mask;
  uint64_t last = mask_16(r->data + r->size - 16);
  return mask | (left >= 16 ? last << (left - 16) : last >> (16 - left));
}

INLINE void load_block(run *r, uint32_t at) {
  r->block = at;
  if (MT__LIKELY(r->size - at >= 64)) {
    r->controls = controls_64(r->data + at);
    r->breaks = breaks_64(r->data + at);
  } else {
    r->controls = mask_tail(r, at, controls_16, controls_64);
    r->breaks = mask_tail(r, at, breaks_16, breaks_64);
  }
}

/* The first octet from `from` on that ends a value, or the size. */
INLINE uint32_t find_control(run *r, uint32_t from) {
  uint32_t into = from - r->block;
  if (MT__LIKELY(into < 64)) {
    uint64_t mask = r->controls >> into;
    if (MT__LIKELY(mask != 0)) return from + first_bit(mask);
    from = r->block + 64;
  }
  while (from < r->size) {
    load_block(r, from);
    if (MT__LIKELY(r->controls != 0)) return from + first_bit(r->controls);
    from += 64;
  }
  return r->size;
}

/* The first octet from `from` on that is no tchar, or the size. */
INLINE uint32_t find_break(run *r, uint32_t from) {
  uint32_t into = from - r->block;
  if (MT__LIKELY(into < 64)) {
    uint64_t mask = r->breaks >> into;
    if (MT__LIKELY(mask != 0)) return from + first_bit(mask);
    from = r->block + 64;
  }
  while (from < r->size) {
    load_block(r, from);
    if (MT__LIKELY(r->breaks != 0)) return from + first_bit(r->breaks);
    from += 64;
  }
  return r->size;
}

/* The first octet from `from` on that ends a target, or the size. */
INLINE uint32_t find_stop(const run *r, uint32_t from) {
  for (; r->size - from >= 64; from += 64) {
    uint64_t mask = stops_64(r->data + from);
    if (MT__LIKELY(mask != 0)) return from + first_bit(mask);
  }
  if (from == r->size) return r->size;
  uint64_t mask = mask_tail(r, from, stops_16, stops_64);
  return mask != 0 ? from + first_bit(mask) : r->size;
}

INLINE bool reject(run *r, int status, const char *reason) {
  return mt__h1_reject(r->parser, status, reason);
}

INLINE bool pause_in(run *r, uint8_t state, uint32_t at) {
  r->parser->state = state;
  r->at = at;
  return false;
}

/* Where the request line has to have ended. */
INLINE uint32_t line_limit(const run *r) {
  uint32_t max = r->parser->limits->max_request_line;
  uint32_t start = r->head->method_name.offset;
  return max < r->size - start ? start + max : r->size;
}

/* The request line goes on to `limit`: is that where the input or where our patience ends? */
INLINE bool pause_in_line(run *r, uint8_t state, uint32_t limit) {
  if (limit < r->size) return reject(r, 414, "request line too long");
  return pause_in(r, state, limit);
}

/* RFC 9112 §2.2: one empty line before the request line is passed over. */
INLINE bool take_start(run *r) {
  if (r->size == 0) return pause_in(r, MT__H1_AT_START, 0);
  if (MT__UNLIKELY(r->data[0] == '\r')) {
    if (r->size == 1) return pause_in(r, MT__H1_AT_START, 0);
    if (r->data[1] != '\n') return reject(r, 400, "bare CR");
    r->at = 2;
  }
  r->head->method_name.offset = r->at;
  return true;
}

INLINE bool take_method(run *r) {
  uint32_t start = r->head->method_name.offset;
  uint32_t limit = line_limit(r);
  uint32_t end = find_break(r, r->at);
  if (MT__UNLIKELY(end > limit)) end = limit;
  if (MT__UNLIKELY(end - start > MT__H1_METHOD_LIMIT)) {
    return reject(r, 501, "method of more than 32 octets");
  }
  if (MT__UNLIKELY(end == limit)) return pause_in_line(r, MT__H1_AT_METHOD, limit);
  if (MT__UNLIKELY(r->data[end] != ' ' || end == start)) {
    return reject(r, 400, mt__h1_method_offence(r->data[end], end == start));
  }
  r->head->method_name.size = end - start;
  r->at = r->mark = end + 1;
  return true;
}

INLINE bool take_target(run *r) {
  uint32_t limit = line_limit(r);
  uint32_t end = find_stop(r, r->at);
  if (MT__UNLIKELY(end >= limit)) return pause_in_line(r, MT__H1_AT_TARGET, limit);
  if (MT__UNLIKELY(r->data[end] != ' ' || end == r->mark)) {
    return reject(r, 400, mt__h1_target_offence(r->data[end], end == r->mark));
  }
  r->head->target = (mt__place){r->mark, end - r->mark};
  r->at = r->mark = end + 1;
  return true;
}

INLINE bool is_digit(unsigned char octet) {
  return octet >= '0' && octet <= '9';
}

/* RFC 9112 §2.3: "HTTP/" DIGIT "." DIGIT, in upper case. */
INLINE bool take_version(run *r) {
  static const unsigned char form[8] = {'H', 'T', 'T', 'P', '/', '1', '.', '1'};
  uint32_t limit = line_limit(r);
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
  r->head->size = r->at + 1;
  return pause_in(r, MT__H1_AT_END, r->at + 1);
}

/* A line that begins with no tchar. */
INLINE bool take_odd_line(run *r) {
  if (r->at == r->size) return pause_in(r, MT__H1_AT_FIELD, r->at);
  if (r->data[r->at] != '\r') return reject(r, 400, mt__h1_name_offence(r->data[r->at], true));
  r->at++;
  return take_last_lf(r);
}

INLINE bool take_name_to(run *r, uint32_t end) {
  uint32_t size = end - r->mark;
  if (MT__UNLIKELY(size > UINT16_MAX)) return reject(r, 431, "field name too long");
  if (MT__UNLIKELY(end == r->size)) return pause_in(r, MT__H1_AT_NAME, end);
  if (MT__UNLIKELY(r->data[end] != ':')) {
    return reject(r, 400, mt__h1_name_offence(r->data[end], false));
  }
  mt__field_place *field = &r->fields[r->count];
  field->name_offset = r->mark;
  field->name_size = (uint16_t)size;
  field->id =
      (uint16_t)mt__h1_note_field(r->parser, (mt_slice){(const char *)r->data + r->mark, size});
  r->at = end + 1;
  return true;
}

INLINE bool take_line_start(run *r) {
  uint32_t end = find_break(r, r->at);
  if (MT__UNLIKELY(end == r->at)) return take_odd_line(r);
  if (MT__UNLIKELY(r->count == r->max_count)) return reject(r, 431, "too many fields");
  r->mark = r->at;
  return take_name_to(r, end);
}

INLINE bool take_value(run *r) {
  uint32_t end = find_control(r, r->at);
  if (MT__UNLIKELY(end == r->size)) return pause_in(r, MT__H1_AT_VALUE, end);
  if (MT__UNLIKELY(r->data[end] != '\r')) {
    return reject(r, 400, mt__h1_value_offence(r->data[end]));
  }
  r->at = end + 1;
  return true;
}

INLINE bool is_white(unsigned char octet) {
  return octet == ' ' || octet == '\t';
}

INLINE bool take_value_lf(run *r) {
  if (MT__UNLIKELY(r->at == r->size)) return pause_in(r, MT__H1_AT_VALUE_LF, r->at);
  if (MT__UNLIKELY(r->data[r->at] != '\n')) return reject(r, 400, "bare CR");
  mt__field_place *field = &r->fields[r->count];
  uint32_t from = field->name_offset + field->name_size + 1;
  uint32_t to = r->at - 1;
  while (from < to && is_white(r->data[from])) from++;
  while (from < to && is_white(r->data[to - 1])) to--;
  field->value_offset = from;
  field->value_size = to - from;
  r->count++;
  r->at++;
  return true;
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

/* What is left of the line in which the input ended. */
INLINE bool run_broken_line(run *r) {
  switch (r->parser->state) {
  case MT__H1_AT_NAME:
    if (!take_name_to(r, find_break(r, r->at))) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_VALUE:
    if (!take_value(r)) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_VALUE_LF:
    return take_value_lf(r);
  case MT__H1_AT_LAST_LF:
    return take_last_lf(r);
  default:
    return true;
  }
}

void MT__H1_ENGINE(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head) {
  uint32_t max_fields = parser->limits->max_fields;
  run r = {
      .data = (const unsigned char *)data,
      .size = size,
      .at = parser->position,
      .mark = parser->mark,
      .block = parser->position - 64, /* none yet */
      .fields = head->fields,
      .count = head->field_count,
      .max_count = max_fields < head->field_capacity ? max_fields : head->field_capacity,
      .parser = parser,
      .head = head,
  };
  if (run_request_line(&r) && run_broken_line(&r)) {
    while (take_line_start(&r) && take_value(&r) && take_value_lf(&r)) {
    }
  }
  parser->position = r.at;
  parser->mark = r.mark;
  head->field_count = r.count;
}

#undef INLINE
