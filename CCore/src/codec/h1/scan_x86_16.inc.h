/* The masks of parser_engine.inc.h over 16 octets, with SSSE3. Sets of octets
 * are looked up in the tables of scan_tables.h: an octet from 0x80 looks up 0
 * in the columns. */

static inline __m128i load_16(const unsigned char *octets) {
  return _mm_loadu_si128((const __m128i *)(const void *)octets);
}

static inline uint64_t bits_16(__m128i octets) {
  return (uint16_t)_mm_movemask_epi8(octets);
}

static inline __m128i set_16(const mt__scan_set *set) {
  return _mm_load_si128((const __m128i *)(const void *)set->octets);
}

static inline __m128i look_up_16(__m128i x, const mt__scan_set *columns) {
  __m128i row = _mm_and_si128(_mm_srli_epi16(x, 4), set_16(&mt__scan_0f));
  return _mm_and_si128(_mm_shuffle_epi8(set_16(columns), x),
                       _mm_shuffle_epi8(set_16(&mt__scan_rows), row));
}

/* Of what was looked up: the octets in no set, and the controls. */
static inline uint64_t strangers_16(__m128i found) {
  return bits_16(_mm_cmpeq_epi8(found, _mm_setzero_si128()));
}

static inline uint64_t found_controls_16(__m128i x, __m128i found) {
  __m128i control = _mm_adds_epu8(found, set_16(&mt__scan_40)); /* bit 7 if bit 6 or 7 was set */
  return bits_16(_mm_or_si128(control, _mm_cmpeq_epi8(x, set_16(&mt__scan_7f))));
}

static inline uint64_t controls_16(const unsigned char *octets) {
  __m128i x = load_16(octets);
  return found_controls_16(x, look_up_16(x, &mt__scan_tokens));
}

static inline uint64_t breaks_16(const unsigned char *octets) {
  __m128i x = load_16(octets);
  __m128i found = look_up_16(x, &mt__scan_tokens);
  return strangers_16(found) | found_controls_16(x, found);
}

static inline uint64_t paths_16(const unsigned char *octets) {
  return strangers_16(look_up_16(load_16(octets), &mt__scan_paths));
}

static inline uint64_t queries_16(const unsigned char *octets) {
  return strangers_16(look_up_16(load_16(octets), &mt__scan_queries));
}

static inline uint64_t stops_16(const unsigned char *octets) {
  __m128i x = load_16(octets);
  __m128i low = _mm_cmplt_epi8(x, _mm_set1_epi8(0x21)); /* from 0x80 it is negative */
  return bits_16(_mm_or_si128(low, _mm_cmpeq_epi8(x, set_16(&mt__scan_7f))));
}
