/* What it costs to find the route of a path, among a hundred literal ones and some with
 * parameters. */
#include "routing/router.h"

#include "timing.h"

#include <stdio.h>

enum { LITERALS = 100, PARAMETERS = 20, PATTERN_MAX = 512, ARENA_BYTES = 1024 };

typedef struct search {
  const mt__router *router;
  mt_slice path;
  bool is_there;
} search;

/* One search after the other, each waiting for what the one before found: a dependency that the
 * processor cannot run ahead of. */
static void find(void *context, size_t turns) {
  _Alignas(16) char block[ARENA_BYTES];
  const search *asked = context;
  mt__arena arena;
  mt__match match = {0};
  for (size_t turn = 0; turn < turns; turn++) {
    mt__arena_init(&arena, &mt__allocator_system, block, sizeof block);
    mt_slice path = {asked->path.data + (match.allowed >> 31), asked->path.size};
    mt_status status = mt__router_find(asked->router, MT_METHOD_GET, path, &arena, &match);
    demand(status == MT_OK && (match.route != NULL) == asked->is_there, "a search goes wrong");
  }
}

static void add(mt__router *router, const char *pattern) {
  mt__route route = {.pattern = mt_slice_from(pattern), .method = MT_METHOD_GET};
  mt_error error = {.struct_size = sizeof error};
  demand(mt__router_add(router, &route, &error) == MT_OK, error.message);
}

/* The same words PARAMETERS times, numbered. */
static const char *repeat(char *text, const char *format) {
  size_t used = 0;
  for (int i = 0; i < PARAMETERS; i++)
    used += (size_t)snprintf(text + used, PATTERN_MAX - used, format, i);
  return text;
}

static void add_routes(mt__router *router) {
  char pattern[PATTERN_MAX];
  for (int i = 0; i < LITERALS - 1; i++) {
    snprintf(pattern, sizeof pattern, "/api/v1/resource%d", i);
    add(router, pattern);
  }
  add(router, "/hello");
  add(router, repeat(pattern, "/{p%d}"));
  add(router, "/users/{id}");
  add(router, "/users/{id}/posts/{post}");
  add(router, "/static/{path...}");
  demand(mt__router_freeze(router, NULL) == MT_OK, "the routes cannot be combined");
}

int main(void) {
  char deep[PATTERN_MAX];
  const struct {
    const char *name, *path;
    bool is_there;
  } searches[] = {
      {"literal, /hello", "/hello", true},
      {"literal among 100", "/api/v1/resource42", true},
      {"literal, escaped", "/%68ello", true},
      {"1 parameter", "/users/42", true},
      {"2 parameters", "/users/42/posts/7", true},
      {"20 parameters", repeat(deep, "/value%d"), true},
      {"rest", "/static/css/main.css", true},
      {"none, late", "/api/v2/resource42", false},
      {"none, early", "/favicon.ico", false},
  };
  mt__router *router;
  demand(mt__router_create(&mt__allocator_system, &router) == MT_OK, "no memory");
  add_routes(router);
  for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
    search asked = {router, mt_slice_from(searches[i].path), searches[i].is_there};
    time_work("router", searches[i].name, asked.path.size, find, &asked);
  }
  mt__router_destroy(router);
  return 0;
}
