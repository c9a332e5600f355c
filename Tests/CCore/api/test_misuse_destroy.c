/* A server destroyed in the midst of everything that a request may be: whoever holds a part of it
 * is told, and everything that was lent comes back once. */
#define _GNU_SOURCE /* memfd_create */

#include "support/check.h"
#include "support/host.h"
#include "support/soak.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define UPLOAD    "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nupload"
#define HALF      "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf"

enum { PIECE_BYTES = 40000, PIECES = 8, FILE_BYTES = 300000, CLIENTS = 4, ANSWERERS = 2 };

static atomic_int lent, given_back, cancelled, working, uploads, uploads_ended;
static atomic_bool is_over;
static char piece[PIECE_BYTES];
static int file;

static void give_back(void *user_data) {
  (void)user_data;
  atomic_fetch_add(&given_back, 1);
}

static void lend(mt_response *response) {
  atomic_fetch_add(&lent, 1);
  mt_response_body_borrow(response, (mt_slice){piece, PIECE_BYTES}, give_back, NULL);
}

/* --- handlers --- */

static void answer_lent(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  lend(response);
}

static void answer_file(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  mt_response_body_file(response, dup(file), 0, FILE_BYTES);
}

static void work(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  atomic_fetch_add(&working, 1);
  host_sleep_ms(2);
  lend(response);
  atomic_fetch_sub(&working, 1);
}

/** Takes the body, and answers at its end. Its one reference goes with the last call. */
static mt_flow take_piece(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)bytes, (void)status;
  mt_exchange *exchange = user_data;
  if (event != MT_BODY_END) return MT_FLOW_CONTINUE;
  mt_response_body_copy(mt_exchange_response(exchange), MT_SLICE("taken"));
  mt_exchange_complete(exchange);
  return MT_FLOW_CONTINUE;
}

static void end_upload(void *user_data) {
  atomic_fetch_add(&uploads_ended, 1);
  mt_exchange_release(user_data);
}

static void take_upload(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  atomic_fetch_add(&uploads, 1);
  mt_request_body_stream(request, take_piece, exchange, end_upload);
}

static void prepare_everything(host *self) {
  self->config.reactors = 2;
  host_route(self, "GET /lent", answer_lent);
  host_route(self, "GET /file", answer_file);
  host_route(self, "GET /later", host_hold);
  host_route(self, "GET /stream", host_hold);
  host_route_worker(self, "GET /worker", work);
  host_route_stream(self, "POST /upload", take_upload);
  assert_int_equal(mt_server_listen_tcp(self->server, MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
}

/* --- whoever answers later --- */

static mt_exchange *take_or_leave(host *self) {
  mt_exchange *exchange = NULL;
  pthread_mutex_lock(&self->mutex);
  if (self->held_first < self->held_last) exchange = self->held[self->held_first++ % HOST_HELD_MAX];
  pthread_mutex_unlock(&self->mutex);
  return exchange;
}

static void write_stream(mt_exchange *exchange) {
  atomic_fetch_add(&lent, 1);
  mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, NULL, NULL, give_back);
  for (int i = 0; i < PIECES; i++)
    if (mt_exchange_stream_write(exchange, (mt_slice){piece, PIECE_BYTES}) != MT_OK) break;
  mt_exchange_stream_end(exchange);
}

static void note_cancelled(mt_exchange *exchange, void *user_data) {
  (void)user_data;
  if (mt_exchange_is_cancelled(exchange)) atomic_fetch_add(&cancelled, 1);
}

static void answer(mt_exchange *exchange) {
  mt_slice path = mt_request_path(mt_exchange_request(exchange));
  atomic_fetch_add(&lent, 1);
  mt_exchange_on_cancel(exchange, note_cancelled, NULL, give_back);
  if (path.size == strlen("/stream")) {
    write_stream(exchange);
  } else {
    lend(mt_exchange_response(exchange));
    mt_exchange_complete(exchange);
  }
  mt_exchange_release(exchange);
}

/** Goes on until all that was held is let go of, behind the server's end too. */
static void *answer_all(void *user_data) {
  host *self = user_data;
  for (;;) {
    bool was_over = atomic_load(&is_over);
    mt_exchange *exchange = take_or_leave(self);
    if (exchange)
      answer(exchange);
    else if (was_over)
      return NULL;
    else
      host_sleep_ms(1);
  }
}

/* --- clients, who ask for all of it at once and read what comes --- */

static void *ask_for_everything(void *user_data) {
  static const char everything[] = GET("/lent") GET("/worker") GET("/later") GET("/file")
      UPLOAD GET("/stream") GET("/lent") GET("/later") GET("/stream") GET("/worker") HALF;
  char sink[65536];
  uint16_t port = *(uint16_t *)user_data;
  client peer;
  while (!atomic_load(&is_over) && client_try_connect(&peer, port)) {
    send(peer.socket, everything, sizeof everything - 1, MSG_NOSIGNAL);
    shutdown(peer.socket, SHUT_WR);
    while (recv(peer.socket, sink, sizeof sink, 0) > 0) continue;
    close(peer.socket);
  }
  return NULL;
}

typedef struct crowd {
  host *host;
  uint16_t port;
  pthread_t clients[CLIENTS], answerers[ANSWERERS];
} crowd;

static void crowd_start(crowd *self, host *owner) {
  self->host = owner;
  self->port = mt_server_port(owner->server, 0);
  atomic_store(&is_over, false);
  for (int i = 0; i < CLIENTS; i++)
    pthread_create(&self->clients[i], NULL, ask_for_everything, &self->port);
  for (int i = 0; i < ANSWERERS; i++) pthread_create(&self->answerers[i], NULL, answer_all, owner);
}

/** When the server is gone. */
static void crowd_end(crowd *self) {
  atomic_store(&is_over, true);
  for (int i = 0; i < CLIENTS; i++) pthread_join(self->clients[i], NULL);
  for (int i = 0; i < ANSWERERS; i++) pthread_join(self->answerers[i], NULL);
  assert_int_equal(atomic_load(&working), 0);
  assert_int_equal(atomic_load(&given_back), atomic_load(&lent));
  assert_int_equal(atomic_load(&uploads_ended), atomic_load(&uploads));
  assert_int_equal(atomic_load(&self->host->memory.live_blocks), 0);
}

static void let_it_run(host *self, int duration_ms) {
  (void)self;
  host_sleep_ms(duration_ms);
}

static void poll_it(host *self, int duration_ms) {
  struct pollfd watched = {.fd = mt_server_poll_descriptor(self->server), .events = POLLIN};
  uint64_t since = host_now_ms();
  while (host_now_ms() - since < (uint64_t)duration_ms) {
    poll(&watched, 1, 1);
    assert_int_equal(mt_server_poll(self->server), MT_OK);
  }
}

static void destroy_in_the_midst(host *self, mt_status (*start)(mt_server *, mt_error *),
                                 void (*serve)(host *self, int duration_ms)) {
  for (int round = soak_count(24, 500); round > 0; round--) {
    prepare_everything(self);
    assert_int_equal(start(self->server, NULL), MT_OK);
    crowd all;
    crowd_start(&all, self);
    serve(self, round % 8 * 5);
    host_destroy(self);
    crowd_end(&all);
  }
  assert_true(atomic_load(&lent) > 0 && atomic_load(&uploads) > 0 && atomic_load(&cancelled) > 0);
}

static void comes_in_the_midst_of_everything(void **state) {
  destroy_in_the_midst(*state, mt_server_start, let_it_run);
}

static void comes_in_the_midst_of_everything_in_a_loop(void **state) {
  destroy_in_the_midst(*state, mt_server_start_polled, poll_it);
}

/* --- in the midst of other calls --- */

enum { CALLERS = 4, MOMENT_MS = 50 };

static atomic_int entered;

/** Lasts until all have called, and a moment more. */
static void work_long(mt_request *request, mt_response *response, void *user_data) {
  atomic_fetch_add(&working, 1);
  while (atomic_load(&entered) < CALLERS) host_sleep_ms(1);
  host_sleep_ms(2 * MOMENT_MS);
  host_hello(request, response, user_data);
  atomic_fetch_sub(&working, 1);
}

static void *run(void *server) {
  atomic_fetch_add(&entered, 1);
  return (void *)(uintptr_t)mt_server_run(server, NULL);
}

static void *wait_for_the_end(void *server) {
  atomic_fetch_add(&entered, 1);
  return (void *)(uintptr_t)mt_server_wait(server, UINT32_MAX);
}

static void *wait_in_vain(void *server) {
  atomic_fetch_add(&entered, 1);
  mt_status status = mt_server_wait(server, 1);
  return (void *)(uintptr_t)(status == MT_ERROR_TIMEOUT ? MT_OK : status);
}

static void *stop(void *server) {
  atomic_fetch_add(&entered, 1);
  return (void *)(uintptr_t)mt_server_stop(server);
}

/** The first one starts it. */
static void call_all(host *self, pthread_t threads[CALLERS], client *peer) {
  static void *(*const calls[CALLERS])(void *) = {run, wait_for_the_end, wait_in_vain, stop};
  atomic_store(&entered, 0);
  assert_int_equal(pthread_create(&threads[0], NULL, calls[0], self->server), 0);
  *peer = host_connect(self);
  client_send(peer, GET("/worker"));
  host_await_number(&working, 1);
  for (int i = 1; i < CALLERS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, calls[i], self->server), 0);
  host_await_number(&entered, CALLERS);
  host_sleep_ms(MOMENT_MS);
}

static void waits_for_whoever_is_inside_another_call(void **state) {
  host *self = *state;
  host_route_worker(self, "GET /worker", work_long);
  assert_int_equal(mt_server_listen_tcp(host_server(self), MT_SLICE("127.0.0.1"), 0, NULL), MT_OK);
  pthread_t threads[CALLERS];
  client peer;
  call_all(self, threads, &peer);
  host_destroy(self);
  assert_int_equal(atomic_load(&working), 0);
  for (int i = 0; i < CALLERS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    assert_int_equal((uintptr_t)result, MT_OK);
  }
  client_close(&peer);
}

static int make_file(void **state) {
  (void)state;
  file = memfd_create("body", 0);
  return file >= 0 ? ftruncate(file, FILE_BYTES) : -1;
}

static int close_file(void **state) {
  (void)state;
  return close(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(comes_in_the_midst_of_everything),
      HOST_TEST(comes_in_the_midst_of_everything_in_a_loop),
      HOST_TEST(waits_for_whoever_is_inside_another_call),
  };
  return cmocka_run_group_tests(tests, make_file, close_file);
}
