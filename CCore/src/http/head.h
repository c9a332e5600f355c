/** The head of a message as a parser leaves it: places in the bytes that were read, so that it can
 * move with them. */
#ifndef MT_HTTP_HEAD_H
#define MT_HTTP_HEAD_H

#include <martlet/request.h>

#include "../base/attributes.h"

/** Fields that the server itself acts on; found by length and first bytes. */
typedef enum mt__field_id {
  MT__FIELD_OTHER = 0,
  MT__FIELD_HOST,
  MT__FIELD_CONNECTION,
  MT__FIELD_CONTENT_LENGTH,
  MT__FIELD_TRANSFER_ENCODING,
  MT__FIELD_EXPECT,
  MT__FIELD_UPGRADE,
  MT__FIELD_TE,
  MT__FIELD_TRAILER,
  MT__FIELD_KEEP_ALIVE,
  MT__FIELD_DATE,
  MT__FIELD_SERVER,
  MT__FIELD_ACCEPT_ENCODING,
  MT__FIELD_IF_MATCH,
  MT__FIELD_IF_NONE_MATCH,
  MT__FIELD_IF_MODIFIED_SINCE,
  MT__FIELD_IF_UNMODIFIED_SINCE,
  MT__FIELD_RANGE,
} mt__field_id;

/** Octets [offset, offset + size) behind mt__head.base. */
typedef struct mt__place {
  uint32_t offset;
  uint32_t size;
} mt__place;

typedef struct mt__field_place {
  uint32_t name_offset;
  uint16_t name_size;
  uint16_t id; /* mt__field_id */
  uint32_t value_offset;
  uint32_t value_size;
} mt__field_place;

/** RFC 9112 §3.2. */
typedef enum mt__target_form {
  MT__TARGET_ORIGIN,
  MT__TARGET_ABSOLUTE,
  MT__TARGET_AUTHORITY,
  MT__TARGET_ASTERISK,
} mt__target_form;

/** RFC 9112 §6.3. */
typedef enum mt__framing {
  MT__FRAMING_NONE,
  MT__FRAMING_LENGTH,
  MT__FRAMING_CHUNKED,
} mt__framing;

typedef struct mt__head {
  const char *base; /* where the message begins; whoever moves the bytes sets it anew */
  mt__field_place *fields;
  uint32_t field_count;
  uint32_t field_capacity;
  mt__place method_name;
  mt__place target;
  mt__place path;  /* within the target; "/" semantics: size 0 means "/" for absolute-form without a
                      path */
  mt__place query; /* without "?" */
  mt__place authority;      /* of the target, or the Host field's value */
  uint64_t content_length;  /* MT__FRAMING_LENGTH: announced; MT__FRAMING_NONE: 0 */
  uint32_t size;            /* octets of the whole head, the empty line included */
  uint8_t method;           /* mt_method */
  uint8_t minor_version;    /* 0 or 1 */
  uint8_t target_form;      /* mt__target_form */
  uint8_t framing;          /* mt__framing */
  bool keep_alive;          /* what the request asks for: RFC 9112 §9.3 */
  bool expects_continue;    /* Expect: 100-continue on HTTP/1.1: RFC 9110 §10.1.1 */
  bool path_needs_decoding; /* the path holds a "%" */
} mt__head;

static inline mt_slice mt__head_slice(const mt__head *head, mt__place place) {
  return (mt_slice){head->base + place.offset, place.size};
}

static inline mt_field mt__head_field(const mt__head *head, uint32_t index) {
  const mt__field_place *field = &head->fields[index];
  return (mt_field){{head->base + field->name_offset, field->name_size},
                    {head->base + field->value_offset, field->value_size}};
}

/** The index of the first field with that id from `index` on; field_count when there is none. */
static inline uint32_t mt__head_next_id(const mt__head *head, mt__field_id id, uint32_t index) {
  while (index < head->field_count && head->fields[index].id != id) index++;
  return index;
}

MT__HIDDEN_BEGIN

/** The first field called `name` (any case): its index, or -1. */
int mt__head_find(const mt__head *head, mt_slice name);

MT__HIDDEN_END

#endif
