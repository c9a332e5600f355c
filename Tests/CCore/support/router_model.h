/** The rules of routing read naively: every pattern is tried, the winner found by comparing. Needs
 * no test library. */
#ifndef MT_TESTS_ROUTER_MODEL_H
#define MT_TESTS_ROUTER_MODEL_H

#include "routing/pattern.h"
#include "routing/router.h"

enum { ROUTER_MODEL_PATH_BYTES = 1024 };

typedef struct router_model router_model;

/** What a search finds, decoded. Lifetime of the values: until the next search in the model. */
typedef struct model_match {
  const mt__route *route;
  uint32_t allowed;
  bool is_malformed;
  uint32_t parameter_count;
  mt_slice parameters[MT__ROUTE_PARAMETERS_MAX];
} model_match;

/** A model of a router's routes; NULL without memory. The router outlives it. */
router_model *router_model_create(const mt__router *router);
void router_model_destroy(router_model *model);
/** Finds as mt__router_find does. The path has at most ROUTER_MODEL_PATH_BYTES. */
void router_model_find(router_model *model, mt_method method, mt_slice path, model_match *match);
/** Whether two patterns match the same paths. */
bool router_model_is_same(const mt__pattern *a, const mt__pattern *b);

#endif
