#include "router_model.h"

#include <stdlib.h>

#include "base/slice.h"
#include "http/target.h"

struct router_model {
  const mt__router *router;
  size_t count;
  mt__pattern *patterns; /* of each route */
  /* the path that is searched, decoded */
  char decoded[ROUTER_MODEL_PATH_BYTES + 1];
  size_t decoded_size;
  mt_slice segments[ROUTER_MODEL_PATH_BYTES + 1];
  uint32_t segment_count;
};

router_model *router_model_create(const mt__router *router) {
  router_model *model = calloc(1, sizeof *model);
  if (!model) return NULL;
  model->router = router;
  model->count = mt__router_count(router);
  model->patterns = calloc(model->count + 1, sizeof *model->patterns);
  bool is_good = model->patterns != NULL;
  for (size_t i = 0; is_good && i < model->count; i++) {
    mt_slice text = mt__router_at(router, i)->pattern;
    is_good = mt__pattern_parse(text, &model->patterns[i], NULL) == MT_OK;
  }
  if (is_good) return model;
  router_model_destroy(model);
  return NULL;
}

void router_model_destroy(router_model *model) {
  if (!model) return;
  free(model->patterns);
  free(model);
}

/** Cuts the path at its raw slashes and decodes what is between them; false for a broken escape. */
static bool cut_path(router_model *model, mt_slice path) {
  model->segment_count = 0;
  model->decoded_size = 0;
  mt_slice rest = mt__slice_part(path, 1, path.size);
  do {
    char *out = model->decoded + model->decoded_size;
    ptrdiff_t size = mt__target_decode(mt__slice_cut(&rest, '/'), out);
    if (size < 0) return false;
    model->segments[model->segment_count++] = (mt_slice){out, (size_t)size};
    out[size] = '/';
    model->decoded_size += (size_t)size + 1;
  } while (rest.data != NULL);
  model->decoded_size--;
  return true;
}

static bool matches(const mt__pattern *pattern, const mt_slice *segments, uint32_t count) {
  for (uint32_t i = 0; i < pattern->segment_count; i++) {
    const mt__segment *wanted = &pattern->segments[i];
    if (i == count) return false;
    if (wanted->kind == MT__SEGMENT_REST) return true;
    if (wanted->kind == MT__SEGMENT_PARAMETER && segments[i].size == 0) return false;
    if (wanted->kind == MT__SEGMENT_LITERAL && !mt__slice_equal(wanted->text, segments[i]))
      return false;
  }
  return pattern->segment_count == count;
}

/** Whether `a` wins over `b`, both matching the same path. */
static bool precedes(const mt__pattern *a, const mt__pattern *b) {
  for (uint32_t i = 0; i < a->segment_count && i < b->segment_count; i++) {
    if (a->segments[i].kind != b->segments[i].kind)
      return a->segments[i].kind < b->segments[i].kind;
  }
  return false;
}

bool router_model_is_same(const mt__pattern *a, const mt__pattern *b) {
  for (uint32_t i = 0; i < a->segment_count && i < b->segment_count; i++) {
    const mt__segment *one = &a->segments[i], *other = &b->segments[i];
    if (one->kind != other->kind) return false;
    if (one->kind == MT__SEGMENT_LITERAL && !mt__slice_equal(one->text, other->text)) return false;
  }
  return a->segment_count == b->segment_count;
}

/** GET answers HEAD unless the same pattern has HEAD of its own. */
static bool answers(const router_model *model, size_t index, mt_method method) {
  mt_method own = mt__router_at(model->router, index)->method;
  if (own == method) return true;
  if (method != MT_METHOD_HEAD || own != MT_METHOD_GET) return false;
  for (size_t i = 0; i < model->count; i++) {
    bool is_head = mt__router_at(model->router, i)->method == MT_METHOD_HEAD;
    if (is_head && router_model_is_same(&model->patterns[index], &model->patterns[i])) return false;
  }
  return true;
}

static void set_parameters(const router_model *model, const mt__pattern *pattern,
                           model_match *match) {
  const char *end = model->decoded + model->decoded_size;
  for (uint32_t i = 0; i < pattern->segment_count; i++) {
    mt_slice value = model->segments[i];
    if (pattern->segments[i].kind == MT__SEGMENT_LITERAL) continue;
    if (pattern->segments[i].kind == MT__SEGMENT_REST) value.size = (size_t)(end - value.data);
    match->parameters[match->parameter_count++] = value;
  }
}

void router_model_find(router_model *model, mt_method method, mt_slice path, model_match *match) {
  *match = (model_match){.route = NULL};
  if (path.size == 0) path = MT_SLICE("/");
  if (path.data[0] != '/') return;
  match->is_malformed = !cut_path(model, path);
  if (match->is_malformed) return;
  const mt__pattern *best = NULL;
  for (size_t i = 0; i < model->count; i++) {
    const mt__pattern *pattern = &model->patterns[i];
    if (!matches(pattern, model->segments, model->segment_count)) continue;
    const mt__route *route = mt__router_at(model->router, i);
    match->allowed |= 1u << route->method;
    if (route->method == MT_METHOD_GET) match->allowed |= 1u << MT_METHOD_HEAD;
    if (!answers(model, i, method) || (best && !precedes(pattern, best))) continue;
    match->route = route;
    best = pattern;
  }
  if (best) set_parameters(model, best, match);
}
