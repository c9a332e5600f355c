/* What a search of the router costs: nanoseconds per search, the best of several rounds. `make
 * bench-micro` builds and runs it. */
#include "routing/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SEARCHES = 1000000, ROUNDS = 7, LITERALS = 100, PARAMETERS = 20 };

static void add(mt__router *router, const char *pattern) {
  mt__route route = {.pattern = mt_slice_from(pattern), .method = MT_METHOD_GET};
  mt_error error = {.struct_size = sizeof error};
  if (mt__router_add(router, &route, &error) == MT_OK) return;
  fprintf(stderr, "%s\n", error.message);
  exit(1);
}

static mt__router *make_router(char *deep_pattern, size_t capacity) {
  mt__router *router;
  if (mt__router_create(&mt__allocator_system, &router) != MT_OK) exit(1);
  for (int i = 0; i < LITERALS - 1; i++) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "/api/v1/resource%d", i);
    add(router, pattern);
  }
  size_t used = 0;
  for (int i = 0; i < PARAMETERS; i++)
    used += (size_t)snprintf(deep_pattern + used, capacity - used, "/{p%d}", i);
  add(router, "/hello");
  add(router, deep_pattern);
  add(router, "/users/{id}");
  add(router, "/users/{id}/posts/{post}");
  add(router, "/static/{path...}");
  if (mt__router_freeze(router, NULL) != MT_OK) exit(1);
  return router;
}

static double now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/** One search after the other, each waiting for what the one before found: a dependency that the
 * processor cannot run ahead of. */
static double time_round(const mt__router *router, const char *path) {
  char block[1024];
  mt__arena arena;
  mt__match match = {0};
  size_t size = strlen(path);
  double begin = now_ns();
  for (int i = 0; i < SEARCHES; i++) {
    mt__arena_init(&arena, &mt__allocator_system, block, sizeof block);
    mt_slice text = {path + (match.allowed >> 31), size};
    if (mt__router_find(router, MT_METHOD_GET, text, &arena, &match) != MT_OK) exit(1);
  }
  return (now_ns() - begin) / (double)SEARCHES;
}

static void report(const mt__router *router, const char *name, const char *path) {
  double best = 0;
  for (int round = 0; round < ROUNDS; round++) {
    double taken = time_round(router, path);
    if (round == 0 || taken < best) best = taken;
  }
  printf("%-40s %7.1f ns\n", name, best);
}

int main(void) {
  char deep_pattern[512], deep_path[512];
  mt__router *router = make_router(deep_pattern, sizeof deep_pattern);
  size_t used = 0;
  for (int i = 0; i < PARAMETERS; i++)
    used += (size_t)snprintf(deep_path + used, sizeof deep_path - used, "/value%d", i);
  report(router, "literal, /hello", "/hello");
  report(router, "literal among 100, /api/v1/resource42", "/api/v1/resource42");
  report(router, "literal, escaped, /%68ello", "/%68ello");
  report(router, "1 parameter, /users/42", "/users/42");
  report(router, "2 parameters, /users/42/posts/7", "/users/42/posts/7");
  report(router, "20 parameters", deep_path);
  report(router, "rest, /static/css/main.css", "/static/css/main.css");
  report(router, "miss, /api/v2/resource42", "/api/v2/resource42");
  report(router, "miss, /favicon.ico", "/favicon.ico");
  mt__router_destroy(router);
  return 0;
}
