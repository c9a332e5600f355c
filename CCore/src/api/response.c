#include "../connection/response.h"
#include "../base/slice.h"

#include <unistd.h>

static mt_status check(const mt_response *response) {
  return response ? mt__response_check_open(response) : MT_ERROR_INVALID_ARGUMENT;
}

mt_status mt_response_status_set(mt_response *response, int http_status) {
  mt_status status = check(response);
  if (status != MT_OK) return status;
  if (http_status < 200 || http_status > 599) return MT_ERROR_INVALID_ARGUMENT;
  response->status = http_status;
  response->is_set = true;
  return MT_OK;
}

int mt_response_status_get(const mt_response *response) {
  return response ? response->status : 0;
}

static mt_status check_field(const mt_response *response, mt_slice name, mt_slice value) {
  if (!mt__slice_is_valid(name) || !mt__slice_is_valid(value)) return MT_ERROR_INVALID_ARGUMENT;
  return check(response);
}

mt_status mt_response_field_add(mt_response *response, mt_slice name, mt_slice value) {
  mt_status status = check_field(response, name, value);
  return status == MT_OK ? mt__response_field_add(response, name, value) : status;
}

/** Adds first, so that a refused value leaves the old field: the new line is the last, and moves
 * into no one's place. */
mt_status mt_response_field_set(mt_response *response, mt_slice name, mt_slice value) {
  mt_status status = check_field(response, name, value);
  if (status != MT_OK) return status;
  uint32_t before = response->fields_size;
  status = mt__response_field_add(response, name, value);
  bool is_only = before == 0 || response->fields_size == before;
  if (status != MT_OK || is_only) return status;
  uint32_t line = response->fields_size - before;
  response->fields_size = before;
  uint32_t after;
  mt__response_field_remove(response, name);
  after = response->fields_size;
  memmove(response->fields + after, response->fields + before, line);
  response->fields_size = after + line;
  return MT_OK;
}

mt_status mt_response_field_remove(mt_response *response, mt_slice name) {
  mt_status status = check_field(response, name, name);
  return status == MT_OK ? mt__response_field_remove(response, name) : status;
}

bool mt_response_field_get(const mt_response *response, mt_slice name, mt_slice *value) {
  mt_slice found = {NULL, 0};
  bool is_there =
      response && mt__slice_is_valid(name) && mt__response_field_get(response, name, &found);
  if (value) *value = found;
  return is_there;
}

mt_status mt_response_body_copy(mt_response *response, mt_slice bytes) {
  if (!mt__slice_is_valid(bytes)) return MT_ERROR_INVALID_ARGUMENT;
  mt_status status = check(response);
  return status == MT_OK ? mt__response_body_copy(response, bytes) : status;
}

mt_status mt_response_body_borrow(mt_response *response, mt_slice bytes, mt_destroy_fn done,
                                  void *user_data) {
  mt_status status = mt__slice_is_valid(bytes) ? check(response) : MT_ERROR_INVALID_ARGUMENT;
  if (status == MT_OK)
    mt__response_body_borrow(response, bytes, done, user_data);
  else if (done)
    done(user_data);
  return status;
}

mt_status mt_response_body_file(mt_response *response, int descriptor, uint64_t offset,
                                uint64_t length) {
  mt_status status = descriptor >= 0 ? check(response) : MT_ERROR_INVALID_ARGUMENT;
  if (status == MT_OK && (offset > INT64_MAX || length > INT64_MAX - offset))
    status = MT_ERROR_INVALID_ARGUMENT;
  if (status == MT_OK)
    mt__response_body_file(response, (mt__file_part){descriptor, offset, length});
  else if (descriptor >= 0)
    close(descriptor);
  return status;
}

mt_status mt_response_fail(mt_response *response, int http_status) {
  mt_status status = check(response);
  if (status != MT_OK) return status;
  if (http_status < 400 || http_status > 599) return MT_ERROR_INVALID_ARGUMENT;
  mt_exchange *exchange = mt__exchange_of_response(response);
  exchange->shard->shared->service->fail(exchange, http_status);
  return MT_OK;
}
