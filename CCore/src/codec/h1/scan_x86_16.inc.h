/* The masks of parser_engine.inc.h over 16 octets, with SSSE3.
 *
 * breaks: the tchars of each row of the ASCII table (high nibble 2 … 7) are one bit of a table over
 * the low nibble; an octet is a tchar when its row's bit stands in its column's entry. Octets from
 * 0x80 look up 0. */

static inline __m128i load_16(const unsigned char *octets) {
  return _mm_loadu_si128((const __m128i *)(const void *)octets);
}

static inline uint64_t bits_16(__m128i octets) {
  return (uint16_t)_mm_movemask_epi8(octets);
}

static inline __m128i columns(void) {
  return _mm_setr_epi8(MT__SCAN_COLUMNS);
}

static inline __m128i rows(void) {
  return _mm_setr_epi8(MT__SCAN_ROWS);
}

static inline uint64_t controls_16(const unsigned char *octets) {
  __m128i x = load_16(octets);
  __m128i low = _mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
  __m128i tab = _mm_cmpeq_epi8(x, _mm_set1_epi8('\t'));
  __m128i del = _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f));
  return bits_16(_mm_or_si128(_mm_andnot_si128(tab, low), del));
}

static inline uint64_t breaks_16(const unsigned char *octets) {
  __m128i x = load_16(octets);
  __m128i high = _mm_and_si128(_mm_srli_epi16(x, 4), _mm_set1_epi8(0x0f));
  __m128i found = _mm_and_si128(_mm_shuffle_epi8(columns(), x), _mm_shuffle_epi8(rows(), high));
  return bits_16(_mm_cmpeq_epi8(found, _mm_setzero_si128()));
}

static inline uint64_t stops_16(const unsigned char *octets) {
  __m128i x = load_16(octets);
  __m128i low = _mm_cmplt_epi8(x, _mm_set1_epi8(0x21)); /* from 0x80 it is negative */
  return bits_16(_mm_or_si128(low, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f))));
}
