/* The server inside a libevent base that the host owns: its descriptor is an event among the
 * host's, its timeout a timer. (That the library uses libevent too is its own affair: the two never
 * meet.) GET /ticks   how often the host's own timer has fired GET /tick    the same, at its next
 * firing GET /thread  whether a handler runs on the loop's thread */
#include <event2/event.h>
#include <martlet.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

enum { TICK_MS = 20, WAITING_MAX = 64 };

typedef struct host {
  struct event_base *base;
  struct event *served, *timeout, *ticker, *terminated, *interrupted;
  mt_server *server;
  pthread_t thread;
  unsigned long ticks;
  mt_exchange *waiting[WAITING_MAX];
  size_t waiting_count;
} host;

/* --- handlers, called from inside mt_server_poll --- */

static void fill(mt_response *response, const host *known) {
  char text[32];
  int size = snprintf(text, sizeof text, "%lu", known->ticks);
  mt_response_body_copy(response, (mt_slice){text, (size_t)size});
}

static void answer_ticks(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  fill(response, user_data);
}

static void answer_tick(mt_request *request, mt_response *response, void *user_data) {
  host *known = user_data;
  if (known->waiting_count == WAITING_MAX)
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

/* --- the host's events --- */

static void tick(evutil_socket_t descriptor, short what, void *user_data) {
  (void)descriptor, (void)what;
  host *own = user_data;
  own->ticks++;
  for (size_t i = 0; i < own->waiting_count; i++) {
    fill(mt_exchange_response(own->waiting[i]), own);
    mt_exchange_complete(own->waiting[i]);
    mt_exchange_release(own->waiting[i]);
  }
  own->waiting_count = 0;
}

static void begin_end(evutil_socket_t descriptor, short what, void *user_data) {
  (void)descriptor, (void)what;
  const host *own = user_data;
  mt_server_drain(own->server, 0);
}

/* --- the server's two events --- */

static struct timeval milliseconds(int count) {
  return (struct timeval){count / 1000, count % 1000 * 1000};
}

static void arm_timeout(host *own) {
  int timeout_ms = mt_server_poll_timeout_ms(own->server);
  struct timeval timeout = milliseconds(timeout_ms);
  if (timeout_ms < 0)
    event_del(own->timeout);
  else
    event_add(own->timeout, &timeout);
}

/* Both the descriptor and the timer lead here. A server that has ended is watched no longer. */
static void serve(evutil_socket_t descriptor, short what, void *user_data) {
  (void)descriptor, (void)what;
  host *own = user_data;
  if (mt_server_poll(own->server) == MT_OK) {
    arm_timeout(own);
    return;
  }
  event_del(own->served);
  event_del(own->timeout);
  event_base_loopbreak(own->base);
}

static bool make_events(host *own) {
  own->served = event_new(own->base, mt_server_poll_descriptor(own->server), EV_READ | EV_PERSIST,
                          serve, own);
  own->timeout = evtimer_new(own->base, serve, own);
  own->ticker = event_new(own->base, -1, EV_PERSIST, tick, own);
  own->terminated = evsignal_new(own->base, SIGTERM, begin_end, own);
  own->interrupted = evsignal_new(own->base, SIGINT, begin_end, own);
  return own->served && own->timeout && own->ticker && own->terminated && own->interrupted;
}

static bool add_events(host *own) {
  struct timeval period = milliseconds(TICK_MS);
  arm_timeout(own);
  return event_add(own->served, NULL) == 0 && event_add(own->ticker, &period) == 0 &&
         event_add(own->terminated, NULL) == 0 && event_add(own->interrupted, NULL) == 0;
}

static void free_events(host *own) {
  struct event *events[] = {own->served, own->timeout, own->ticker, own->terminated,
                            own->interrupted};
  for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
    if (events[i]) event_free(events[i]);
}

/* --- the server --- */

static mt_status add_routes(host *own, mt_error *error) {
  const struct {
    mt_slice pattern;
    mt_handler_fn handler;
  } routes[] = {
      {MT_SLICE("/ticks"), answer_ticks},
      {MT_SLICE("/tick"), answer_tick},
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

static bool serve_until_signal(host *own) {
  if (!make_events(own) || !add_events(own)) return false;
  printf("%u\n", mt_server_port(own->server, 0));
  fflush(stdout);
  return event_base_dispatch(own->base) >= 0;
}

int main(void) {
  host own = {.base = event_base_new(), .thread = pthread_self()};
  if (!own.base) return 1;
  mt_error error = {.struct_size = sizeof error};
  mt_status status = start(&own, &error);
  if (status != MT_OK) fprintf(stderr, "%s\n", error.message);
  bool is_well = status == MT_OK && serve_until_signal(&own);
  free_events(&own); /* before the descriptor goes */
  mt_server_destroy(own.server);
  event_base_free(own.base);
  return is_well ? 0 : 1;
}
