#include "head.h"

#include "../base/octets.h"

int mt__head_find(const mt__head *head, mt_slice name) {
  for (uint32_t i = 0; i < head->field_count; i++) {
    const mt__field_place *field = &head->fields[i];
    if (field->name_size != name.size) continue;
    if (mt__octets_equal_nocase(head->base + field->name_offset, name.data, name.size))
      return (int)i;
  }
  return -1;
}
