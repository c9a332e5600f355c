#include "response.h"

#include "../base/slice.h"
#include "../http/field_names.h"
#include "../http/words.h"

enum { FIRST_FIELDS_BYTES = 256 };

static bool reserve(mt_response *response, size_t room) {
  if (room <= response->fields_capacity - response->fields_size) return true;
  size_t capacity = response->fields_capacity ? response->fields_capacity : FIRST_FIELDS_BYTES;
  while (capacity < response->fields_size + room) capacity *= 2;
  char *larger = mt__arena_allocate(&mt__exchange_of_response(response)->arena, capacity);
  if (!larger) return false;
  if (response->fields_size) memcpy(larger, response->fields, response->fields_size);
  response->fields = larger;
  response->fields_capacity = (uint32_t)capacity;
  return true;
}

/** Fields about the message's framing and the connection are the server's: RFC 9110 §7.6.1, RFC
 * 9112 §6. */
static bool is_servers(mt__field_id id) {
  return id == MT__FIELD_CONNECTION || id == MT__FIELD_CONTENT_LENGTH ||
         id == MT__FIELD_TRANSFER_ENCODING || id == MT__FIELD_DATE || id == MT__FIELD_SERVER ||
         id == MT__FIELD_KEEP_ALIVE;
}

static void append_line(mt_response *response, mt_slice name, mt_slice value) {
  char *out = response->fields + response->fields_size;
  memcpy(out, name.data, name.size);
  out += name.size;
  memcpy(out, ": ", 2);
  out += 2;
  if (value.size) memcpy(out, value.data, value.size);
  out += value.size;
  memcpy(out, "\r\n", 2);
  response->fields_size += (uint32_t)(name.size + value.size + 4);
}

mt_status mt__response_field_add(mt_response *response, mt_slice name, mt_slice value) {
  if (!mt__is_token(name) || !mt__is_field_value(value)) return MT_ERROR_INVALID_ARGUMENT;
  mt__field_id id = mt__field_lookup(name);
  bool says_close = id == MT__FIELD_CONNECTION && mt__slice_equal_nocase(value, MT_SLICE("close"));
  if (is_servers(id) && !says_close) return MT_ERROR_INVALID_ARGUMENT;
  if (says_close) {
    response->is_set = response->wants_close = true;
    return MT_OK;
  }
  size_t left = MT__FIELDS_BYTES - response->fields_size;
  if (name.size > left || value.size > left || name.size + value.size + 4 > left)
    return MT_ERROR_LIMIT;
  if (!reserve(response, name.size + value.size + 4)) return MT_ERROR_NO_MEMORY;
  append_line(response, name, value);
  response->is_set = true;
  return MT_OK;
}

/** The line at `offset`: its name and value, and where the next begins. */
static mt_field line_at(const mt_response *response, uint32_t offset, uint32_t *next) {
  mt_slice rest = {response->fields + offset, response->fields_size - offset};
  const char *end = memchr(rest.data, '\r', rest.size);
  const char *colon = memchr(rest.data, ':', rest.size);
  *next = offset + (uint32_t)(end - rest.data) + 2;
  return (mt_field){{rest.data, (size_t)(colon - rest.data)},
                    {colon + 2, (size_t)(end - colon - 2)}};
}

mt_status mt__response_field_remove(mt_response *response, mt_slice name) {
  if (mt__field_lookup(name) == MT__FIELD_CONNECTION) response->wants_close = false;
  uint32_t kept = 0;
  for (uint32_t offset = 0, next; offset < response->fields_size; offset = next) {
    mt_field field = line_at(response, offset, &next);
    if (mt__slice_equal_nocase(field.name, name)) continue;
    memmove(response->fields + kept, response->fields + offset, next - offset);
    kept += next - offset;
  }
  response->fields_size = kept;
  return MT_OK;
}

bool mt__response_field_get(const mt_response *response, mt_slice name, mt_slice *value) {
  for (uint32_t offset = 0, next; offset < response->fields_size; offset = next) {
    mt_field field = line_at(response, offset, &next);
    if (!mt__slice_equal_nocase(field.name, name)) continue;
    *value = field.value;
    return true;
  }
  *value = (mt_slice){NULL, 0};
  return false;
}

mt_status mt__response_body_copy(mt_response *response, mt_slice bytes) {
  mt_slice copy = {NULL, 0};
  mt__arena *arena = &mt__exchange_of_response(response)->arena;
  if (bytes.size && !mt__arena_copy(arena, bytes, &copy)) return MT_ERROR_NO_MEMORY;
  mt__response_drop_body(response);
  response->is_set = true;
  response->body_kind = MT__BODY_ARENA;
  response->body = copy;
  return MT_OK;
}

void mt__response_body_borrow(mt_response *response, mt_slice bytes, mt_destroy_fn done,
                              void *user_data) {
  mt__response_drop_body(response);
  response->is_set = true;
  response->body_kind = MT__BODY_BORROWED;
  response->body = bytes;
  response->body_done = done;
  response->body_user_data = user_data;
}

void mt__response_body_file(mt_response *response, mt__file_part part) {
  mt__response_drop_body(response);
  response->is_set = true;
  response->body_kind = MT__BODY_FILE;
  response->file = part;
}
