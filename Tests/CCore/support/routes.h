/** What the router's tests share: routers from lists of patterns, searches told as text. */
#ifndef MT_TESTS_ROUTES_H
#define MT_TESTS_ROUTES_H

#include "routing/router.h"

/** "GET /a", or a pattern alone for GET. `text` must outlive the result. */
mt__route route_of(const char *text);
/** A frozen router of `count` routes as route_of reads them. */
mt__router *router_of(const char *const *routes, size_t count);
/** Searches `path` in memory that ends where the path ends, so that a sanitizer sees a read too
 * far, and tells "pattern name=value name=value", "none GET,HEAD" with the allowed methods, or
 * "malformed". Lifetime: until the next call. */
const char *tell_search(const mt__router *router, mt_method method, mt_slice path);

#endif
