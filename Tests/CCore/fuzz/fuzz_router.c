/* Routes and paths: patterns are refused when a plain reading of the rules refuses them, and a
 * search finds what the rules, read naively, find.
 *
 * Input: lines of a method's letter and a pattern, an empty line, lines of a method's letter and a
 * path. */
#include "base/slice.h"
#include "fuzz.h"
#include "support/router_model.h"

enum { ROUTES_MAX = 24, PATHS_MAX = 24, ARENA_BYTES = 4096 };

static mt_method method_of(unsigned char letter) {
  static const char letters[] = "GHPUDCOTA"; /* as in mt_method; A: PATCH */
  const char *at = letter ? strchr(letters, letter) : NULL;
  return at ? (mt_method)(MT_METHOD_GET + (at - letters)) : MT_METHOD_GET;
}

/* --- patterns, read plainly --- */

static bool is_name(mt_slice text) {
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  for (size_t at = 0; at < text.size; at++)
    if (!text.data[at] || !strchr(allowed, text.data[at])) return false;
  return text.size > 0;
}

static bool is_hex(char c) {
  return c && strchr("0123456789abcdefABCDEF", c);
}

static bool is_literal(mt_slice text) {
  for (size_t at = 0; at < text.size; at++) {
    unsigned char c = (unsigned char)text.data[at];
    if (c < ' ' || c == 0x7f || strchr("{}?#*", c)) return false;
    bool is_escape =
        c == '%' && at + 2 < text.size && is_hex(text.data[at + 1]) && is_hex(text.data[at + 2]);
    if (is_escape) return false;
  }
  return true;
}

static bool cut_end(mt_slice *text, mt_slice end) {
  if (text->size < end.size) return false;
  mt_slice last = {text->data + text->size - end.size, end.size};
  if (!fuzz_same(last, end)) return false;
  text->size -= end.size;
  return true;
}

typedef struct names {
  mt_slice list[MT__ROUTE_PARAMETERS_MAX];
  uint32_t count;
} names;

static bool add_name(names *all, mt_slice name) {
  if (!is_name(name) || all->count == MT__ROUTE_PARAMETERS_MAX) return false;
  for (uint32_t i = 0; i < all->count; i++)
    if (fuzz_same(all->list[i], name)) return false;
  all->list[all->count++] = name;
  return true;
}

static bool is_segment(mt_slice text, bool is_last, names *all) {
  bool is_parameter = text.size >= 2 && text.data[0] == '{' && text.data[text.size - 1] == '}';
  if (!is_parameter) return (text.size > 0 || is_last) && is_literal(text);
  mt_slice name = {text.data + 1, text.size - 2};
  bool is_rest = cut_end(&name, MT_SLICE("...")) || cut_end(&name, MT_SLICE("\xE2\x80\xA6"));
  return (is_last || !is_rest) && add_name(all, name);
}

static bool is_pattern(mt_slice text) {
  names all = {.count = 0};
  if (text.size == 0 || text.data[0] != '/') return false;
  mt_slice rest = {text.data + 1, text.size - 1};
  for (int segments = 1; segments <= MT__PATTERN_SEGMENTS_MAX; segments++) {
    mt_slice segment = mt__slice_cut(&rest, '/');
    bool is_last = rest.data == NULL;
    if (!is_segment(segment, is_last, &all)) return false;
    if (is_last) return true;
  }
  return false;
}

/* --- adding --- */

/** Whether a route of that method is there that matches the same paths. */
static bool is_taken(const mt__router *router, const mt__route *route) {
  mt__pattern own, other;
  fuzz_require(mt__pattern_parse(route->pattern, &own, NULL) == MT_OK);
  for (size_t i = 0; i < mt__router_count(router); i++) {
    const mt__route *rival = mt__router_at(router, i);
    if (rival->method != route->method) continue;
    fuzz_require(mt__pattern_parse(rival->pattern, &other, NULL) == MT_OK);
    if (router_model_is_same(&own, &other)) return true;
  }
  return false;
}

static void handle(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

static void add(mt__router *router, mt_method method, mt_slice pattern) {
  const mt__route route = {.pattern = pattern, .method = method, .handler = handle};
  mt_error error = {.struct_size = sizeof error};
  mt_status expected = MT_OK;
  if (!is_pattern(pattern))
    expected = MT_ERROR_INVALID_ARGUMENT;
  else if (is_taken(router, &route))
    expected = MT_ERROR_CONFLICT;
  size_t count = mt__router_count(router);
  fuzz_require(mt__router_add(router, &route, &error) == expected);
  fuzz_require(mt__router_count(router) == count + (expected == MT_OK));
  fuzz_require(error.status == expected);
  fuzz_require(memchr(error.message, '\0', sizeof error.message));
  fuzz_require(expected == MT_OK || error.message[0]);
}

/** Takes the lines up to the empty one; true when the router can be searched. */
static bool build(mt__router *router, mt_slice *input) {
  for (int i = 0; i < ROUTES_MAX && input->size; i++) {
    mt_slice line = fuzz_take_until(input, '\n');
    if (line.size == 0) break;
    mt_method method = method_of(fuzz_take(&line));
    add(router, method, line);
  }
  mt_status status = mt__router_freeze(router, NULL);
  fuzz_require(status == MT_OK || status == MT_ERROR_LIMIT);
  return status == MT_OK;
}

/* --- searching --- */

static void require_same(const mt__match *match, const model_match *expected) {
  fuzz_require(match->is_malformed == expected->is_malformed);
  fuzz_require(match->route == expected->route);
  fuzz_require(match->allowed == expected->allowed);
  fuzz_require(match->parameter_count == expected->parameter_count);
  for (uint32_t i = 0; i < match->parameter_count; i++)
    fuzz_require(fuzz_same(match->parameters[i], expected->parameters[i]));
}

static void search(const mt__router *router, router_model *model, mt_method method, mt_slice path) {
  static _Alignas(16) char block[ARENA_BYTES];
  mt__arena arena;
  mt__match match;
  model_match expected;
  if (path.size > ROUTER_MODEL_PATH_BYTES) return;
  mt__arena_init(&arena, &mt__allocator_system, block, sizeof block);
  memset(&match, 0x5a, sizeof match);
  fuzz_require(mt__router_find(router, method, path, &arena, &match) == MT_OK);
  router_model_find(model, method, path, &expected);
  require_same(&match, &expected);
  fuzz_require((match.allowed & ~mt__router_methods(router)) == 0);
  mt__arena_reset(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mt_slice input = {(const char *)data, size};
  mt__router *router;
  fuzz_require(mt__router_create(&mt__allocator_system, &router) == MT_OK);
  if (build(router, &input)) {
    router_model *model = router_model_create(router);
    fuzz_require(model != NULL);
    for (int i = 0; i < PATHS_MAX && input.size; i++) {
      mt_slice line = fuzz_take_until(&input, '\n');
      mt_method method = method_of(fuzz_take(&line));
      search(router, model, method, line);
    }
    router_model_destroy(model);
  }
  mt__router_destroy(router);
  return 0;
}
