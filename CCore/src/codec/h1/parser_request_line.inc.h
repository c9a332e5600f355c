/* The request line of nearly all messages, as a whole: method SP path [ "?" query ] SP HTTP/1.x
 * CRLF. What ends path and query shows that there is nothing in them that mt__target_parse would
 * have to look at. Anything else is left to the states, from the first octet on. */

/* The masks of the block at `base`. */
typedef struct masks {
  size_t base;
  uint64_t controls;
  uint64_t breaks;
} masks;

INLINE masks find_masks(block b, size_t base) {
  return (masks){base, controls_of(b), breaks_of(b)};
}

INLINE bool is_crlf(const unsigned char *at) {
  return memcmp(at, "\r\n", 2) == 0;
}

/* As `find`; `first` is the block at 0. */
INLINE size_t find_beginning_with(block first, const run *r, size_t from, mask_fn mask_of) {
  if (MT__LIKELY(from < 64)) {
    uint64_t mask = mask_of(first) >> from;
    if (MT__LIKELY(mask != 0)) return from + first_bit(mask);
    from = 64;
  }
  return find(r, from, mask_of);
}

/* Where version and CRLF begin, "GET / " before them at least. */
INLINE bool take_plain_version(run *r, size_t at) {
  bool is_known = memcmp(r->data + at, "HTTP/1.", 7) == 0 && (r->data[at + 7] & 0xfe) == '0';
  if (!is_known || !is_crlf(r->data + at + 8)) return false;
  r->head->minor_version = r->data[at + 7] & 1;
  r->at = at + 10;
  return true;
}

INLINE uint8_t plain_method(const unsigned char *token, size_t size) {
  if (memcmp(token, "GET ", 4) == 0) return MT_METHOD_GET;
  return (uint8_t)mt__method_parse((mt_slice){(const char *)token, size});
}

INLINE void place_target(mt__head *head, size_t from, size_t path_end, size_t query, size_t end) {
  head->target = (mt__place){(uint32_t)from, (uint32_t)(end - from)};
  head->path = (mt__place){(uint32_t)from, (uint32_t)(path_end - from)};
  head->query = (mt__place){(uint32_t)query, query == from ? 0 : (uint32_t)(end - query)};
  head->authority = (mt__place){(uint32_t)from, 0};
}

INLINE bool take_plain_request_line(run *r, masks *known) {
  if (MT__UNLIKELY(r->size < 16)) return false;
  block first = load_block(r->data, r->size, 0);
  *known = find_masks(first, 0);
  size_t method_size = known->breaks != 0 ? first_bit(known->breaks) : 0;
  size_t path = method_size + 1;
  size_t path_end = find_beginning_with(first, r, path, paths_of);
  size_t query = path, end = path_end;
  if (end < r->size && r->data[end] == '?') {
    query = end + 1;
    end = find_beginning_with(first, r, query, queries_of);
  }
  if (end > r->size - 11 || end + 9 > r->parser->limits->max_request_line) return false;
  if (method_size - 1 >= MT__H1_METHOD_LIMIT) return false;
  if (r->data[method_size] != ' ' || r->data[path] != '/' || r->data[end] != ' ') return false;
  uint8_t method = plain_method(r->data, method_size);
  if (method == MT_METHOD_CONNECT || !take_plain_version(r, end + 1)) return false;
  r->head->method = method;
  r->head->method_name = (mt__place){0, (uint32_t)method_size};
  place_target(r->head, path, path_end, query, end);
  return true;
}
