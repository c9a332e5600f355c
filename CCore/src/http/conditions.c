#include "conditions.h"

#include "date.h"
#include "validators.h"

static bool has(const mt__head *head, mt__field_id id) {
  return mt__head_next_id(head, id, 0) < head->field_count;
}

/** Whether one of the fields with that id names `etag`: all of them are one list (RFC 9110 §5.3).
 */
static bool names(const mt__head *head, mt__field_id id, mt_slice etag,
                  bool (*matches)(mt_slice list, mt_slice etag)) {
  uint32_t index = mt__head_next_id(head, id, 0);
  while (index < head->field_count) {
    if (matches(mt__head_field(head, index).value, etag)) return true;
    index = mt__head_next_id(head, id, index + 1);
  }
  return false;
}

/** The date in the field with that id. False where it is none, or there are several: such a field
 * is to be ignored (RFC 9110 §13.1.3, §13.1.4). */
static bool read_date(const mt__head *head, mt__field_id id, int64_t now_seconds,
                      int64_t *seconds) {
  uint32_t index = mt__head_next_id(head, id, 0);
  if (index == head->field_count) return false;
  if (mt__head_next_id(head, id, index + 1) < head->field_count) return false;
  return mt__date_parse(mt__head_field(head, index).value, now_seconds, seconds);
}

int mt__conditions_evaluate(const mt__head *head, mt_slice etag, int64_t modified_seconds,
                            int64_t now_seconds) {
  int64_t date;
  if (has(head, MT__FIELD_IF_MATCH)) {
    if (!names(head, MT__FIELD_IF_MATCH, etag, mt__etag_matches_strongly)) return 412;
  } else if (read_date(head, MT__FIELD_IF_UNMODIFIED_SINCE, now_seconds, &date)) {
    if (modified_seconds > date) return 412;
  }
  if (has(head, MT__FIELD_IF_NONE_MATCH))
    return names(head, MT__FIELD_IF_NONE_MATCH, etag, mt__etag_matches) ? 304 : 200;
  if (read_date(head, MT__FIELD_IF_MODIFIED_SINCE, now_seconds, &date))
    return modified_seconds <= date ? 304 : 200;
  return 200;
}
