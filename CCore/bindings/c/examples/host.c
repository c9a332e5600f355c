/* What a host may want to decide for itself: where memory comes from, where log lines go, who makes
 * the threads. The server runs on the host's first thread, a second one completes exchanges, and a
 * third waits for the signal. At the end the program counts what came back.
 *   GET /hello   answered on the reactor
 *   GET /worker  answered on a worker
 *   GET /later   answered by the host's second thread
 *   GET /forget  not answered: 500, and a line in the log */
#include <martlet.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- memory --- */

typedef struct counted_heap {
  atomic_ulong taken, given_back;
} counted_heap;

static void *allocate(size_t size, void *user_data) {
  counted_heap *heap = user_data;
  void *block = malloc(size);
  if (block) atomic_fetch_add(&heap->taken, 1);
  return block;
}

static void *reallocate(void *block, size_t size, void *user_data) {
  counted_heap *heap = user_data;
  void *moved = realloc(block, size);
  if (moved && !block) atomic_fetch_add(&heap->taken, 1);
  return moved;
}

static void deallocate(void *block, void *user_data) {
  counted_heap *heap = user_data;
  if (block) atomic_fetch_add(&heap->given_back, 1);
  free(block);
}

/* --- threads --- */

enum { THREADS_MAX = 16 };

typedef struct host_thread {
  pthread_t thread;
  void (*run)(void *argument);
  void *argument;
} host_thread;

typedef struct thread_list {
  host_thread threads[THREADS_MAX];
  int count;
} thread_list;

static void *run_thread(void *user_data) {
  const host_thread *own = user_data;
  own->run(own->argument);
  return NULL;
}

/* An mt_thread_spawn_fn. The signals are blocked in every thread: it inherits that. */
static int spawn(const char *name, void (*run)(void *argument), void *argument, void *user_data) {
  (void)name;
  thread_list *list = user_data;
  if (list->count == THREADS_MAX) return EAGAIN;
  host_thread *made = &list->threads[list->count];
  made->run = run;
  made->argument = argument;
  int failure = pthread_create(&made->thread, NULL, run_thread, made);
  if (failure == 0) list->count++;
  return failure;
}

static void join_all(const thread_list *list) {
  for (int i = 0; i < list->count; i++) pthread_join(list->threads[i].thread, NULL);
}

/* --- the log --- */

static void log_line(mt_log_level level, mt_slice message, void *user_data) {
  (void)user_data;
  const char *const names[] = {"debug", "info", "warning", "error"};
  fprintf(stderr, "host: %s: %.*s\n", names[level], (int)message.size, message.data);
}

/* --- the desk, where exchanges wait for the host's second thread --- */

enum { DESK_MAX = 64 };

typedef struct desk {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  mt_exchange *waiting[DESK_MAX];
  int count;
  bool is_closed;
} desk;

static void answer_later(mt_request *request, mt_response *response, void *user_data) {
  desk *filled = user_data;
  pthread_mutex_lock(&filled->lock);
  if (filled->count == DESK_MAX)
    mt_response_status_set(response, 503);
  else if (mt_request_defer(request, &filled->waiting[filled->count]) == MT_OK)
    filled->count++;
  pthread_cond_signal(&filled->changed);
  pthread_mutex_unlock(&filled->lock);
}

/* Waits for one; NULL when the desk is closed and empty. */
static mt_exchange *take(desk *emptied) {
  mt_exchange *taken = NULL;
  pthread_mutex_lock(&emptied->lock);
  while (emptied->count == 0 && !emptied->is_closed)
    pthread_cond_wait(&emptied->changed, &emptied->lock);
  if (emptied->count > 0) taken = emptied->waiting[--emptied->count];
  pthread_mutex_unlock(&emptied->lock);
  return taken;
}

static void complete_each(void *user_data) {
  mt_exchange *exchange;
  while ((exchange = take(user_data)) != NULL) {
    mt_response_body_borrow(mt_exchange_response(exchange), MT_SLICE("later"), NULL, NULL);
    mt_exchange_complete(exchange);
    mt_exchange_release(exchange);
  }
}

static void close_desk(desk *closed) {
  pthread_mutex_lock(&closed->lock);
  closed->is_closed = true;
  pthread_cond_signal(&closed->changed);
  pthread_mutex_unlock(&closed->lock);
}

/* --- the server --- */

static void answer_hello(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_borrow(response, MT_SLICE("Hello, World!"), NULL, NULL);
}

static void forget(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)response, (void)user_data;
}

typedef struct host {
  counted_heap heap;
  thread_list threads;
  desk desk;
  sigset_t signals;
  mt_server *server;
} host;

static void drain_at_signal(void *user_data) {
  const host *own = user_data;
  int received;
  sigwait(&own->signals, &received);
  mt_server_drain(own->server, 0);
}

static mt_status create(host *own, mt_error *error) {
  const mt_allocator allocator = {allocate, reallocate, deallocate, &own->heap};
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.reactors = 2; /* the first runs on the host's thread */
  config.workers = 2;
  config.allocator = &allocator;
  config.log = log_line;
  config.spawn_thread = spawn;
  config.spawn_thread_user_data = &own->threads;
  return mt_server_create(&config, &own->server, error);
}

static mt_status add_routes(host *own, mt_error *error) {
  mt_route_options on_worker;
  mt_route_options_init(&on_worker, sizeof on_worker);
  on_worker.dispatch = MT_DISPATCH_WORKER;
  const struct {
    mt_slice pattern;
    mt_handler_fn handler;
    const mt_route_options *options;
  } routes[] = {
      {MT_SLICE("/hello"), answer_hello, NULL},
      {MT_SLICE("/worker"), answer_hello, &on_worker},
      {MT_SLICE("/later"), answer_later, NULL},
      {MT_SLICE("/forget"), forget, NULL},
  };
  mt_status status = MT_OK;
  for (size_t i = 0; i < sizeof routes / sizeof routes[0] && status == MT_OK; i++)
    status = mt_server_route(own->server, MT_METHOD_GET, routes[i].pattern, routes[i].handler,
                             &own->desk, NULL, routes[i].options, error);
  return status;
}

static bool start_host_threads(host *own) {
  return spawn("desk", complete_each, &own->desk, &own->threads) == 0 &&
         spawn("signals", drain_at_signal, own, &own->threads) == 0;
}

static mt_status serve(host *own, mt_error *error) {
  mt_status status = create(own, error);
  if (status == MT_OK) status = add_routes(own, error);
  if (status == MT_OK) status = mt_server_listen_tcp(own->server, MT_SLICE("127.0.0.1"), 0, error);
  if (status != MT_OK) return status;
  if (!start_host_threads(own)) return MT_ERROR_SYSTEM;
  printf("%u\n", mt_server_port(own->server, 0));
  fflush(stdout);
  return mt_server_run(own->server, error);
}

int main(void) {
  host own = {.desk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}};
  sigemptyset(&own.signals);
  sigaddset(&own.signals, SIGTERM);
  sigaddset(&own.signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &own.signals, NULL);
  mt_error error = {.struct_size = sizeof error};
  mt_status status = serve(&own, &error);
  if (status != MT_OK) {
    fprintf(stderr, "%s\n", error.message);
    kill(getpid(), SIGTERM); /* whoever waits for it goes home */
  }
  close_desk(&own.desk);
  join_all(&own.threads);
  mt_server_destroy(own.server);
  unsigned long taken = atomic_load(&own.heap.taken), back = atomic_load(&own.heap.given_back);
  printf("%d threads joined, %lu blocks taken, %lu given back\n", own.threads.count, taken, back);
  return status == MT_OK && taken == back ? 0 : 1;
}
