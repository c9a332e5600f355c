#include "nulls.h"

#include <stdatomic.h>
#include <stdio.h>

#include "check.h"

/* --- one call --- */

static void take_away_callbacks(nulls *from) {
  from->handler = NULL;
  from->error_handler = NULL;
  from->exchange_callback = NULL;
  from->body_callback = NULL;
  from->inject_callback = NULL;
}

static void take_away(nulls *from, unsigned which) {
  if (which == NULLS_SERVER) from->server = NULL;
  if (which == NULLS_REQUEST) from->request = NULL;
  if (which == NULLS_RESPONSE) from->response = NULL;
  if (which == NULLS_EXCHANGE) from->exchange = NULL;
  if (which == NULLS_NAME) from->name.data = NULL;
  if (which == NULLS_VALUE) from->value.data = NULL;
  if (which == NULLS_RESULT) from->result = NULL;
  if (which == NULLS_CALLBACK) take_away_callbacks(from);
  if (which == NULLS_USER_DATA) from->user_data = NULL;
  if (which == NULLS_DESTROY) from->destroy = NULL;
  if (which == NULLS_OPTIONS) from->options = NULL;
  if (which == NULLS_ERROR) from->error = NULL;
}

static atomic_int destroyed;

static void count_destroyed(void *user_data) {
  (void)user_data;
  atomic_fetch_add(&destroyed, 1);
}

static void check_refusal(const nulls_call *call, const mt_error *error) {
  if (call->may & NULLS_DESTROY) assert_int_equal(atomic_load(&destroyed), 1);
  if (!(call->may & NULLS_ERROR)) return;
  assert_int_equal(error->status, MT_ERROR_INVALID_ARGUMENT);
  assert_non_null(strstr(error->message, "NULL"));
}

void nulls_make(const nulls_call *call, const nulls *all, unsigned which) {
  mt_error error = {.struct_size = sizeof error};
  nulls with = *all;
  with.user_data = &with;
  with.destroy = count_destroyed;
  with.error = &error;
  take_away(&with, which);
  atomic_store(&destroyed, 0);
  mt_status status = call->make(&with);
  bool is_refused = status == MT_ERROR_INVALID_ARGUMENT;
  if (is_refused != !!(call->must & which))
    print_error("%s without %u: %s\n", call->name, which, mt_status_name(status));
  assert_int_equal(is_refused, !!(call->must & which));
  if (is_refused) check_refusal(call, &error);
}

/* --- all of them --- */

/** Whether such a parameter may be NULL. */
static bool is_nullable(const char *type) {
  size_t size = strlen(type);
  return strchr(type, '*') || strcmp(type, "mt_slice") == 0 ||
         (size > 3 && strcmp(type + size - 3, "_fn") == 0);
}

static int count_nullable(char *parameters) {
  int count = 0;
  for (char *type = strtok(parameters, ","); type; type = strtok(NULL, ","))
    count += is_nullable(type + strspn(type, " "));
  return count;
}

static int count_bits(unsigned bits) {
  int count = 0;
  for (; bits; bits &= bits - 1) count++;
  return count;
}

static int count_taken_away(const nulls_call *calls, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(calls[i].name, name) == 0) return count_bits(calls[i].must | calls[i].may);
  return 0;
}

void nulls_check_complete(const nulls_call *calls, size_t count, bool (*ours)(const char *name)) {
  char line[512], name[64], parameters[256];
  size_t functions = 0;
  int faults = 0;
  FILE *interface = fopen("Tests/Lint/abi.txt", "r");
  assert_non_null(interface);
  while (fgets(line, sizeof line, interface)) {
    bool is_function = sscanf(line, "function %63[^:]: %*[^(](%255[^)]", name, parameters) == 2;
    if (!is_function || !ours(name)) continue;
    int wanted = count_nullable(parameters), found = count_taken_away(calls, count, name);
    functions += wanted > 0;
    if (wanted == found) continue;
    print_error("%s: %d arguments may be NULL, %d are tried\n", name, wanted, found);
    faults++;
  }
  fclose(interface);
  assert_int_equal(faults, 0);
  assert_int_equal(functions, count);
}
