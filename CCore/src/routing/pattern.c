#include "pattern.h"

#include "../base/number.h"
#include "../base/slice.h"
#include "../base/status.h"

enum { EXCERPT_BYTES = 80 };

/* The sentences below name these numbers. */
_Static_assert(MT__ROUTE_PARAMETERS_MAX == 32, "adapt the sentence");
_Static_assert(MT__PATTERN_SEGMENTS_MAX == 64, "adapt the sentence");
_Static_assert(MT__PATTERN_BYTES_MAX == 8192, "adapt the sentence");

/** What one pattern is parsed with: its text, where the next segment begins, and who is told. */
struct parser {
  mt_slice text;
  size_t offset;
  mt__pattern *pattern;
  mt_error *error;
};

mt_slice mt__pattern_excerpt(mt_slice text) {
  if (text.size <= EXCERPT_BYTES) return text;
  size_t size = EXCERPT_BYTES;
  while (size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80) size--;
  return mt__slice_part(text, 0, size);
}

static mt_status refuse(const struct parser *parser, size_t offset, const char *rule) {
  mt_slice shown = mt__pattern_excerpt(parser->text);
  const char *dots = shown.size < parser->text.size ? "..." : "";
  return mt__error_set(parser->error, MT_ERROR_INVALID_ARGUMENT,
                       "pattern \"%.*s%s\" is refused at offset %zu: %s", (int)shown.size,
                       shown.size ? shown.data : "", dots, offset, rule);
}

static size_t offset_of(const struct parser *parser, const char *place) {
  return (size_t)(place - parser->text.data);
}

static bool is_name_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

static bool is_escape(mt_slice text, size_t at) {
  return text.data[at] == '%' && text.size - at > 2 &&
         mt__number_hex_digit(text.data[at + 1]) >= 0 &&
         mt__number_hex_digit(text.data[at + 2]) >= 0;
}

/** Why the octet at `at` cannot stand in a literal, or NULL. */
static const char *find_fault(mt_slice text, size_t at) {
  unsigned char c = (unsigned char)text.data[at];
  if (c == '{' || c == '}') return "braces may only enclose a whole segment, as in {name}";
  if (c == '?' || c == '#') return "a pattern is a path, without \"?\" and \"#\"";
  if (c == '*') return "\"*\" has no meaning; the rest of a path is written {name...}";
  if (c < 0x20 || c == 0x7F) return "control characters are not allowed";
  if (is_escape(text, at)) return "literal text is written without percent-encoding";
  return NULL;
}

static mt_status check_literal(const struct parser *parser, mt_slice text) {
  for (size_t at = 0; at < text.size; at++) {
    const char *fault = find_fault(text, at);
    if (fault) return refuse(parser, offset_of(parser, text.data + at), fault);
  }
  return MT_OK;
}

/** Takes "..." or the one character that means it (U+2026) off the end of `name`. */
static bool cut_ellipsis(mt_slice *name) {
  static const mt_slice endings[] = {{"...", 3}, {"\xE2\x80\xA6", 3}};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    if (name->size < endings[i].size) continue;
    size_t kept = name->size - endings[i].size;
    if (memcmp(name->data + kept, endings[i].data, endings[i].size) != 0) continue;
    name->size = kept;
    return true;
  }
  return false;
}

static mt_status check_name(const struct parser *parser, mt_slice name) {
  size_t offset = offset_of(parser, name.data);
  if (name.size == 0)
    return refuse(parser, offset, "a parameter needs a name of letters, digits, \"_\" and \"-\"");
  for (size_t i = 0; i < name.size; i++) {
    if (!is_name_octet(name.data[i]))
      return refuse(parser, offset + i, "a name holds letters, digits, \"_\" and \"-\" only");
  }
  for (uint32_t i = 0; i < parser->pattern->segment_count; i++) {
    const mt__segment *other = &parser->pattern->segments[i];
    if (other->kind != MT__SEGMENT_LITERAL && mt__slice_equal(other->text, name))
      return refuse(parser, offset, "a name may stand only once in a pattern");
  }
  return MT_OK;
}

/** `text` is "{…}". */
static mt_status read_parameter(struct parser *parser, mt_slice text, bool is_last,
                                mt__segment *segment) {
  mt_slice name = {text.data + 1, text.size - 2};
  bool is_rest = cut_ellipsis(&name);
  mt_status status = check_name(parser, name);
  if (status != MT_OK) return status;
  if (is_rest && !is_last)
    return refuse(parser, parser->offset, "{name...} may only be the last segment");
  if (parser->pattern->parameter_count == MT__ROUTE_PARAMETERS_MAX)
    return refuse(parser, parser->offset, "at most 32 parameters are allowed");
  parser->pattern->parameter_count++;
  *segment = (mt__segment){is_rest ? MT__SEGMENT_REST : MT__SEGMENT_PARAMETER, name};
  return MT_OK;
}

static mt_status read_segment(struct parser *parser, mt_slice text, bool is_last,
                              mt__segment *segment) {
  if (text.size >= 2 && text.data[0] == '{' && text.data[text.size - 1] == '}')
    return read_parameter(parser, text, is_last, segment);
  if (text.size == 0 && !is_last)
    return refuse(parser, parser->offset, "only the last segment may be empty");
  *segment = (mt__segment){MT__SEGMENT_LITERAL, text};
  return check_literal(parser, text);
}

static mt_status check_start(const struct parser *parser) {
  if (parser->text.size == 0 || parser->text.data[0] != '/')
    return refuse(parser, 0, "a pattern begins with \"/\"");
  if (parser->text.size > MT__PATTERN_BYTES_MAX)
    return refuse(parser, MT__PATTERN_BYTES_MAX, "at most 8192 bytes are allowed");
  return MT_OK;
}

mt_status mt__pattern_parse(mt_slice text, mt__pattern *pattern, mt_error *error) {
  struct parser parser = {text, 1, pattern, error};
  pattern->segment_count = pattern->parameter_count = 0;
  mt_status status = check_start(&parser);
  bool is_last = false;
  while (status == MT_OK && !is_last) {
    if (pattern->segment_count == MT__PATTERN_SEGMENTS_MAX)
      return refuse(&parser, parser.offset, "at most 64 segments are allowed");
    mt_slice rest = mt__slice_part(text, parser.offset, text.size);
    const char *slash = rest.size ? memchr(rest.data, '/', rest.size) : NULL;
    is_last = slash == NULL;
    if (slash) rest.size = (size_t)(slash - rest.data);
    status = read_segment(&parser, rest, is_last, &pattern->segments[pattern->segment_count]);
    pattern->segment_count++;
    parser.offset += rest.size + 1;
  }
  return status;
}
