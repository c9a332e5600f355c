/* Every allocation fails once: what is given to the library with a destructor is given back once,
 * by the call that failed or by the server that went on without. */
#include "support/check.h"
#include "support/host.h"
#include "support/ledger.h"

#include <sys/socket.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define UPLOAD    "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

enum { LARGE = 30000 };

static char large[LARGE];

/* --- handlers, whose own gifts are the routes' user data --- */

static void lend(mt_response *response, size_t size) {
  mt_response_body_borrow(response, (mt_slice){large, size}, ledger_give_back, ledger_gift());
}

static void say_error(const mt_request *request, mt_response *response, int status, void *line) {
  (void)request, (void)status, (void)line;
  lend(response, 1);
}

static void fall_back(mt_request *request, mt_response *response, void *line) {
  (void)request, (void)line;
  lend(response, LARGE);
  lend(response, LARGE);
}

static void ignore(mt_exchange *exchange, void *line) {
  (void)exchange, (void)line;
}

static void answer_later(mt_request *request, mt_response *response, void *line) {
  (void)line;
  mt_exchange *exchange;
  lend(response, LARGE);
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  mt_exchange_on_cancel(exchange, ignore, ledger_gift(), ledger_give_back);
  mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
}

static void answer_in_pieces(mt_request *request, mt_response *response, void *line) {
  (void)line;
  mt_exchange *exchange;
  lend(response, 1);
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  mt_exchange_on_cancel(exchange, ignore, ledger_gift(), ledger_give_back);
  mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, ignore, ledger_gift(), ledger_give_back);
  mt_exchange_stream_write(exchange, (mt_slice){large, LARGE});
  mt_exchange_stream_end(exchange);
  mt_exchange_release(exchange);
}

static mt_flow drop_piece(mt_body_event event, mt_slice bytes, mt_status status, void *line) {
  (void)event, (void)bytes, (void)status, (void)line;
  return MT_FLOW_CONTINUE;
}

static void take_upload(mt_request *request, mt_response *response, void *line) {
  (void)line;
  mt_exchange *exchange;
  mt_request_body_stream(request, drop_piece, ledger_gift(), ledger_give_back);
  lend(response, LARGE);
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  mt_exchange_on_cancel(exchange, ignore, ledger_gift(), ledger_give_back);
  mt_exchange_release(exchange);
}

/* --- the server --- */

static bool add_route(mt_server *server, mt_method method, const char *pattern,
                      mt_handler_fn handler, mt_body_mode mode) {
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.body_mode = mode;
  return mt_server_route(server, method, mt_slice_from(pattern), handler, ledger_gift(),
                         ledger_give_back, &options, NULL) == MT_OK;
}

/** What is refused is left out. */
static bool start(mt_server *server) {
  add_route(server, MT_METHOD_GET, "/later", answer_later, MT_BODY_WHOLE);
  add_route(server, MT_METHOD_GET, "/pieces/{name}", answer_in_pieces, MT_BODY_WHOLE);
  add_route(server, MT_METHOD_POST, "/upload", take_upload, MT_BODY_STREAM);
  for (int i = 0; i < 2; i++) {
    mt_server_fallback(server, fall_back, ledger_gift(), ledger_give_back, NULL);
    mt_server_error_handler(server, say_error, ledger_gift(), ledger_give_back, NULL);
  }
  return mt_server_listen_tcp(server, MT_SLICE("127.0.0.1"), 0, NULL) == MT_OK &&
         mt_server_start(server, NULL) == MT_OK;
}

/** Sends, and takes whatever comes. */
static void ask(const mt_server *server, const char *octets) {
  client peer = client_connect(mt_server_port(server, 0));
  client_send_what_is_taken(&peer, octets);
  shutdown(peer.socket, SHUT_WR); /* fails when the server has reset it already */
  size_t size;
  free(client_read_all(&peer, &size));
  client_close(&peer);
}

static void ask_for_all(const mt_server *server) {
  ask(server, GET("/later") GET("/pieces/%41") GET("/nowhere") GET("/later"));
  ask(server, UPLOAD "5\r\nhello\r\n0\r\n\r\n" GET("/later"));
  ask(server, UPLOAD "5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n" GET("/pieces/b"));
  ask(server, UPLOAD "5\r\nhell");
  ask(server, "no request\r\n\r\n");
}

static int gifts_made;

static void live(const mt_allocator *allocator, void *context) {
  (void)context;
  mt_server_config config;
  mt_server_config_init(&config, sizeof config);
  config.allocator = allocator;
  config.reactors = 1;
  config.workers = 1;
  mt_server *server = NULL;
  if (mt_server_create(&config, &server, NULL) != MT_OK) return;
  if (start(server)) ask_for_all(server);
  mt_server_destroy(server);
  gifts_made = ledger_given();
  ledger_settle(gifts_made);
}

static void each_gift_comes_back_once_whatever_fails(void **state) {
  (void)state;
  size_t failures = failing_allocator_walk(live, NULL);
  assert_true(failures > 30);
  assert_int_equal(gifts_made, 34); /* when nothing failed */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_gift_comes_back_once_whatever_fails)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
