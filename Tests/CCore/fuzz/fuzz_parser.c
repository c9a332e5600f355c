/* The head and trailer parser: one outcome for an input however it arrives and whatever looks for
 * the ends of its tokens, places that make sense, and the meaning that another parser sees.
 *
 * Input: what ("0": a head, "1": a trailer section), the limits, two octets of chance, the octets
 * of the message. */
#include "base/slice.h"
#include "codec/h1/parser.h"
#include "fuzz.h"
#include "http/field_names.h"
#include "http/words.h"
#include "other_parser.h"

enum { FIELDS = 64, KINDS = MT__SCAN_NEON + 1 };

static const mt__h1_limits limits_table[] = {
    {8192, 16384, FIELDS}, {16, 64, 4},        {40, 16384, 2}, {8192, 200, FIELDS},
    {33, 120, FIELDS},     {100, 128, FIELDS}, {64, 64, 1},    {8192, 16384, 0},
};

typedef struct outcome {
  mt__h1_result result;
  uint16_t status;
  const char *reason;
  mt__head head;
  mt__field_place fields[FIELDS];
} outcome;

typedef struct setup {
  bool is_trailers;
  const mt__h1_limits *limits;
  mt__scan_kind kind;
  fuzz_split split;
} setup;

/* --- one outcome --- */

static void start(const setup *how, mt__h1_parser *parser, outcome *out) {
  /* What is not set shows as a difference between two outcomes, or as nonsense. */
  static unsigned char garbage;
  garbage = (unsigned char)(garbage + 0x5b);
  memset(&out->head, garbage, sizeof out->head);
  memset(out->fields, garbage, sizeof out->fields);
  out->head.fields = out->fields;
  out->head.field_capacity = FIELDS;
  if (how->is_trailers)
    mt__h1_parser_init_trailers(parser, how->limits, how->kind);
  else
    mt__h1_parser_init(parser, how->limits, how->kind);
}

/** Each feed finds the message at another address than the one before. */
static void parse(setup how, mt_slice bytes, outcome *out) {
  static fuzz_stage stages[2];
  for (int i = 0; i < 2; i++) fuzz_require(fuzz_stage_fill(&stages[i], bytes));
  mt__h1_parser parser;
  start(&how, &parser, out);
  fuzz_stage *stage = &stages[1];
  size_t size = 0;
  do {
    fuzz_stage_show(stage, 0);
    stage = stage == &stages[0] ? &stages[1] : &stages[0];
    size += fuzz_split_next(&how.split, bytes.size - size);
    fuzz_stage_show(stage, size);
    out->result = mt__h1_parser_feed(&parser, stage->bytes, size, &out->head);
    fuzz_require(parser.position <= size);
  } while (out->result == MT__H1_INCOMPLETE && size < bytes.size);
  fuzz_require(mt__h1_parser_feed(&parser, stage->bytes, size, &out->head) == out->result);
  out->head.base = bytes.data;
  out->status = parser.reject_status;
  out->reason = parser.reject_reason;
}

static bool is_same_place(mt__place a, mt__place b) {
  return a.offset == b.offset && a.size == b.size;
}

static void require_same_fields(const mt__head *a, const mt__head *b) {
  fuzz_require(a->field_count == b->field_count && a->field_count <= FIELDS);
  for (uint32_t i = 0; i < a->field_count; i++) {
    const mt__field_place *one = &a->fields[i], *other = &b->fields[i];
    fuzz_require(one->name_offset == other->name_offset && one->name_size == other->name_size);
    fuzz_require(one->value_offset == other->value_offset && one->value_size == other->value_size);
    fuzz_require(one->id == other->id);
  }
}

static void require_same_head(const mt__head *a, const mt__head *b) {
  fuzz_require(is_same_place(a->method_name, b->method_name));
  fuzz_require(is_same_place(a->target, b->target));
  fuzz_require(is_same_place(a->path, b->path));
  fuzz_require(is_same_place(a->query, b->query));
  fuzz_require(is_same_place(a->authority, b->authority));
  fuzz_require(a->content_length == b->content_length);
  fuzz_require(a->method == b->method && a->minor_version == b->minor_version);
  fuzz_require(a->target_form == b->target_form && a->framing == b->framing);
  fuzz_require(a->keep_alive == b->keep_alive && a->expects_continue == b->expects_continue);
  fuzz_require(a->path_needs_decoding == b->path_needs_decoding);
}

static void require_same(const outcome *a, const outcome *b, bool is_trailers) {
  fuzz_require(a->result == b->result);
  if (a->result == MT__H1_REJECTED) {
    fuzz_require(a->status == b->status);
    fuzz_require(strcmp(a->reason, b->reason) == 0);
  }
  if (a->result != MT__H1_COMPLETE) return;
  fuzz_require(a->head.size == b->head.size);
  require_same_fields(&a->head, &b->head);
  if (!is_trailers) require_same_head(&a->head, &b->head);
}

/* Octet by octet, each kind has its turn as chance has it; there is little to find with vectors. */
static void parse_in_every_way(setup how, mt_slice bytes, outcome *first) {
  uint32_t random = how.split.random;
  how.kind = MT__SCAN_SCALAR;
  how.split.stride = 0;
  parse(how, bytes, first);
  for (uint32_t i = 0; i < KINDS; i++) {
    how.kind = (mt__scan_kind)i;
    if (!mt__scan_supports(how.kind)) continue;
    static outcome other;
    static const uint32_t strides[] = {0, 7, 40, 1, 100};
    for (uint32_t way = 0; way < 2; way++) {
      how.split.stride = way == 0 ? 0 : strides[1 + (random + i) % 4];
      parse(how, bytes, &other);
      require_same(first, &other, how.is_trailers);
    }
  }
}

/* --- places that make sense --- */

static bool is_inside(const mt__head *head, mt__place place) {
  return place.offset <= head->size && place.size <= head->size - place.offset;
}

static void require_sound_field(const mt__head *head, uint32_t index) {
  mt_field field = mt__head_field(head, index);
  const char *end = head->base + head->size;
  fuzz_require(field.name.data > head->base || index == 0);
  fuzz_require(field.name.data + field.name.size < field.value.data);
  fuzz_require(field.value.data + field.value.size <= end - 4);
  fuzz_require(field.name.data[field.name.size] == ':');
  fuzz_require(fuzz_is_token(field.name) && fuzz_is_field_value(field.value));
  fuzz_require(fuzz_same(field.value, mt__slice_trim(field.value)));
  fuzz_require(head->fields[index].id == mt__field_lookup(field.name));
}

/** Every CR before an LF, every LF behind a CR: the other parser passes over either. */
static void require_whole_lines(const mt__head *head) {
  for (size_t at = 0; at < head->size; at++) {
    bool is_cr = head->base[at] == '\r', is_lf = head->base[at] == '\n';
    fuzz_require(!is_cr || (at + 1 < head->size && head->base[at + 1] == '\n'));
    fuzz_require(!is_lf || (at > 0 && head->base[at - 1] == '\r'));
  }
}

static void require_sound_fields(const mt__head *head, const setup *how) {
  require_whole_lines(head);
  fuzz_require(head->field_count <= how->limits->max_fields);
  fuzz_require(head->size <= how->limits->max_head);
  fuzz_require(head->size >= 2 && memcmp(head->base + head->size - 2, "\r\n", 2) == 0);
  for (uint32_t i = 0; i < head->field_count; i++) require_sound_field(head, i);
}

static unsigned count_fields(const mt__head *head, mt__field_id id) {
  unsigned count = 0;
  for (uint32_t i = 0; i < head->field_count; i++) count += head->fields[i].id == id;
  return count;
}

/** Whether "chunked" stands among empty members, as RFC 9110 §5.6.1.2 has it, rather than alone.
 * Not everybody passes over those. */
static bool has_odd_coding(const mt__head *head) {
  for (uint32_t i = 0; i < head->field_count; i++) {
    if (head->fields[i].id != MT__FIELD_TRANSFER_ENCODING) continue;
    if (!mt__slice_equal_nocase(mt__head_field(head, i).value, MT_SLICE("chunked"))) return true;
  }
  return false;
}

/* RFC 9112 §3.2, §6: one Host, one way to tell where the message ends. */
static void require_sound_meaning(const mt__head *head) {
  unsigned hosts = count_fields(head, MT__FIELD_HOST);
  unsigned lengths = count_fields(head, MT__FIELD_CONTENT_LENGTH);
  unsigned codings = count_fields(head, MT__FIELD_TRANSFER_ENCODING);
  fuzz_require(hosts <= 1 && (hosts == 1 || head->minor_version == 0));
  fuzz_require(lengths <= 1 && (lengths == 0 || codings == 0));
  fuzz_require((head->framing == MT__FRAMING_LENGTH) == (lengths == 1));
  fuzz_require((head->framing == MT__FRAMING_CHUNKED) == (codings > 0));
  fuzz_require(head->framing == MT__FRAMING_LENGTH || head->content_length == 0);
  fuzz_require(!(head->framing == MT__FRAMING_CHUNKED && head->minor_version == 0));
  fuzz_require(!has_odd_coding(head) || !head->keep_alive);
  fuzz_require(head->expects_continue <= (count_fields(head, MT__FIELD_EXPECT) > 0));
}

/* RFC 9110 §6.5.1. */
static void require_sound_trailers(const mt__head *head) {
  fuzz_require(count_fields(head, MT__FIELD_HOST) == 0);
  fuzz_require(count_fields(head, MT__FIELD_CONTENT_LENGTH) == 0);
  fuzz_require(count_fields(head, MT__FIELD_TRANSFER_ENCODING) == 0);
}

static void require_sound_head(const mt__head *head, const setup *how) {
  mt__place places[] = {head->method_name, head->target, head->path, head->query, head->authority};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    fuzz_require(is_inside(head, places[i]));
  mt_slice method = mt__head_slice(head, head->method_name);
  mt_slice target = mt__head_slice(head, head->target);
  fuzz_require(fuzz_is_token(method) && head->method == mt__method_parse(method));
  fuzz_require(target.size > 0 && method.data + method.size + 1 == target.data);
  for (size_t i = 0; i < target.size; i++)
    fuzz_require(target.data[i] > ' ' && target.data[i] < 0x7f);
  fuzz_require(method.size + target.size + 10 <= how->limits->max_request_line);
  fuzz_require(head->minor_version <= 1);
  require_sound_meaning(head);
}

/* --- the other parser --- */

/** The message for the other parser. It takes SP alone for the white space in lists, where HTAB may
 * stand too (RFC 9110 §5.6.3): it gets SP for HTAB. */
static mt_slice rewrite(char *out, size_t at, mt_slice bytes) {
  for (size_t i = 0; i < bytes.size; i++) out[at + i] = bytes.data[i] == '\t' ? ' ' : bytes.data[i];
  return (mt_slice){out, at + bytes.size};
}

static void require_same_text(mt_slice ours, mt_slice theirs) {
  theirs = mt__slice_trim(theirs);
  fuzz_require(ours.size == theirs.size);
  for (size_t i = 0; i < ours.size; i++)
    fuzz_require(theirs.data[i] == (ours.data[i] == '\t' ? ' ' : ours.data[i]));
}

static void require_their_fields(const mt__head *head, const other_message *other, uint32_t from) {
  fuzz_require(other->field_count == from + head->field_count);
  for (uint32_t i = 0; i < head->field_count; i++) {
    mt_field field = mt__head_field(head, i);
    fuzz_require(fuzz_same(field.name, other->fields[from + i].name));
    require_same_text(field.value, other->fields[from + i].value);
  }
}

/** "cl" before a comma, say: the other parser takes what follows for more of the same option. */
static bool is_begun_option(mt_slice option) {
  static const mt_slice words[] = {{"close", 5}, {"keep-alive", 10}, {"upgrade", 7}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    bool is_short = option.size < words[i].size;
    if (is_short && mt__slice_equal_nocase(option, mt__slice_part(words[i], 0, option.size)))
      return true;
  }
  return false;
}

/** Whether `text` is 1*tchar *( OWS "," OWS 1*tchar ), no option being begun only. Of other lists
 * the other parser makes something else than RFC 9110 §5.6.1.2 and §7.6.1 say: an empty member ends
 * its search for "close", and it does not know that no option has a parameter. */
static bool is_plain_list(mt_slice text) {
  do {
    mt_slice option = mt__slice_trim(mt__slice_cut(&text, ','));
    if (!fuzz_is_token(option) || is_begun_option(option)) return false;
  } while (text.data != NULL);
  return true;
}

/** Whether both have to see the same wish to stay connected. */
static bool is_plain_connection(const mt__head *head) {
  for (uint32_t i = 0; i < head->field_count; i++) {
    bool is_connection = head->fields[i].id == MT__FIELD_CONNECTION;
    if (is_connection && !is_plain_list(mt__head_field(head, i).value)) return false;
  }
  return true;
}

/** An empty member beside chunked, which RFC 9110 §5.6.1.2 has a recipient pass over, hides chunked
 * from the other parser. */
static bool hides_chunked(const mt__head *head, uint32_t index) {
  return head->fields[index].id == MT__FIELD_TRANSFER_ENCODING &&
         !is_plain_list(mt__head_field(head, index).value);
}

static bool is_mistaken(const mt__head *head) {
  for (uint32_t i = 0; i < head->field_count; i++)
    if (other_mistakes(mt__head_field(head, i).name) || hides_chunked(head, i)) return true;
  return false;
}

static void require_their_head(const mt__head *head, const other_message *other) {
  mt_slice method = mt__head_slice(head, head->method_name);
  int number = other_method(method);
  fuzz_require(number < 0 || other->method == number);
  fuzz_require(fuzz_same(mt__head_slice(head, head->target), other->target));
  fuzz_require((other->minor_version > 0) == head->minor_version);
  require_their_fields(head, other, 0);
  fuzz_require(other->is_chunked == (head->framing == MT__FRAMING_CHUNKED));
  fuzz_require(other->has_length == (head->framing == MT__FRAMING_LENGTH));
  fuzz_require(other->content_length == head->content_length);
  if (!is_plain_connection(head)) return;
  /* http_should_keep_alive lets "keep-alive" win over "close" in HTTP/1.0; RFC 9112 §9.3 does not.
   */
  bool keeps = !other->says_close && (head->minor_version > 0 || other->says_keep_alive);
  fuzz_require(keeps == head->keep_alive);
}

/** Ours is the stricter one: what it accepts, the other has to accept, with the same meaning. Of
 * methods it knows its list only: GET stands for others. */
static void compare_head(const mt__head *head) {
  if (is_mistaken(head) || has_odd_coding(head)) return;
  static char bytes[FUZZ_STAGE_BYTES + 4];
  static other_message other;
  mt_slice from_method = {head->base, head->size};
  mt_slice method = mt__head_slice(head, head->method_name);
  size_t start = 0;
  if (other_method(method) < 0) {
    memcpy(bytes, "GET", 3);
    start = 3;
    size_t gone = head->method_name.offset + method.size;
    from_method = (mt_slice){head->base + gone, head->size - gone};
  }
  mt_slice message = rewrite(bytes, start, from_method);
  other_parse_request(message, &other);
  fuzz_require(!other.error && other.has_head);
  fuzz_require(other.consumed + 1 >= message.size);
  require_their_head(head, &other);
}

static void compare_trailers(const mt__head *head) {
  static const char before[] = "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  static char bytes[sizeof before + FUZZ_STAGE_BYTES], body[1];
  static other_message other;
  memcpy(bytes, before, sizeof before - 1);
  mt_slice message = rewrite(bytes, sizeof before - 1, (mt_slice){head->base, head->size});
  other.body = body;
  other.body_capacity = 0;
  other_parse_request(message, &other);
  fuzz_require(!other.error && other.is_complete);
  fuzz_require(other.consumed + 1 >= message.size);
  require_their_fields(head, &other, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mt_slice input = {(const char *)data, size};
  setup how = {.is_trailers = fuzz_take(&input) & 1,
               .limits = &limits_table[fuzz_take(&input) & 7]};
  how.split.random = (uint32_t)fuzz_take_number(&input, 2) + 1;
  if (input.size > FUZZ_STAGE_BYTES) return -1;
  static outcome first;
  parse_in_every_way(how, input, &first);
  if (first.result != MT__H1_COMPLETE) return 0;
  require_sound_fields(&first.head, &how);
  if (how.is_trailers) {
    require_sound_trailers(&first.head);
    compare_trailers(&first.head);
  } else {
    require_sound_head(&first.head, &how);
    compare_head(&first.head);
  }
  return 0;
}
