#include "parser.h"

#include "../../http/target.h"
#include "../../http/words.h"
#include "framing.h"
#include "parser_engine.h"

static const mt__h1_engine_fn engines[] = {
    [MT__SCAN_SCALAR] = mt__h1_engine_scalar,
#if MT__H1_HAS_X86
    [MT__SCAN_SSE42] = mt__h1_engine_sse42,   [MT__SCAN_AVX2] = mt__h1_engine_avx2,
    [MT__SCAN_AVX512] = mt__h1_engine_avx512,
#endif
#if MT__H1_HAS_NEON
    [MT__SCAN_NEON] = mt__h1_engine_neon,
#endif
};

void mt__h1_parser_init(mt__h1_parser *parser, const mt__h1_limits *limits, mt__scan_kind kind) {
  *parser = (mt__h1_parser){.limits = limits, .kind = (uint8_t)kind, .state = MT__H1_AT_START};
}

void mt__h1_parser_init_trailers(mt__h1_parser *parser, const mt__h1_limits *limits,
                                 mt__scan_kind kind) {
  mt__h1_parser_init(parser, limits, kind);
  parser->state = MT__H1_AT_FIELD;
  parser->is_trailers = true;
}

bool mt__h1_reject(mt__h1_parser *parser, int status, const char *reason) {
  parser->state = MT__H1_AT_REJECTED;
  parser->reject_status = (uint16_t)status;
  parser->reject_reason = reason;
  return false;
}

/* So that whoever logs a refused message finds nothing of the one before. One by one: put down as a
 * whole, some compilers make it a string instruction, which takes as long as a line. */
static void clear(mt__head *head) {
  const mt__place none = {0, 0};
  head->field_count = 0;
  head->method_name = head->target = head->path = head->query = head->authority = none;
  head->content_length = 0;
  head->size = 0;
  head->method = MT_METHOD_UNKNOWN;
  head->minor_version = 1;
  head->target_form = MT__TARGET_ORIGIN;
  head->framing = MT__FRAMING_NONE;
  head->keep_alive = head->expects_continue = head->path_needs_decoding = false;
}

static mt__h1_result finish(mt__h1_parser *parser, mt__head *head) {
  parser->state = MT__H1_AT_CHECKED;
  bool is_good =
      parser->is_trailers ? mt__h1_check_trailers(parser) : mt__h1_check_head(parser, head);
  return is_good ? MT__H1_COMPLETE : MT__H1_REJECTED;
}

mt__h1_result mt__h1_parser_feed(mt__h1_parser *parser, const char *data, size_t size,
                                 mt__head *head) {
  uint32_t limit = parser->limits->max_head;
  head->base = data;
  if (parser->position == 0 && parser->state <= MT__H1_AT_FIELD) {
    if (parser->is_trailers)
      head->field_count = 0;
    else
      clear(head);
  }
  if (MT__LIKELY(parser->state < MT__H1_AT_END)) {
    engines[parser->kind](parser, data, size < limit ? (uint32_t)size : limit, head);
  }
  if (MT__LIKELY(parser->state == MT__H1_AT_END)) return finish(parser, head);
  if (parser->state == MT__H1_AT_CHECKED) return MT__H1_COMPLETE;
  if (parser->state != MT__H1_AT_REJECTED) {
    if (size <= limit) return MT__H1_INCOMPLETE;
    mt__h1_reject(parser, 431, "head too large");
  }
  return MT__H1_REJECTED;
}

bool mt__h1_finish_request_line(mt__h1_parser *parser, mt__head *head) {
  const char *version = head->base + head->target.offset + head->target.size + 1;
  if (version[5] != '1') return mt__h1_reject(parser, 505, "not HTTP/1.x");
  head->minor_version = version[7] != '0'; /* RFC 9110 §2.5: a higher minor is read as our own */
  head->method = (uint8_t)mt__method_parse(mt__head_slice(head, head->method_name));
  return mt__target_parse(head) || mt__h1_reject(parser, 400, "malformed request target");
}

const char *mt__h1_method_offence(unsigned char octet, bool is_empty) {
  if (is_empty) return "no method";
  return octet == '\r' || octet == '\n' ? "no request target" : "invalid octet in the method";
}

const char *mt__h1_target_offence(unsigned char octet, bool is_empty) {
  if (octet == ' ') return "more than one space in the request line";
  if (octet != '\r' && octet != '\n') return "invalid octet in the request target";
  return is_empty ? "no request target" : "no version in the request line";
}

const char *mt__h1_name_offence(unsigned char octet, bool is_empty) {
  bool is_white = octet == ' ' || octet == '\t';
  if (is_white) return is_empty ? "folded field line" : "space before the colon of a field";
  if (octet == '\n') return is_empty ? "bare LF" : "field line without a colon";
  if (octet == '\r') return "field line without a colon";
  return is_empty && octet == ':' ? "field without a name" : "invalid octet in a field name";
}

const char *mt__h1_value_offence(unsigned char octet) {
  return octet == '\n' ? "bare LF" : "control octet in a field value";
}
