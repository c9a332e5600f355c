#include "routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const method_names[MT__ROUTE_METHODS] = {
    NULL, "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
};

static void handle(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

mt__route route_of(const char *text) {
  mt__route route = {.method = MT_METHOD_GET, .handler = handle};
  for (int method = 1; method < MT__ROUTE_METHODS; method++) {
    size_t size = strlen(method_names[method]);
    if (strncmp(text, method_names[method], size) != 0 || text[size] != ' ') continue;
    route.method = (mt_method)method;
    text += size + 1;
    break;
  }
  route.pattern = mt_slice_from(text);
  return route;
}

mt__router *router_of(const char *const *routes, size_t count) {
  mt__router *router;
  assert_int_equal(mt__router_create(&mt__allocator_system, &router), MT_OK);
  for (size_t i = 0; i < count; i++) {
    mt__route route = route_of(routes[i]);
    assert_int_equal(mt__router_add(router, &route, NULL), MT_OK);
  }
  assert_int_equal(mt__router_freeze(router, NULL), MT_OK);
  return router;
}

static void tell(const mt__match *match, char *out, size_t capacity) {
  size_t used = 0;
  if (match->is_malformed) {
    snprintf(out, capacity, "malformed");
  } else if (match->route) {
    mt_slice pattern = match->route->pattern;
    used = (size_t)snprintf(out, capacity, "%.*s", (int)pattern.size, pattern.data);
    for (uint32_t i = 0; i < match->parameter_count; i++) {
      mt_slice name = match->route->parameter_names[i], value = match->parameters[i];
      used += (size_t)snprintf(out + used, capacity - used, " %.*s=%.*s", (int)name.size, name.data,
                               (int)value.size, value.data);
    }
  } else {
    used = (size_t)snprintf(out, capacity, "none");
    for (int method = 1; method < MT__ROUTE_METHODS; method++) {
      if (match->allowed & 1u << method)
        used += (size_t)snprintf(out + used, capacity - used, " %s", method_names[method]);
    }
  }
}

const char *tell_search(const mt__router *router, mt_method method, mt_slice path) {
  static char told[4096];
  mt__arena arena;
  mt__match match;
  char *exact = malloc(path.size ? path.size : 1);
  assert_non_null(exact);
  if (path.size > 0) memcpy(exact, path.data, path.size);
  memset(&match, 0x5a, sizeof match);
  mt__arena_init(&arena, &mt__allocator_system, NULL, 0);
  mt_slice copy = {exact, path.size};
  assert_int_equal(mt__router_find(router, method, copy, &arena, &match), MT_OK);
  tell(&match, told, sizeof told);
  mt__arena_reset(&arena);
  free(exact);
  return told;
}
