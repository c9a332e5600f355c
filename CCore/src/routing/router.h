/** Patterns to routes: registered one by one, then frozen and read by every reactor without locks.
 */
#ifndef MT_ROUTING_ROUTER_H
#define MT_ROUTING_ROUTER_H

#include <martlet/request.h>
#include <martlet/route.h>

#include "../base/allocator.h"
#include "../base/attributes.h"
#include "../memory/arena.h"

MT__HIDDEN_BEGIN

typedef struct mt__router mt__router;

/** What a pattern leads to for one method. */
typedef struct mt__route {
  mt_slice pattern; /* owned by the router */
  mt_method method;
  mt_handler_fn handler;
  void *user_data;
  mt_destroy_fn destroy;
  mt_dispatch dispatch;
  mt_body_mode body_mode;
  uint64_t max_body_bytes;   /* 0: the server's */
  mt_slice *parameter_names; /* owned by the router */
  uint32_t parameter_count;
  uint8_t *parameter_segments; /* owned by the router: which segment each one is */
  bool has_rest;               /* the last parameter is the rest of the path */
} mt__route;

enum {
  MT__ROUTE_PARAMETERS_MAX = 32,
  MT__ROUTE_METHODS = MT_METHOD_PATCH + 1, /* the values of mt_method, to index by */
};

/** The outcome of a search. Parameter values are places in the path that was searched, or decoded
 * in the arena. */
typedef struct mt__match {
  const mt__route *route; /* NULL: none for this method */
  uint32_t allowed;  /* bit (1 << mt_method) of every method that some matching pattern has, HEAD
                        with GET; 0: no pattern matches */
  bool is_malformed; /* a broken escape: 400 */
  uint32_t parameter_count;
  mt_slice parameters[MT__ROUTE_PARAMETERS_MAX]; /* decoded, in the pattern's order; only the first
                                                    parameter_count are set */
} mt__match;

mt_status mt__router_create(const mt_allocator *allocator, mt__router **router);
/** Calls every route's destroy. NULL is allowed. */
void mt__router_destroy(mt__router *router);
/** Adds a copy of `route` (pattern, method, handler, … set; parameter_* and has_rest ignored). On
 * failure `destroy` is not called: it stays the caller's. MT_ERROR_INVALID_ARGUMENT (where and why
 * in the message), MT_ERROR_CONFLICT (both patterns named), MT_ERROR_INVALID_STATE (frozen),
 * MT_ERROR_NO_MEMORY. */
mt_status mt__router_add(mt__router *router, const mt__route *route, mt_error *error);
/** Builds the automaton that is searched. Idempotent; may be called again after a failure.
 * MT_ERROR_LIMIT (the patterns combine to too many states), MT_ERROR_NO_MEMORY. */
mt_status mt__router_freeze(mt__router *router, mt_error *error);
/** Finds the route for `method` and the raw `path` ("/…"; the empty one means "/"). O(length of the
 * path). MT_ERROR_NO_MEMORY when decoding found none, MT_ERROR_INVALID_STATE (not frozen). A GET
 * route answers HEAD when there is none of its own. Thread: any, once frozen.
 *
 * Segments are compared from the left: literal wins over parameter, parameter over rest. When the
 * first pattern in this order lacks the method, the next one that has it answers. */
mt_status mt__router_find(const mt__router *router, mt_method method, mt_slice path,
                          mt__arena *arena, mt__match *match);
/** Every method that any route has, as mt__match.allowed: for "OPTIONS *". */
uint32_t mt__router_methods(const mt__router *router);
/** The routes in the order they were added. */
size_t mt__router_count(const mt__router *router);
const mt__route *mt__router_at(const mt__router *router, size_t index);

MT__HIDDEN_END

#endif
