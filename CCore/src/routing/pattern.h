/** Route patterns: "/a/{name}/b/{name...}" cut into segments. */
#ifndef MT_ROUTING_PATTERN_H
#define MT_ROUTING_PATTERN_H

#include <martlet/slice.h>
#include <martlet/status.h>

#include "../base/attributes.h"
#include "router.h"

MT__HIDDEN_BEGIN

enum {
  MT__PATTERN_BYTES_MAX = 8192,
  MT__PATTERN_SEGMENTS_MAX = 64,
};

typedef enum mt__segment_kind {
  MT__SEGMENT_LITERAL,   /* this text, compared with a path's decoded segment */
  MT__SEGMENT_PARAMETER, /* any one segment that is not empty */
  MT__SEGMENT_REST,      /* one segment or more, also empty ones; only last */
} mt__segment_kind;

typedef struct mt__segment {
  mt__segment_kind kind;
  mt_slice text; /* the literal, empty only in the last segment; or the name */
} mt__segment;

/** The slices are places in the text that was parsed. */
typedef struct mt__pattern {
  uint32_t segment_count; /* at least 1: "/" is one empty literal */
  uint32_t parameter_count;
  mt__segment segments[MT__PATTERN_SEGMENTS_MAX];
} mt__pattern;

/** Cuts `text` into `pattern`. Literals are taken as they are written, that is decoded.
 * MT_ERROR_INVALID_ARGUMENT: the message tells the pattern, the offset and what is allowed. */
mt_status mt__pattern_parse(mt_slice text, mt__pattern *pattern, mt_error *error);

/** How much of a pattern a message shows: whole characters, so that two of them fit. */
mt_slice mt__pattern_excerpt(mt_slice text);

MT__HIDDEN_END

#endif
