#include "framing.h"

#include "../../base/number.h"
#include "../../base/octets.h"
#include "../../base/slice.h"
#include "../../http/target.h"
#include "../../http/words.h"
#include "parser_engine.h"

#define BIT(id) (1U << (id))

static mt_slice value_of(const mt__head *head, uint32_t index) {
  return mt__head_field(head, index).value;
}

/* RFC 9112 §3.2: exactly one in HTTP/1.1, also beside a target in
 * absolute-form, whose authority then counts (§3.2.2). */
static bool check_host(mt__h1_parser *parser, mt__head *head) {
  if (parser->repeated & BIT(MT__FIELD_HOST)) {
    return mt__h1_reject(parser, 400, "more than one Host field");
  }
  if (!(parser->seen & BIT(MT__FIELD_HOST))) {
    return head->minor_version == 0 || mt__h1_reject(parser, 400, "no Host field");
  }
  const mt__field_place *host = &head->fields[mt__head_next_id(head, MT__FIELD_HOST, 0)];
  mt_slice value = {head->base + host->value_offset, host->value_size};
  if (!parser->is_plain_host && !mt__target_is_host(value)) {
    return mt__h1_reject(parser, 400, "malformed Host field");
  }
  if (head->target_form == MT__TARGET_ORIGIN || head->target_form == MT__TARGET_ASTERISK) {
    head->authority = (mt__place){host->value_offset, host->value_size};
  }
  return true;
}

/* RFC 9110 §8.6 and RFC 9112 §6.3 let a recipient refuse repeated lengths even
 * when they agree: whoever sits in front may have picked another one. */
static bool check_length(mt__h1_parser *parser, mt__head *head) {
  if (parser->repeated & BIT(MT__FIELD_CONTENT_LENGTH)) {
    return mt__h1_reject(parser, 400, "more than one Content-Length field");
  }
  mt_slice value = value_of(head, mt__head_next_id(head, MT__FIELD_CONTENT_LENGTH, 0));
  if (!mt__number_parse_decimal(value, INT64_MAX, &head->content_length)) {
    return mt__h1_reject(parser, 400, "malformed Content-Length field");
  }
  head->framing = MT__FRAMING_LENGTH;
  return true;
}

typedef struct codings {
  unsigned count;
  unsigned chunked;  /* how many are "chunked" */
  bool is_last;      /* whether the last one is */
  bool is_malformed; /* no token, or parameters on "chunked" */
  bool has_empty;    /* a member with nothing in it */
} codings;

static void note_coding(codings *all, mt_slice member) {
  mt_slice rest = member;
  if (member.size == 0) {
    all->has_empty = true;
    return;
  }
  mt_slice name = mt__slice_trim(mt__slice_cut(&rest, ';'));
  bool is_chunked = mt__slice_equal_nocase(name, MT_SLICE("chunked"));
  all->count++;
  all->chunked += is_chunked;
  all->is_last = is_chunked;
  all->is_malformed |= !mt__is_token(name) || (is_chunked && rest.data != NULL);
}

/* All Transfer-Encoding fields are one list: RFC 9110 §5.3. */
static codings collect_codings(const mt__head *head) {
  codings all = {0};
  uint32_t index = mt__head_next_id(head, MT__FIELD_TRANSFER_ENCODING, 0);
  while (index < head->field_count) {
    mt_slice rest = value_of(head, index);
    do {
      note_coding(&all, mt__slice_trim(mt__slice_cut(&rest, ',')));
    } while (rest.data != NULL);
    index = mt__head_next_id(head, MT__FIELD_TRANSFER_ENCODING, index + 1);
  }
  return all;
}

/* RFC 9112 §6.1, §6.3. Empty members are passed over (RFC 9110 §5.6.1.2), but
 * not all do that, and the list decides where the message ends: nothing behind
 * it is taken for a request. */
static bool check_codings(mt__h1_parser *parser, mt__head *head) {
  if (head->minor_version == 0) {
    return mt__h1_reject(parser, 400, "Transfer-Encoding in HTTP/1.0");
  }
  if (parser->seen & BIT(MT__FIELD_CONTENT_LENGTH)) {
    return mt__h1_reject(parser, 400, "Transfer-Encoding beside Content-Length");
  }
  codings all = collect_codings(head);
  if (all.is_malformed) return mt__h1_reject(parser, 400, "malformed Transfer-Encoding field");
  if (!all.is_last || all.chunked != 1) {
    return mt__h1_reject(parser, 400, "chunked is not the last transfer coding, and that once");
  }
  if (all.count > 1) return mt__h1_reject(parser, 501, "unknown transfer coding");
  head->framing = MT__FRAMING_CHUNKED;
  head->keep_alive &= !all.has_empty;
  return true;
}

static inline bool is_keep_alive(mt_slice value) {
  return value.size == 10 && mt__octets_equal_nocase(value.data, "keep-alive", 10);
}

/* RFC 9112 §9.3: "close" wins, wherever it stands. */
static void read_connection(const mt__h1_parser *parser, mt__head *head) {
  bool closes = false;
  bool keeps = head->minor_version > 0;
  uint32_t index = mt__head_next_id(head, MT__FIELD_CONNECTION, 0);
  while (index < head->field_count) {
    mt_slice value = value_of(head, index);
    if (is_keep_alive(value)) { /* what nearly all of them say */
      keeps = true;
    } else {
      closes |= mt__slice_list_has(value, MT_SLICE("close"));
      keeps |= mt__slice_list_has(value, MT_SLICE("keep-alive"));
    }
    if (!(parser->repeated & BIT(MT__FIELD_CONNECTION))) break;
    index = mt__head_next_id(head, MT__FIELD_CONNECTION, index + 1);
  }
  head->keep_alive = keeps && !closes;
}

/* RFC 9110 §10.1.1: ignored in HTTP/1.0; any expectation but 100-continue may
 * be answered 417. */
static bool check_expect(mt__h1_parser *parser, mt__head *head) {
  if (head->minor_version == 0) return true;
  uint32_t index = mt__head_next_id(head, MT__FIELD_EXPECT, 0);
  while (index < head->field_count) {
    mt_slice rest = value_of(head, index);
    do {
      mt_slice member = mt__slice_trim(mt__slice_cut(&rest, ','));
      bool is_continue = mt__slice_equal_nocase(member, MT_SLICE("100-continue"));
      if (!is_continue && member.size > 0) {
        return mt__h1_reject(parser, 417, "unknown expectation");
      }
      head->expects_continue |= is_continue;
    } while (rest.data != NULL);
    index = mt__head_next_id(head, MT__FIELD_EXPECT, index + 1);
  }
  return true;
}

bool mt__h1_check_head(mt__h1_parser *parser, mt__head *head) {
  if (!check_host(parser, head)) return false;
  uint32_t seen = parser->seen;
  head->keep_alive = head->minor_version > 0;
  if (seen & BIT(MT__FIELD_CONNECTION)) read_connection(parser, head);
  if (seen & BIT(MT__FIELD_TRANSFER_ENCODING)) {
    if (!check_codings(parser, head)) return false;
  } else if (seen & BIT(MT__FIELD_CONTENT_LENGTH)) {
    if (!check_length(parser, head)) return false;
  }
  return !(seen & BIT(MT__FIELD_EXPECT)) || check_expect(parser, head);
}

bool mt__h1_check_trailers(mt__h1_parser *parser) {
  uint32_t forbidden =
      BIT(MT__FIELD_HOST) | BIT(MT__FIELD_CONTENT_LENGTH) | BIT(MT__FIELD_TRANSFER_ENCODING);
  if ((parser->seen & forbidden) == 0) return true;
  return mt__h1_reject(parser, 400, "a field of framing or routing in a trailer section");
}
