#include "chunked.h"

#include "../../base/number.h"
#include "../../http/words.h"

/* What the next octet belongs to. Those from EXTENSION_SPACE to QUOTED_END are extensions. */
enum {
  SIZE,
  EXTENSION_SPACE, /* before ";" */
  NAME_START,
  NAME,
  NAME_SPACE, /* before "=" or ";" */
  VALUE_START,
  VALUE,
  QUOTED,
  ESCAPED,
  QUOTED_END,
  LINE_LF,
  DATA,
  DATA_CR,
  DATA_LF,
  TRAILERS,
  REJECTED,
};

static void reject(mt__chunked *decoder, const char *reason) {
  decoder->state = REJECTED;
  decoder->reject_reason = reason;
}

static bool is_space(char octet) {
  return octet == ' ' || octet == '\t';
}

static bool is_tchar(char octet) {
  return mt__token_octets[(unsigned char)octet];
}

/* HTAB, SP, VCHAR, obs-text. */
static bool is_text(char octet) {
  unsigned char code = (unsigned char)octet;
  return code == '\t' || (code >= 0x20 && code != 0x7f);
}

/* What may follow a whole name (`space` is then NAME_SPACE), value or size. White space there is
 * "bad", and still has to be read: RFC 9110 §5.6.3. */
static void end_part(mt__chunked *decoder, char octet, uint8_t space, const char *reason) {
  if (octet == '\r')
    decoder->state = LINE_LF;
  else if (octet == ';')
    decoder->state = NAME_START;
  else if (is_space(octet))
    decoder->state = space;
  else
    reject(decoder, reason);
}

static void take_size(mt__chunked *decoder, char octet) {
  int digit = mt__number_hex_digit(octet);
  if (digit < 0) {
    if (decoder->digits == 0)
      reject(decoder, "chunk without a size");
    else
      end_part(decoder, octet, EXTENSION_SPACE, "malformed chunk size");
  } else if (decoder->digits == 16 || decoder->left > (uint64_t)INT64_MAX >> 4) {
    reject(decoder, "chunk size too large");
  } else {
    decoder->left = decoder->left << 4 | (uint64_t)digit;
    decoder->digits++;
  }
}

static void take_extension_space(mt__chunked *decoder, char octet) {
  if (octet == ';')
    decoder->state = NAME_START;
  else if (!is_space(octet))
    reject(decoder, "white space behind a chunk size or extension");
}

static void take_name_start(mt__chunked *decoder, char octet) {
  if (is_tchar(octet))
    decoder->state = NAME;
  else if (!is_space(octet))
    reject(decoder, "chunk extension without a name");
}

static void take_name(mt__chunked *decoder, char octet) {
  if (is_tchar(octet)) return;
  if (octet == '=')
    decoder->state = VALUE_START;
  else
    end_part(decoder, octet, NAME_SPACE, "malformed chunk extension name");
}

static void take_name_space(mt__chunked *decoder, char octet) {
  if (octet == '=')
    decoder->state = VALUE_START;
  else
    take_extension_space(decoder, octet);
}

static void take_value_start(mt__chunked *decoder, char octet) {
  if (octet == '"')
    decoder->state = QUOTED;
  else if (is_tchar(octet))
    decoder->state = VALUE;
  else if (!is_space(octet))
    reject(decoder, "chunk extension without a value");
}

static void take_value(mt__chunked *decoder, char octet) {
  if (!is_tchar(octet)) {
    end_part(decoder, octet, EXTENSION_SPACE, "malformed chunk extension value");
  }
}

static void take_quoted(mt__chunked *decoder, char octet) {
  if (octet == '"')
    decoder->state = QUOTED_END;
  else if (octet == '\\')
    decoder->state = ESCAPED;
  else if (!is_text(octet))
    reject(decoder, "control octet in a chunk extension");
}

static void take_escaped(mt__chunked *decoder, char octet) {
  decoder->state = QUOTED;
  if (!is_text(octet)) reject(decoder, "control octet in a chunk extension");
}

static void take_quoted_end(mt__chunked *decoder, char octet) {
  end_part(decoder, octet, EXTENSION_SPACE, "malformed chunk extension value");
}

static void take_line_lf(mt__chunked *decoder, char octet) {
  if (octet != '\n')
    reject(decoder, "bare CR behind a chunk size");
  else
    decoder->state = decoder->left > 0 ? DATA : TRAILERS;
}

static void take_data_cr(mt__chunked *decoder, char octet) {
  decoder->state = DATA_LF;
  if (octet != '\r') reject(decoder, "chunk longer than its size");
}

static void take_data_lf(mt__chunked *decoder, char octet) {
  decoder->state = SIZE;
  decoder->digits = 0;
  if (octet != '\n') reject(decoder, "bare CR behind a chunk");
}

typedef void (*take_fn)(mt__chunked *decoder, char octet);

/* By state; none for those that end the call. */
static const take_fn takes[] = {
    [SIZE] = take_size,
    [EXTENSION_SPACE] = take_extension_space,
    [NAME_START] = take_name_start,
    [NAME] = take_name,
    [NAME_SPACE] = take_name_space,
    [VALUE_START] = take_value_start,
    [VALUE] = take_value,
    [QUOTED] = take_quoted,
    [ESCAPED] = take_escaped,
    [QUOTED_END] = take_quoted_end,
    [LINE_LF] = take_line_lf,
    [DATA] = NULL,
    [DATA_CR] = take_data_cr,
    [DATA_LF] = take_data_lf,
    [TRAILERS] = NULL,
    [REJECTED] = NULL,
};

/* An extension's ";" was read as part of the size, and the CR behind it is read as part of the
 * extension: the count comes out right. */
static void take_octet(mt__chunked *decoder, char octet) {
  uint8_t state = decoder->state;
  if (state >= EXTENSION_SPACE && state <= QUOTED_END &&
      ++decoder->extension_bytes > MT__CHUNKED_EXTENSION_LIMIT) {
    reject(decoder, "too many octets of chunk extensions");
    return;
  }
  takes[state](decoder, octet);
}

static mt__chunked_result give_data(mt__chunked *decoder, mt_slice rest, mt_slice *data) {
  size_t size = rest.size < decoder->left ? rest.size : (size_t)decoder->left;
  *data = (mt_slice){rest.data, size};
  decoder->left -= size;
  if (decoder->left == 0) decoder->state = DATA_CR;
  return MT__CHUNKED_DATA;
}

void mt__chunked_init(mt__chunked *decoder) {
  *decoder = (mt__chunked){.state = SIZE};
}

mt__chunked_result mt__chunked_decode(mt__chunked *decoder, mt_slice in, size_t *consumed,
                                      mt_slice *data) {
  size_t at = 0;
  while (at < in.size && takes[decoder->state] != NULL) take_octet(decoder, in.data[at++]);
  *consumed = at;
  if (decoder->state == REJECTED) return MT__CHUNKED_REJECTED;
  if (decoder->state == TRAILERS) return MT__CHUNKED_TRAILERS;
  if (at == in.size) return MT__CHUNKED_MORE;
  mt__chunked_result result = give_data(decoder, (mt_slice){in.data + at, in.size - at}, data);
  *consumed += data->size;
  return result;
}
