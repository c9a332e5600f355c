/* Routes that are refused at the call, before anything is kept of them. */
#include <martlet.h>

#include "support/check.h"
#include "support/host.h"

typedef struct request_for_route {
  mt_method method;
  mt_slice pattern;
  mt_handler_fn handler;
  mt_route_options options;
} request_for_route;

static request_for_route good_route(void) {
  request_for_route route = {MT_METHOD_GET, MT_SLICE("/a"), host_hello, {0}};
  assert_int_equal(mt_route_options_init(&route.options, sizeof route.options), MT_OK);
  return route;
}

/** Registers it, and asserts that its destructor ran as often as it was refused. */
static mt_status try_route(host *self, const request_for_route *route, mt_error *error) {
  int before = atomic_load(&self->destroyed);
  *error = (mt_error){.struct_size = sizeof *error};
  mt_status status =
      mt_server_route(host_server(self), route->method, route->pattern, route->handler, self,
                      host_count_destroyed, &route->options, error);
  assert_int_equal(atomic_load(&self->destroyed) - before, status == MT_OK ? 0 : 1);
  return status;
}

static void expect_refusal(host *self, const request_for_route *route, const char *reason) {
  mt_error error;
  assert_int_equal(try_route(self, route, &error), MT_ERROR_INVALID_ARGUMENT);
  if (!strstr(error.message, reason))
    print_error("\"%s\" says nothing of %s\n", error.message, reason);
  assert_non_null(strstr(error.message, reason));
}

static void refuses_what_no_route_can_be(void **state) {
  host *self = *state;
  request_for_route route = good_route();
  route.handler = NULL;
  expect_refusal(self, &route, "handler is NULL");
  route = good_route();
  route.pattern.data = NULL;
  expect_refusal(self, &route, "pattern is NULL");
  const int methods[] = {-1, MT_METHOD_UNKNOWN, MT_METHOD_PATCH + 1};
  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
    route = good_route();
    route.method = (mt_method)methods[i];
    expect_refusal(self, &route, "method is none");
  }
  route = good_route();
  route.method = MT_METHOD_CONNECT;
  expect_refusal(self, &route, "CONNECT");
}

static void refuses_options_that_were_not_made_by_init(void **state) {
  host *self = *state;
  request_for_route route = good_route();
  route.options.struct_size--;
  expect_refusal(self, &route, "mt_route_options_init");
  route = good_route();
  route.options.dispatch = (mt_dispatch)(MT_DISPATCH_WORKER + 1);
  expect_refusal(self, &route, "options.dispatch");
  route = good_route();
  route.options.body_mode = (mt_body_mode)(MT_BODY_STREAM + 1);
  expect_refusal(self, &route, "options.body_mode");
}

static void a_refused_route_leaves_its_place_free(void **state) {
  host *self = *state;
  mt_error error;
  request_for_route route = good_route();
  route.options.dispatch = (mt_dispatch)-1;
  expect_refusal(self, &route, "options.dispatch");
  route = good_route();
  assert_int_equal(try_route(self, &route, &error), MT_OK);
  assert_int_equal(try_route(self, &route, &error), MT_ERROR_CONFLICT);
  host_start(self);
  host_expect(self, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", 200, "hello");
  assert_int_equal(try_route(self, &route, &error), MT_ERROR_INVALID_STATE);
  host_destroy(self);
  assert_int_equal(atomic_load(&self->destroyed), 4); /* three refused, one served */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(refuses_what_no_route_can_be),
      HOST_TEST(refuses_options_that_were_not_made_by_init),
      HOST_TEST(a_refused_route_leaves_its_place_free),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
