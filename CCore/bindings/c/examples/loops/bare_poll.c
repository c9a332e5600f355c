/* The server inside a loop that the host has anyway, here a bare poll(2): one thread serves HTTP
 * and reads lines from stdin, so that handlers and host share what they know without a lock. GET
 * /line    the last line that came GET /next    the next line, once it comes GET /thread  whether a
 * handler runs on the loop's thread */
#include <martlet.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, WAITING_MAX = 64 };

typedef struct host {
  mt_server *server;
  pthread_t thread;
  bool has_input;
  char line[LINE_BYTES];
  size_t line_size;
  mt_exchange *waiting[WAITING_MAX];
  size_t waiting_count;
} host;

/* --- handlers, called from inside mt_server_poll --- */

static void answer_line(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  const host *known = user_data;
  mt_response_body_copy(response, (mt_slice){known->line, known->line_size});
}

static void answer_next(mt_request *request, mt_response *response, void *user_data) {
  host *known = user_data;
  if (!known->has_input || known->waiting_count == WAITING_MAX)
    mt_response_status_set(response, 503);
  else if (mt_request_defer(request, &known->waiting[known->waiting_count]) == MT_OK)
    known->waiting_count++;
}

static void answer_thread(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  const host *known = user_data;
  bool is_shared = pthread_equal(pthread_self(), known->thread);
  mt_response_body_borrow(response, is_shared ? MT_SLICE("the host's") : MT_SLICE("another"), NULL,
                          NULL);
}

/* --- the host's own work --- */

static void answer_waiting(host *own, int http_status) {
  for (size_t i = 0; i < own->waiting_count; i++) {
    mt_response *response = mt_exchange_response(own->waiting[i]);
    mt_response_status_set(response, http_status);
    mt_response_body_copy(response, (mt_slice){own->line, own->line_size});
    mt_exchange_complete(own->waiting[i]);
    mt_exchange_release(own->waiting[i]);
  }
  own->waiting_count = 0;
}

static void read_lines(host *own) {
  ssize_t size = read(STDIN_FILENO, own->line, sizeof own->line);
  own->has_input = size > 0;
  own->line_size = size > 0 ? (size_t)size : 0;
  if (own->line_size && own->line[own->line_size - 1] == '\n') own->line_size--;
  answer_waiting(own, own->has_input ? 200 : 503);
}

/* --- the loop --- */

static int signal_pipe[2];

static void note_signal(int number) {
  (void)number;
  if (write(signal_pipe[1], "", 1) < 0) return; /* full: it is noted already */
}

static bool watch_signals(void) {
  if (pipe(signal_pipe) != 0) return false;
  struct sigaction action = {.sa_handler = note_signal};
  return sigaction(SIGTERM, &action, NULL) == 0 && sigaction(SIGINT, &action, NULL) == 0;
}

static void begin_end(host *own) {
  char octet;
  if (read(signal_pipe[0], &octet, 1) == 1) mt_server_drain(own->server, 0);
}

/* A drained server goes on being polled, until it says that it has ended. */
static void turn(host *own) {
  while (mt_server_poll(own->server) == MT_OK) {
    struct pollfd watched[] = {
        {mt_server_poll_descriptor(own->server), POLLIN, 0},
        {signal_pipe[0], POLLIN, 0},
        {own->has_input ? STDIN_FILENO : -1, POLLIN, 0}, /* -1: not watched */
    };
    if (poll(watched, 3, mt_server_poll_timeout_ms(own->server)) < 0) continue;
    if (watched[1].revents) begin_end(own);
    if (watched[2].revents) read_lines(own);
  }
}

static mt_status add_routes(host *own, mt_error *error) {
  const struct {
    mt_slice pattern;
    mt_handler_fn handler;
  } routes[] = {
      {MT_SLICE("/line"), answer_line},
      {MT_SLICE("/next"), answer_next},
      {MT_SLICE("/thread"), answer_thread},
  };
  mt_status status = MT_OK;
  for (size_t i = 0; i < sizeof routes / sizeof routes[0] && status == MT_OK; i++)
    status = mt_server_route(own->server, MT_METHOD_GET, routes[i].pattern, routes[i].handler, own,
                             NULL, NULL, error);
  return status;
}

static mt_status start(host *own, mt_error *error) {
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.reactors = 1;           /* turned by the host: no thread */
  config.workers = 0;            /* none either */
  config.handler_warning_ms = 0; /* nor one that watches */
  config.header_timeout_ms = 1000;
  mt_status status = mt_server_create(&config, &own->server, error);
  if (status == MT_OK) status = add_routes(own, error);
  if (status == MT_OK) status = mt_server_listen_tcp(own->server, MT_SLICE("127.0.0.1"), 0, error);
  if (status == MT_OK) status = mt_server_start_polled(own->server, error);
  return status;
}

int main(void) {
  host own = {.thread = pthread_self(), .has_input = true};
  mt_error error = {.struct_size = sizeof error};
  if (!watch_signals()) return 1;
  mt_status status = start(&own, &error);
  if (status == MT_OK) {
    printf("%u\n", mt_server_port(own.server, 0));
    fflush(stdout);
    turn(&own);
    answer_waiting(&own, 503);
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  mt_server_destroy(own.server);
  return status == MT_OK ? 0 : 1;
}
