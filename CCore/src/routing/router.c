#include "router.h"

#include "../base/slice.h"
#include "../base/status.h"
#include "../http/words.h"
#include "array.h"
#include "automaton.h"
#include "exact.h"
#include "pattern.h"
#include "tree.h"

struct mt__router {
  const mt_allocator *allocator;
  mt__arena arena; /* routes, their patterns and names */
  mt__tree tree;   /* until frozen */
  mt__route **routes;
  uint32_t route_count, route_capacity;
  uint32_t methods;
  bool is_frozen;
  mt__automaton automaton; /* once frozen, as all below */
  mt__exact exact;
};

mt_status mt__router_create(const mt_allocator *allocator, mt__router **router) {
  mt__router *made = mt__allocate_zeroed(allocator, 1, sizeof *made);
  if (!made) return MT_ERROR_NO_MEMORY;
  made->allocator = allocator;
  mt__arena_init(&made->arena, allocator, NULL, 0);
  mt__tree_init(&made->tree, allocator);
  *router = made;
  return MT_OK;
}

static void destroy_routes(mt__router *router) {
  for (uint32_t i = 0; i < router->route_count; i++) {
    const mt__route *route = router->routes[i];
    if (route->destroy) route->destroy(route->user_data);
  }
  mt__deallocate(router->allocator, router->routes);
}

void mt__router_destroy(mt__router *router) {
  if (!router) return;
  destroy_routes(router);
  mt__tree_deinit(&router->tree);
  if (router->is_frozen) {
    mt__automaton_deinit(&router->automaton);
    mt__exact_deinit(&router->exact);
  }
  mt__arena_reset(&router->arena);
  mt__deallocate(router->allocator, router);
}

/** Notes name and segment of every parameter. */
static void list_parameters(const mt__pattern *pattern, mt__route *route) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < pattern->segment_count; i++) {
    if (pattern->segments[i].kind == MT__SEGMENT_LITERAL) continue;
    route->parameter_names[count] = pattern->segments[i].text;
    route->parameter_segments[count] = (uint8_t)i;
    route->has_rest = pattern->segments[i].kind == MT__SEGMENT_REST;
    count++;
  }
  route->parameter_count = count;
}

/** A copy of `route` in the router's arena and, in places of that copy, its pattern cut up; NULL
 * without memory. What was parsed once cannot be refused the second time. */
static mt__route *copy_route(mt__router *router, const mt__route *route, mt__pattern *pattern) {
  mt__arena *arena = &router->arena;
  uint32_t count = pattern->parameter_count;
  mt__route *copy = mt__arena_allocate(arena, sizeof *copy);
  if (!copy) return NULL;
  *copy = *route;
  copy->has_rest = false;
  copy->parameter_names = mt__arena_allocate(arena, count * sizeof *copy->parameter_names + 1);
  copy->parameter_segments = mt__arena_allocate(arena, count + 1);
  if (!copy->parameter_names || !copy->parameter_segments) return NULL;
  if (!mt__arena_copy(arena, route->pattern, &copy->pattern)) return NULL;
  if (mt__pattern_parse(copy->pattern, pattern, NULL) != MT_OK) return NULL;
  list_parameters(pattern, copy);
  return copy;
}

static mt_status fail_memory(mt_error *error) {
  return mt__error_set(error, MT_ERROR_NO_MEMORY, "no memory for a route");
}

static mt_status fail_conflict(const mt__route *route, const mt__route *other, mt_error *error) {
  mt_slice method = mt__method_name(route->method);
  mt_slice first = mt__pattern_excerpt(other->pattern);
  mt_slice second = mt__pattern_excerpt(route->pattern);
  return mt__error_set(error, MT_ERROR_CONFLICT,
                       "%.*s \"%.*s\" matches the same paths as \"%.*s\", which is there already",
                       (int)method.size, method.data, (int)second.size, second.data,
                       (int)first.size, first.data);
}

static mt_status insert_route(mt__router *router, mt__route *route, const mt__pattern *pattern,
                              mt_error *error) {
  mt__route **routes = mt__array_reserve(router->allocator, router->routes, &router->route_capacity,
                                         router->route_count + 1, sizeof(mt__route *));
  if (!routes) return fail_memory(error);
  router->routes = routes;
  const mt__route *other = NULL;
  mt_status status = mt__tree_insert(&router->tree, pattern, route, &other);
  if (status == MT_ERROR_CONFLICT) return fail_conflict(route, other, error);
  if (status != MT_OK) return fail_memory(error);
  routes[router->route_count++] = route;
  router->methods |= 1U << route->method;
  if (route->method == MT_METHOD_GET) router->methods |= 1U << MT_METHOD_HEAD;
  return MT_OK;
}

mt_status mt__router_add(mt__router *router, const mt__route *route, mt_error *error) {
  if (router->is_frozen)
    return mt__error_set(error, MT_ERROR_INVALID_STATE, "routes cannot be added any more");
  if ((int)route->method <= MT_METHOD_UNKNOWN || (int)route->method >= MT__ROUTE_METHODS)
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT, "%d is no method of a route",
                         (int)route->method);
  mt__pattern pattern;
  mt_status status = mt__pattern_parse(route->pattern, &pattern, error);
  if (status != MT_OK) return status;
  mt__route *copy = copy_route(router, route, &pattern);
  if (!copy) return fail_memory(error);
  return insert_route(router, copy, &pattern, error);
}

/** A literal path that stands in a request as it stands in the pattern. */
static bool is_exact(const mt__route *route) {
  mt_slice pattern = route->pattern;
  return route->parameter_count == 0 && !memchr(pattern.data, '%', pattern.size);
}

static void fill_exact(mt__router *router) {
  for (uint32_t i = 0; i < router->route_count; i++) {
    mt_slice path = router->routes[i]->pattern;
    mt__walk walk;
    if (is_exact(router->routes[i]) && mt__automaton_walk(&router->automaton, path, NULL, &walk))
      mt__exact_add(&router->exact, path, walk.accept);
  }
}

mt_status mt__router_freeze(mt__router *router, mt_error *error) {
  if (router->is_frozen) return MT_OK;
  if (!mt__exact_init(&router->exact, router->allocator, router->route_count))
    return fail_memory(error);
  mt_status status =
      mt__automaton_init(&router->automaton, router->allocator, &router->tree, error);
  if (status != MT_OK) {
    mt__exact_deinit(&router->exact);
    return status;
  }
  fill_exact(router);
  mt__tree_deinit(&router->tree);
  router->is_frozen = true;
  return MT_OK;
}

static void set_parameters(const mt__route *route, const mt__walk *walk, mt__match *match) {
  match->parameter_count = route->parameter_count;
  for (uint32_t i = 0; i < route->parameter_count; i++)
    match->parameters[i] = walk->segments[route->parameter_segments[i]];
  if (!route->has_rest) return;
  mt_slice *rest = &match->parameters[route->parameter_count - 1];
  rest->size = (size_t)(walk->end - rest->data);
}

/** What `accept` answers to `method`. */
static const mt__route *choose(const mt__accept *accept, mt_method method, mt__match *match) {
  match->allowed = accept->allowed;
  match->route = (unsigned)method < MT__ROUTE_METHODS ? accept->routes[method] : NULL;
  return match->route;
}

static mt_status search(const mt__router *router, mt_method method, mt_slice path, mt__arena *arena,
                        mt__match *match) {
  char *decoded = NULL;
  if (memchr(path.data, '%', path.size)) {
    decoded = mt__arena_allocate(arena, path.size);
    if (!decoded) return MT_ERROR_NO_MEMORY;
  }
  mt__walk walk;
  match->is_malformed = !mt__automaton_walk(&router->automaton, path, decoded, &walk);
  if (match->is_malformed) return MT_OK;
  const mt__route *route = choose(walk.accept, method, match);
  if (route && route->parameter_count > 0) set_parameters(route, &walk, match);
  return MT_OK;
}

mt_status mt__router_find(const mt__router *router, mt_method method, mt_slice path,
                          mt__arena *arena, mt__match *match) {
  match->route = NULL;
  match->allowed = 0;
  match->is_malformed = false;
  match->parameter_count = 0;
  if (!router->is_frozen) return MT_ERROR_INVALID_STATE;
  if (path.size == 0) path = MT_SLICE("/");
  if (path.data[0] != '/') return MT_OK;
  const mt__accept *accept = mt__exact_find(&router->exact, path);
  if (accept) {
    const mt__route *route = choose(accept, method, match);
    if (!route || route->parameter_count == 0) return MT_OK;
  }
  return search(router, method, path, arena, match);
}

uint32_t mt__router_methods(const mt__router *router) {
  return router->methods;
}

size_t mt__router_count(const mt__router *router) {
  return router->route_count;
}

const mt__route *mt__router_at(const mt__router *router, size_t index) {
  return index < router->route_count ? router->routes[index] : NULL;
}
