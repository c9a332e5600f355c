/* NULL for each argument of every call that a host makes of its server, of one that was made right
 * otherwise. */
#include "support/check.h"
#include "support/host.h"
#include "support/nulls.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- before there is a server --- */

static mt_status config_init(const nulls *with) {
  return mt_server_config_init(with->result, sizeof(mt_server_config));
}

static mt_status options_init(const nulls *with) {
  return mt_route_options_init(with->result, sizeof(mt_route_options));
}

static mt_status create(const nulls *with) {
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  mt_status status = mt_server_create(with->options ? &config : NULL, with->result, with->error);
  if (status == MT_OK) mt_server_destroy(*(mt_server **)with->result);
  return status;
}

/* --- before it starts --- */

static mt_status route(const nulls *with) {
  return mt_server_route(with->server, MT_METHOD_GET, with->name, with->handler, with->user_data,
                         with->destroy, with->options, with->error);
}

static mt_status files(const nulls *with) {
  return mt_server_files(with->server, with->name, with->value, with->error);
}

static mt_status fallback(const nulls *with) {
  return mt_server_fallback(with->server, with->handler, with->user_data, with->destroy,
                            with->error);
}

static mt_status error_handler(const nulls *with) {
  return mt_server_error_handler(with->server, with->error_handler, with->user_data, with->destroy,
                                 with->error);
}

static mt_status listen_tcp(const nulls *with) {
  mt_slice name = MT_SLICE("127.0.0.1");
  if (!with->name.data) name.data = NULL;
  return mt_server_listen_tcp(with->server, name, 0, with->error);
}

static mt_status listen_unix(const nulls *with) {
  return mt_server_listen_unix(with->server, with->name, 0, with->error);
}

static int listening_socket(void) {
  struct sockaddr_in anywhere = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(descriptor, (struct sockaddr *)&anywhere, sizeof anywhere), 0);
  assert_int_equal(listen(descriptor, 1), 0);
  return descriptor;
}

/** What is refused is closed. */
static mt_status listen_descriptor(const nulls *with) {
  int descriptor = listening_socket();
  mt_status status = mt_server_listen_descriptor(with->server, descriptor, with->error);
  return status != MT_OK && fcntl(descriptor, F_GETFD) >= 0 ? MT_OK : status;
}

static mt_status listener_count(const nulls *with) {
  return nulls_judge(mt_server_listener_count(with->server) == 0);
}

static mt_status port(const nulls *with) {
  return nulls_judge(mt_server_port(with->server, 0) == 0);
}

static mt_status address(const nulls *with) {
  return nulls_judge(mt_server_address(with->server, 0, with->result, 16) == 0);
}

/* --- its life --- */

static mt_status start(const nulls *with) {
  return mt_server_start(with->server, with->error);
}

/** Of one that has stopped, which it says. */
static mt_status run(const nulls *with) {
  mt_server_stop(with->server);
  return mt_server_run(with->server, with->error);
}

static mt_status start_polled(const nulls *with) {
  return mt_server_start_polled(with->server, with->error);
}

static mt_status poll_descriptor(const nulls *with) {
  mt_server_start_polled(with->server, NULL);
  return nulls_judge(mt_server_poll_descriptor(with->server) < 0);
}

/** -1 is an answer, too. */
static mt_status poll_timeout_ms(const nulls *with) {
  int timeout_ms = mt_server_poll_timeout_ms(with->server);
  return nulls_judge(!with->server && timeout_ms == -1);
}

static mt_status poll_it(const nulls *with) {
  return mt_server_poll(with->server);
}

static mt_status drain(const nulls *with) {
  return mt_server_drain(with->server, 1);
}

static mt_status wait_for_it(const nulls *with) {
  return mt_server_wait(with->server, 0);
}

static mt_status stop(const nulls *with) {
  return mt_server_stop(with->server);
}

/** NULL is ignored. */
static mt_status destroy(const nulls *with) {
  if (!with->server) mt_server_destroy(with->server);
  return nulls_judge(!with->server);
}

static mt_status inject(const nulls *with) {
  return mt_server_inject(with->server, with->name, with->inject_callback, with->user_data);
}

static mt_status stats(const nulls *with) {
  return mt_server_stats(with->server, with->result);
}

enum { GIFT = NULLS_USER_DATA | NULLS_DESTROY };

static const nulls_call calls[] = {
    {"mt_server_config_init", config_init, NULLS_RESULT, 0},
    {"mt_route_options_init", options_init, NULLS_RESULT, 0},
    {"mt_server_create", create, NULLS_RESULT, NULLS_OPTIONS | NULLS_ERROR},
    {"mt_server_route", route, NULLS_SERVER | NULLS_NAME | NULLS_CALLBACK,
     GIFT | NULLS_OPTIONS | NULLS_ERROR},
    {"mt_server_files", files, NULLS_SERVER | NULLS_NAME | NULLS_VALUE, NULLS_ERROR},
    {"mt_server_fallback", fallback, NULLS_SERVER | NULLS_CALLBACK, GIFT | NULLS_ERROR},
    {"mt_server_error_handler", error_handler, NULLS_SERVER | NULLS_CALLBACK, GIFT | NULLS_ERROR},
    {"mt_server_listen_tcp", listen_tcp, NULLS_SERVER | NULLS_NAME, NULLS_ERROR},
    {"mt_server_listen_unix", listen_unix, NULLS_SERVER | NULLS_NAME, NULLS_ERROR},
    {"mt_server_listen_descriptor", listen_descriptor, NULLS_SERVER, NULLS_ERROR},
    {"mt_server_listener_count", listener_count, NULLS_SERVER, 0},
    {"mt_server_port", port, NULLS_SERVER, 0},
    {"mt_server_address", address, NULLS_SERVER | NULLS_RESULT, 0},
    {"mt_server_start", start, NULLS_SERVER, NULLS_ERROR},
    {"mt_server_run", run, NULLS_SERVER, NULLS_ERROR},
    {"mt_server_start_polled", start_polled, NULLS_SERVER, NULLS_ERROR},
    {"mt_server_poll_descriptor", poll_descriptor, NULLS_SERVER, 0},
    {"mt_server_poll_timeout_ms", poll_timeout_ms, NULLS_SERVER, 0},
    {"mt_server_poll", poll_it, NULLS_SERVER, 0},
    {"mt_server_drain", drain, NULLS_SERVER, 0},
    {"mt_server_wait", wait_for_it, NULLS_SERVER, 0},
    {"mt_server_stop", stop, NULLS_SERVER, 0},
    {"mt_server_destroy", destroy, NULLS_SERVER, 0},
    {"mt_server_inject", inject, NULLS_SERVER | NULLS_NAME | NULLS_CALLBACK, NULLS_USER_DATA},
    {"mt_server_stats", stats, NULLS_SERVER | NULLS_RESULT, 0},
};

enum { CALLS = sizeof calls / sizeof calls[0] };

/* --- each without each of its arguments --- */

/** All that no handler calls. */
static bool is_hosts(const char *name) {
  return strncmp(name, "mt_request_", 11) != 0 && strncmp(name, "mt_response_", 12) != 0 &&
         strncmp(name, "mt_exchange_", 12) != 0;
}

static void every_call_that_a_host_makes_is_tried(void **state) {
  (void)state;
  nulls_check_complete(calls, CALLS, is_hosts);
}

static void ignore_error(const mt_request *request, mt_response *response, int http_status,
                         void *user_data) {
  (void)request, (void)response, (void)http_status, (void)user_data;
}

static void ignore_output(mt_slice bytes, bool is_end, void *user_data) {
  (void)bytes, (void)is_end, (void)user_data;
}

/** Of a server of its own, which listens. */
static void try_call(host *self, const nulls_call *call, unsigned which) {
  mt_route_options options;
  union {
    mt_stats stats;
    mt_server_config config;
  } room = {.stats.struct_size = sizeof(mt_stats)};
  mt_route_options_init(&options, sizeof options);
  nulls all = {
      .server = host_server(self),
      .name = MT_SLICE("/nowhere/at/all"),
      .value = MT_SLICE("/nowhere"),
      .result = &room,
      .handler = host_hello,
      .error_handler = ignore_error,
      .inject_callback = ignore_output,
      .options = &options,
  };
  assert_int_equal(mt_server_listen_tcp(all.server, MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
  nulls_make(call, &all, which);
  host_destroy(self);
}

static void no_call_crashes_without_an_argument(void **state) {
  for (int i = 0; i < CALLS; i++) {
    try_call(*state, &calls[i], 0);
    for (unsigned which = 1; which < NULLS_END; which *= 2)
      if ((calls[i].must | calls[i].may) & which) try_call(*state, &calls[i], which);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_call_that_a_host_makes_is_tried),
      HOST_TEST(no_call_crashes_without_an_argument),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
