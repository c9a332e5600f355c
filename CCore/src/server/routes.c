#include "../base/status.h"
#include "../connection/response.h"
#include "../content/files.h"
#include "../http/conditions.h"
#include "../http/date.h"
#include "server.h"

static mt_status check(const mt_server *server, const mt__route *route, mt_error *error) {
  if (route->dispatch == MT_DISPATCH_WORKER && route->body_mode == MT_BODY_STREAM)
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "route %.*s: a worker route takes the body whole, not as a stream",
                         (int)route->pattern.size, route->pattern.data);
  if (route->dispatch == MT_DISPATCH_WORKER && server->shared->config.workers == 0)
    return mt__error_set(error, MT_ERROR_INVALID_ARGUMENT,
                         "route %.*s: needs workers, and the server has 0 of them",
                         (int)route->pattern.size, route->pattern.data);
  return MT_OK;
}

mt_status mt__server_route(mt_server *server, const mt__route *route, mt_error *error) {
  mt_status status;
  if (!mt__server_is_open(server))
    status = mt__error_set(error, MT_ERROR_INVALID_STATE,
                           "the server has started; routes are registered before start");
  else
    status = check(server, route, error);
  if (status == MT_OK) status = mt__router_add(server->shared->router, route, error);
  if (status != MT_OK && route->destroy) route->destroy(route->user_data);
  return status;
}

/* --- files: RFC 9110 §8.8, §13 --- */

static void describe_file(mt_response *response, const mt__file *file) {
  char date[MT__DATE_SIZE];
  mt__date_format(date, file->modified_seconds);
  mt__response_field_add(response, MT_SLICE("Content-Type"), file->media_type);
  mt__response_field_add(response, MT_SLICE("Last-Modified"), (mt_slice){date, sizeof date});
}

/** Who has the file is told by which tag it is known, and no more: RFC 9110 §15.4.5. */
static void answer_unchanged(mt_response *response) {
  mt__response_drop_body(response);
  response->status = 304;
}

static void serve_file(mt_request *request, mt_response *response, void *user_data) {
  mt_slice path = request->match.parameters[0];
  mt__file file;
  mt_exchange *exchange = mt__exchange_of_request(request);
  mt_status status = mt__files_open(user_data, path, &file);
  if (status != MT_OK) {
    exchange->shard->shared->service->fail(exchange, status == MT_ERROR_NOT_FOUND ? 404 : 503);
    return;
  }
  /* Nothing was modified after it is sent: RFC 9110 §8.8.2.1. */
  int64_t now = exchange->shard->preset_second;
  if (file.modified_seconds > now) file.modified_seconds = now;
  mt_slice etag = {file.etag, file.etag_size};
  mt__response_body_file(response, (mt__file_part){file.descriptor, 0, file.size});
  int answer = mt__conditions_evaluate(&request->head, etag, file.modified_seconds, now);
  if (answer == 412) {
    exchange->shard->shared->service->fail(exchange, 412);
    return;
  }
  if (answer == 304)
    answer_unchanged(response);
  else
    describe_file(response, &file);
  mt__response_field_add(response, MT_SLICE("ETag"), etag);
}

static void destroy_files(void *files) {
  mt__files_destroy(files);
}

static mt_status make_pattern(mt_server *server, mt_slice prefix, mt_slice *pattern) {
  mt_slice rest = MT_SLICE("/{path...}");
  while (prefix.size && prefix.data[prefix.size - 1] == '/') prefix.size--;
  char *text = mt__allocate(&server->shared->allocator, prefix.size + rest.size);
  if (!text) return MT_ERROR_NO_MEMORY;
  if (prefix.size) memcpy(text, prefix.data, prefix.size);
  memcpy(text + prefix.size, rest.data, rest.size);
  *pattern = (mt_slice){text, prefix.size + rest.size};
  return MT_OK;
}

mt_status mt__server_files(mt_server *server, mt_slice prefix, mt_slice root, mt_error *error) {
  mt__files *files;
  const mt_allocator *allocator = &server->shared->allocator;
  mt_status status = mt__files_create(allocator, root, &files, error);
  if (status != MT_OK) return status;
  mt__route route = {
      .method = MT_METHOD_GET, .handler = serve_file, .user_data = files, .destroy = destroy_files};
  status = make_pattern(server, prefix, &route.pattern);
  if (status != MT_OK) {
    mt__files_destroy(files);
    return mt__error_set(error, status, "no memory for a route");
  }
  status = mt__server_route(server, &route, error);
  mt__deallocate(allocator, (void *)(uintptr_t)route.pattern.data);
  return status;
}
