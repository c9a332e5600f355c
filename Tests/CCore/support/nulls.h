/** Calls whose arguments are taken away one by one: where NULL may be given, the call does not
 * mind; where it may not, it says so. */
#ifndef MT_TESTS_NULLS_H
#define MT_TESTS_NULLS_H

#include <martlet.h>

/** What a call may take. Each stands for one argument; of none a call has two. */
enum {
  NULLS_SERVER = 1,
  NULLS_REQUEST = 2,
  NULLS_RESPONSE = 4,
  NULLS_EXCHANGE = 8,
  NULLS_NAME = 16,  /* a slice with a size and no bytes */
  NULLS_VALUE = 32, /* another one */
  NULLS_RESULT = 64,
  NULLS_CALLBACK = 128,
  NULLS_USER_DATA = 256,
  NULLS_DESTROY = 512,
  NULLS_OPTIONS = 1024,
  NULLS_ERROR = 2048,
  NULLS_END = 4096,
};

typedef struct nulls {
  mt_server *server;
  mt_request *request;
  mt_response *response;
  mt_exchange *exchange;
  mt_slice name, value;
  void *result; /* room for anything that a call fills, a struct_size in front */
  mt_handler_fn handler;
  mt_error_handler_fn error_handler;
  mt_exchange_fn exchange_callback;
  mt_body_fn body_callback;
  mt_inject_fn inject_callback;
  void *user_data;
  mt_destroy_fn destroy;
  const void *options;
  mt_error *error;
} nulls;

typedef struct nulls_call {
  const char *name;
  /** MT_ERROR_INVALID_ARGUMENT where the call says so, or has the neutral value as its result. */
  mt_status (*make)(const nulls *with);
  unsigned must; /* be there */
  unsigned may;
} nulls_call;

/** For a call that returns no status. */
static inline mt_status nulls_judge(bool is_neutral) {
  return is_neutral ? MT_ERROR_INVALID_ARGUMENT : MT_OK;
}

/** Calls once with all there is of `all`, which nothing but `which` (0: nothing) is taken from, and
 * asserts how it ends: also that the error has a message and that what was to be destroyed is. */
void nulls_make(const nulls_call *call, const nulls *all, unsigned which);
/** Asserts that `calls` has a call for each function of the library's recorded interface that is
 * `ours` and takes a pointer, a slice or a callback, and that it takes each of them away. Thread:
 * the test's, with the repository's root as the working folder. */
void nulls_check_complete(const nulls_call *calls, size_t count, bool (*ours)(const char *name));

#endif
