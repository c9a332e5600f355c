#include "../base/growth.h"
#include "../base/status.h"
#include "../server/server.h"

/* The first version ended with max_body_bytes. */
enum { OLDEST_OPTIONS_SIZE = offsetof(mt_route_options, max_body_bytes) + sizeof(uint64_t) };

mt_status mt_route_options_init(mt_route_options *options, size_t struct_size) {
  if (!options || struct_size < sizeof(size_t)) return MT_ERROR_INVALID_ARGUMENT;
  const mt_route_options defaults = {.dispatch = MT_DISPATCH_INLINE, .body_mode = MT_BODY_WHOLE};
  memset(options, 0, struct_size);
  memcpy(options, &defaults, struct_size < sizeof defaults ? struct_size : sizeof defaults);
  options->struct_size = struct_size;
  return MT_OK;
}

static mt_status refuse(mt_error *error, mt_destroy_fn destroy, void *user_data, const char *why) {
  if (destroy) destroy(user_data);
  return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT, "%s", why);
}

static mt_status refuse_late(mt_error *error, mt_destroy_fn destroy, void *user_data) {
  if (destroy) destroy(user_data);
  return mt__error_set(error, MT_ERROR_INVALID_STATE,
                       "the server has started; handlers are set before start");
}

static const char *find_fault(const mt_server *server, mt_method method, mt_slice pattern,
                              mt_handler_fn handler, const mt_route_options *options) {
  if (!server) return "server is NULL";
  if (!handler) return "handler is NULL";
  if (!pattern.data) return "pattern is NULL";
  if (method <= MT_METHOD_UNKNOWN || method > MT_METHOD_PATCH)
    return "method is none that a route can have; allowed is MT_METHOD_GET to MT_METHOD_PATCH";
  if (method == MT_METHOD_CONNECT) return "method CONNECT is answered 501: no route can have it";
  if (!options) return NULL;
  if (options->struct_size < OLDEST_OPTIONS_SIZE)
    return "options.struct_size is too small: call mt_route_options_init first";
  if (mt__says_unknown(options, options->struct_size, sizeof *options))
    return "options say something that this version does not know: what is behind its own size "
           "must be 0";
  if (options->dispatch != MT_DISPATCH_INLINE && options->dispatch != MT_DISPATCH_WORKER)
    return "options.dispatch is neither MT_DISPATCH_INLINE nor MT_DISPATCH_WORKER";
  if (options->body_mode != MT_BODY_WHOLE && options->body_mode != MT_BODY_STREAM)
    return "options.body_mode is neither MT_BODY_WHOLE nor MT_BODY_STREAM";
  return NULL;
}

mt_status mt_server_route(mt_server *server, mt_method method, mt_slice pattern,
                          mt_handler_fn handler, void *user_data, mt_destroy_fn destroy,
                          const mt_route_options *options, mt_error *error) {
  const char *fault = find_fault(server, method, pattern, handler, options);
  if (fault) return refuse(error, destroy, user_data, fault);
  mt__route route = {.pattern = pattern,
                     .method = method,
                     .handler = handler,
                     .user_data = user_data,
                     .destroy = destroy};
  if (options) {
    route.dispatch = options->dispatch;
    route.body_mode = options->body_mode;
    route.max_body_bytes = options->max_body_bytes;
  }
  return mt__server_route(server, &route, error);
}

mt_status mt_server_files(mt_server *server, mt_slice prefix, mt_slice root, mt_error *error) {
  if (!server || !prefix.data || !root.data)
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT, "server, prefix or root is NULL");
  return mt__server_files(server, prefix, root, error);
}

mt_status mt_server_fallback(mt_server *server, mt_handler_fn handler, void *user_data,
                             mt_destroy_fn destroy, mt_error *error) {
  if (!server || !handler) return refuse(error, destroy, user_data, "server or handler is NULL");
  if (!mt__server_is_open(server)) return refuse_late(error, destroy, user_data);
  mt__route *fallback = &server->shared->fallback;
  mt__route before = *fallback;
  fallback->handler = handler;
  fallback->user_data = user_data;
  fallback->destroy = destroy;
  if (before.destroy) before.destroy(before.user_data);
  return MT_OK;
}

mt_status mt_server_error_handler(mt_server *server, mt_error_handler_fn handler, void *user_data,
                                  mt_destroy_fn destroy, mt_error *error) {
  if (!server || !handler) return refuse(error, destroy, user_data, "server or handler is NULL");
  if (!mt__server_is_open(server)) return refuse_late(error, destroy, user_data);
  mt__shared *shared = server->shared;
  mt_destroy_fn destroy_before = shared->on_error_destroy;
  void *data_before = shared->on_error_data;
  shared->on_error = handler;
  shared->on_error_data = user_data;
  shared->on_error_destroy = destroy;
  if (destroy_before) destroy_before(data_before);
  return MT_OK;
}
