/* The parser, compiled once per vector kind. The including file has defined `block`, 64 octets or
 * what is left of the input, with load_block, put_places, and functions that give one bit per
 * octet: controls_of  ends a field value: below 0x20 but HTAB, or 0x7f               RFC 9110 §5.5
 *   breaks_of    ends a token: no tchar                                         RFC 9110 §5.6.2
 *   paths_of     ends a path that needs no second look: no pchar but "%", no "/"  RFC 3986 §3.3
 *   queries_of   the same for a query
 *   hosts_of     ends a host that needs no second look                          RFC 3986 §3.2.2
 *   stops_of     ends a request target: up to 0x20, or from 0x7f                RFC 9112 §3.2
 *
 * What nearly all messages consist of is taken as a whole: a plain request line
 * (parser_request_line.inc.h), then lines by the dozen (parser_lines.inc.h). Here are the states
 * for what is left: what is odd, what is wrong, and what the input breaks off in. They alone reject
 * and pause, so that the shortcuts have no say in why and where. Each is a function that returns
 * whether the next one may run. */

typedef uint64_t (*mask_fn)(block);

typedef struct run {
  const unsigned char *data;
  size_t size; /* octets that may be looked at */
  size_t at;   /* the next one */
  uint32_t seen;
  uint32_t repeated;
  mt__field_place *field; /* the one that is read */
  mt__field_place *fields_end;
  mt__h1_parser *parser;
  mt__head *head;
} run;

#define INLINE static inline __attribute__((always_inline))

INLINE size_t first_bit(uint64_t mask) {
  return (size_t)__builtin_ctzll(mask);
}

/* The first octet from `from` on whose bit is set, or the size. */
INLINE size_t find(const run *r, size_t from, mask_fn mask_of) {
  for (; from < r->size; from += 64) {
    uint64_t mask = mask_of(load_block(r->data, r->size, from));
    if (mask != 0) return from + first_bit(mask);
  }
  return r->size;
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
  size_t end = find(r, r->at, breaks_of);
  if (end > limit) end = limit;
  if (MT__UNLIKELY(end - start > MT__H1_METHOD_LIMIT)) {
    return reject(r, 501, "method of more than 32 octets");
  }
  if (MT__UNLIKELY(end == limit)) return pause_in_line(r, MT__H1_AT_METHOD, limit);
  if (MT__UNLIKELY(r->data[end] != ' ' || end == start)) {
    return reject(r, 400, mt__h1_method_offence(r->data[end], end == start));
  }
  r->head->method_name.size = (uint32_t)(end - start);
  r->parser->mark = (uint32_t)(r->at = end + 1);
  return true;
}

INLINE bool take_target(run *r) {
  size_t limit = line_limit(r);
  size_t end = find(r, r->at, stops_of);
  if (MT__UNLIKELY(end >= limit)) return pause_in_line(r, MT__H1_AT_TARGET, limit);
  if (MT__UNLIKELY(r->data[end] != ' ' || end == r->parser->mark)) {
    return reject(r, 400, mt__h1_target_offence(r->data[end], end == r->parser->mark));
  }
  r->head->target = (mt__place){(uint32_t)r->parser->mark, (uint32_t)(end - r->parser->mark)};
  r->parser->mark = (uint32_t)(r->at = end + 1);
  return true;
}

INLINE bool is_digit(unsigned char octet) {
  return octet >= '0' && octet <= '9';
}

/* RFC 9112 §2.3: "HTTP/" DIGIT "." DIGIT, in upper case. */
INLINE bool take_version(run *r) {
  static const unsigned char form[8] = {'H', 'T', 'T', 'P', '/', '1', '.', '1'};
  size_t limit = line_limit(r);
  if (MT__LIKELY(limit - r->parser->mark >= 8 && memcmp(r->data + r->parser->mark, form, 8) == 0)) {
    r->at = r->parser->mark + 8;
    return true;
  }
  for (; r->at - r->parser->mark < 8; r->at++) {
    if (r->at == limit) return pause_in_line(r, MT__H1_AT_VERSION, limit);
    unsigned char wanted = form[r->at - r->parser->mark];
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

INLINE void place_name(run *r, size_t from, size_t size) {
  mt__field_id id = mt__field_lookup((mt_slice){(const char *)r->data + from, size});
  if (id != MT__FIELD_OTHER) {
    uint32_t bit = 1U << id;
    r->repeated |= r->seen & bit;
    r->seen |= bit;
  }
  r->field->name_offset = (uint32_t)from;
  r->field->name_size = (uint16_t)size;
  r->field->id = (uint16_t)id;
}

/* `end`: where the name from r->parser->mark on ends; r->size when that is not in this input. */
INLINE bool take_name_to(run *r, size_t end) {
  size_t size = end - r->parser->mark;
  if (MT__UNLIKELY(size > UINT16_MAX)) return reject(r, 431, "field name too long");
  if (MT__UNLIKELY(end == r->size)) return pause_in(r, MT__H1_AT_NAME, end);
  if (MT__UNLIKELY(r->data[end] != ':')) {
    return reject(r, 400, mt__h1_name_offence(r->data[end], false));
  }
  place_name(r, r->parser->mark, size);
  r->at = end + 1;
  return true;
}

INLINE bool take_line_start(run *r) {
  size_t end = find(r, r->at, breaks_of);
  if (MT__UNLIKELY(end == r->at)) return take_odd_line(r);
  if (MT__UNLIKELY(r->field == r->fields_end)) return reject(r, 431, "too many fields");
  r->parser->mark = (uint32_t)r->at;
  return take_name_to(r, end);
}

INLINE bool is_white(unsigned char octet) {
  return octet == ' ' || octet == '\t';
}

/* The value between colon and CR, without the white space around it. No octet of it but HTAB is
 * below SP, so that one look at either end tells the common case. */
INLINE void place_value(const run *r, size_t from, size_t to) {
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

/* Goes on at r->at. */
INLINE bool take_value(run *r) {
  size_t end = find(r, r->at, controls_of);
  if (end == r->size) return pause_in(r, MT__H1_AT_VALUE, end);
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

/* What is left of the line in which the input ended. */
INLINE bool run_broken_line(run *r) {
  switch (r->parser->state) {
  case MT__H1_AT_NAME:
    if (!take_name_to(r, find(r, r->at, breaks_of))) return false;
    __attribute__((fallthrough));
  case MT__H1_AT_VALUE:
    return take_value(r);
  case MT__H1_AT_VALUE_LF:
    return take_value_lf(r);
  case MT__H1_AT_LAST_LF:
    return take_last_lf(r);
  default:
    return true;
  }
}

/* To the next line's start. */
static __attribute__((noinline)) bool finish_line(run *r) {
  return run_request_line(r) && run_broken_line(r);
}

static __attribute__((noinline)) bool take_one_line(run *r) {
  return take_line_start(r) && take_value(r);
}

#include "parser_request_line.inc.h"

#include "parser_lines.inc.h"

INLINE run start_run(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head) {
  uint32_t max_fields = parser->limits->max_fields;
  return (run){
      .data = (const unsigned char *)data,
      .size = size,
      .at = parser->position,
      .seen = parser->seen,
      .repeated = parser->repeated,
      .field = head->fields + head->field_count,
      .fields_end =
          head->fields + (max_fields < head->field_capacity ? max_fields : head->field_capacity),
      .parser = parser,
      .head = head,
  };
}

/* A port that needs no second look. */
INLINE bool is_plain_port(const unsigned char *at, size_t size) {
  if (size - 1 > 3) return false;
  while (size > 0 && is_digit(at[size - 1])) size--;
  return size == 0;
}

/* Whether mt__target_is_host has nothing to add. What ends the value ends the host as well. */
INLINE bool is_plain_host(const run *r, const mt__field_place *field) {
  uint64_t mask = hosts_of(load_block(r->data, r->size, field->value_offset));
  size_t size = mask != 0 ? first_bit(mask) : 0;
  if (size == 0 || size == field->value_size) return size > 0;
  const unsigned char *end = r->data + field->value_offset + size;
  return *end == ':' && is_plain_port(end + 1, field->value_size - size - 1);
}

INLINE void look_at_host(const run *r) {
  const mt__field_place *field = r->head->fields;
  while (field->id != MT__FIELD_HOST) field++;
  r->parser->is_plain_host = is_plain_host(r, field);
}

INLINE void end_run(const run *r) {
  r->parser->position = (uint32_t)r->at;
  r->parser->seen = r->seen;
  r->parser->repeated = r->repeated;
  r->head->field_count = (uint32_t)(r->field - r->head->fields);
}

void MT__H1_ENGINE(mt__h1_parser *parser, const char *data, uint32_t size, mt__head *head) {
  run r = start_run(parser, data, size, head);
  masks known = {.base = r.at - 64}; /* a block that has gone by */
  run copy;                          /* lets r itself stay in registers */
  bool goes_on = parser->state == MT__H1_AT_START && take_plain_request_line(&r, &known);
  if (MT__UNLIKELY(!goes_on)) {
    copy = r;
    goes_on = finish_line(&copy);
    r = copy;
  }
  while (goes_on && (r.at == r.size || take_lines(&r, known))) {
    copy = r;
    goes_on = take_one_line(&copy);
    r = copy;
  }
  if (parser->state == MT__H1_AT_END && (r.seen >> MT__FIELD_HOST & 1)) look_at_host(&r);
  end_run(&r);
}

#undef INLINE
