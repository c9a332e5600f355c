/** What a server has to keep of a request that a parser with callbacks tells it: where target,
 * names and values are, and that the message is complete. The callbacks differ in one type. */
#ifndef BENCH_RECORDING_H
#define BENCH_RECORDING_H

#include <martlet/request.h>
#include <stdbool.h>

#include "requests.h"

typedef struct record {
  mt_slice target;
  mt_field fields[FIELDS_MAX];
  size_t field_count;
  bool has_head;
  bool is_complete;
} record;

static inline int record_target(record *self, const char *at, size_t size) {
  self->target = (mt_slice){at, size};
  self->field_count = 0;
  self->has_head = self->is_complete = false;
  return 0;
}

static inline int record_name(record *self, const char *at, size_t size) {
  if (self->field_count == FIELDS_MAX) return -1;
  self->fields[self->field_count].name = (mt_slice){at, size};
  return 0;
}

static inline int record_value(record *self, const char *at, size_t size) {
  self->fields[self->field_count++].value = (mt_slice){at, size};
  return 0;
}

static inline int record_head(record *self) {
  self->has_head = true;
  return 0;
}

static inline int record_end(record *self) {
  self->is_complete = true;
  return 0;
}

#endif
