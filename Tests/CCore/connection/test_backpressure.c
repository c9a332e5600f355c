/* What happens while a peer does not read. */
#include "support/check.h"
#include "support/host.h"

#include <stdio.h>
#include <sys/socket.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { HIGH = 65536, LOW = 8192, PIECE = 4096, FAR_TOO_MUCH = 64 * 1024 * 1024 };

static atomic_int drained;

static void count_drained(mt_exchange *exchange, void *user_data) {
  (void)exchange, (void)user_data;
  atomic_fetch_add(&drained, 1);
}

static void start_with_marks(host *self, mt_handler_fn handler) {
  atomic_store(&drained, 0);
  self->config.output_high_water_bytes = HIGH;
  self->config.output_low_water_bytes = LOW;
  host_route(self, "GET /", handler);
  host_start(self);
}

/** Writes until it is told to wait; how many octets. */
static size_t write_until_pressure(mt_exchange *exchange) {
  static const char piece[PIECE] = "piece";
  size_t written = 0;
  while (written < FAR_TOO_MUCH) {
    mt_status status = mt_exchange_stream_write(exchange, (mt_slice){piece, PIECE});
    written += PIECE;
    if (status == MT_BACKPRESSURE) return written;
    assert_int_equal(status, MT_OK);
  }
  fail_msg("nobody asked to wait");
  return 0;
}

static void tells_a_writer_to_wait_and_to_go_on(void **state) {
  host *self = *state;
  start_with_marks(self, host_hold);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, count_drained, self,
                                            host_count_destroyed),
                   MT_OK);
  reply head = client_receive_head(&peer);
  reply_free(&head);
  for (int round = 1; round <= 3; round++) {
    size_t written = write_until_pressure(exchange);
    assert_true(written > HIGH);
    /* Room in the sockets may have drained it already. */
    uint64_t since = host_now_ms();
    while (atomic_load(&drained) < round && host_now_ms() - since < CLIENT_PATIENCE_MS)
      client_skim(&peer);
    assert_int_equal(atomic_load(&drained), round);
  }
  assert_int_equal(mt_exchange_stream_end(exchange), MT_OK);
  size_t rest;
  client_half_close(&peer);
  free(client_read_all(&peer, &rest));
  host_await_number(&self->destroyed, 1);
  mt_exchange_release(exchange);
  client_close(&peer);
}

static void streams_before_their_turn_share_what_one_may_hold(void **state) {
  host *self = *state;
  self->config.max_pipelined_requests = 4;
  start_with_marks(self, host_hold);
  client peer = host_connect(self);
  client_send(&peer, GET GET);
  mt_exchange *first = host_take(self), *second = host_take(self);
  assert_int_equal(mt_exchange_stream_start(second, MT_LENGTH_UNKNOWN, count_drained, self, NULL),
                   MT_OK);
  size_t written = write_until_pressure(second);
  assert_true(written > HIGH / 4 && written <= HIGH / 4 + PIECE);
  assert_int_equal(atomic_load(&drained), 0);
  assert_int_equal(host_answer(first, "first"), MT_OK);
  client_expect(&peer, 200, "first");
  host_await_number(&drained, 1);
  assert_true(write_until_pressure(second) > HIGH);
  assert_int_equal(mt_exchange_stream_end(second), MT_OK);
  mt_exchange_release(second);
  reply answer = client_receive(&peer);
  assert_true(answer.body_size > written + HIGH);
  reply_free(&answer);
  client_close(&peer);
}

static void wakes_a_writer_whose_peer_leaves(void **state) {
  host *self = *state;
  start_with_marks(self, host_hold);
  client peer = host_connect(self);
  client_send(&peer, GET);
  mt_exchange *exchange = host_take(self);
  assert_int_equal(mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, count_drained, self,
                                            host_count_destroyed),
                   MT_OK);
  /* Until the sockets are full, so that nothing but the peer's leaving can wake. */
  int before;
  do {
    before = atomic_load(&drained);
    write_until_pressure(exchange);
    for (int i = 0; i < 200 && atomic_load(&drained) == before; i++) host_sleep_ms(1);
  } while (atomic_load(&drained) != before);
  client_reset(&peer);
  host_await_number(&drained, before + 1);
  host_await_number(&self->destroyed, 1);
  assert_int_equal(mt_exchange_stream_write(exchange, MT_SLICE("x")), MT_ERROR_CLOSED);
  mt_exchange_release(exchange);
}

static char large[100000];

static void answer_large(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  host *self = user_data;
  mt_response_body_borrow(response, (mt_slice){large, sizeof large}, host_count_destroyed, self);
}

static void serves_no_further_requests_of_a_peer_that_does_not_read(void **state) {
  host *self = *state;
  start_with_marks(self, answer_large);
  client peer = host_connect(self);
  enum { MANY = 1000 };
  for (int i = 0; i < MANY; i++) client_send(&peer, GET);
  uint64_t served, since = host_now_ms();
  do {
    served = host_stats(self).requests_total;
    host_sleep_ms(200);
  } while (host_stats(self).requests_total != served && host_now_ms() - since < 20000);
  assert_true(served < MANY);
  for (int i = 0; i < MANY; i++) {
    reply answer = client_receive(&peer);
    assert_int_equal(answer.body_size, sizeof large);
    reply_free(&answer);
  }
  client_close(&peer);
  host_await_number(&self->destroyed, MANY);
}

static void a_peer_that_does_not_read_slows_no_other(void **state) {
  host *self = *state;
  host_route(self, "GET /now", host_hello);
  start_with_marks(self, answer_large);
  client idler = host_connect(self);
  for (int i = 0; i < 200; i++) client_send(&idler, GET);
  client peer = host_connect(self);
  for (int i = 0; i < 50; i++) {
    client_send(&peer, "GET /now HTTP/1.1\r\nHost: a\r\n\r\n");
    client_expect(&peer, 200, "hello");
  }
  client_close(&peer);
  client_close(&idler);
}

static void pass_back(mt_request *request, mt_response *response, void *user_data);

/** The body's consumer writes it straight back, and pauses while the way back is full. */
static struct { mt_exchange *exchange; } echo;

static void go_on(mt_exchange *exchange, void *user_data) {
  (void)user_data;
  mt_exchange_body_resume(exchange);
}

static mt_flow write_back(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)status, (void)user_data;
  if (event == MT_BODY_DATA)
    return mt_exchange_stream_write(echo.exchange, bytes) == MT_BACKPRESSURE ? MT_FLOW_PAUSE
                                                                             : MT_FLOW_CONTINUE;
  if (event == MT_BODY_END) mt_exchange_stream_end(echo.exchange);
  mt_exchange_release(echo.exchange);
  return MT_FLOW_CONTINUE;
}

static void pass_back(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  mt_request_defer(request, &echo.exchange);
  mt_request_body_stream(request, write_back, NULL, NULL);
  mt_exchange_stream_start(echo.exchange, MT_LENGTH_UNKNOWN, go_on, NULL, NULL);
}

static void echoes_more_than_memory_may_hold(void **state) {
  enum { TOTAL = 20000000, LARGEST_CHUNK = 100000 };
  host *self = *state;
  self->config.max_body_bytes = TOTAL;
  self->config.output_high_water_bytes = HIGH;
  self->config.output_low_water_bytes = LOW;
  host_route_stream(self, "POST /", pass_back);
  host_start(self);
  client peer = host_connect(self);
  client_send(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n");
  char *body = malloc(TOTAL);
  assert_non_null(body);
  for (size_t i = 0; i < TOTAL; i++) body[i] = (char)(i * 7 % 251);
  /* Nobody reads: both ways fill, and that stops it. */
  size_t sent = client_send_some(&peer, body, TOTAL);
  assert_true(sent < TOTAL);
  assert_true(atomic_load(&self->memory.live_blocks) < 200);
  reply answer = client_receive_head(&peer);
  reply_free(&answer);
  size_t received = 0;
  char line[16], *step = malloc(LARGEST_CHUNK);
  assert_non_null(step);
  while (received < TOTAL) {
    ssize_t some = send(peer.socket, body + sent, TOTAL - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (some > 0) sent += (size_t)some;
    size_t size = 0;
    do {
      assert_int_equal(client_read(&peer, line + size, 1), 1);
    } while (line[size++] != '\n' && size < sizeof line);
    size_t chunk = strtoul(line, NULL, 16);
    assert_true(chunk > 0 && chunk + 2 <= LARGEST_CHUNK);
    assert_int_equal(client_read(&peer, step, chunk + 2), chunk + 2);
    assert_memory_equal(step, body + received, chunk);
    received += chunk;
  }
  assert_int_equal(client_read(&peer, line, 5), 5);
  assert_memory_equal(line, "0\r\n\r\n", 5);
  free(step);
  free(body);
  client_close(&peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HOST_TEST(tells_a_writer_to_wait_and_to_go_on),
      HOST_TEST(streams_before_their_turn_share_what_one_may_hold),
      HOST_TEST(wakes_a_writer_whose_peer_leaves),
      HOST_TEST(serves_no_further_requests_of_a_peer_that_does_not_read),
      HOST_TEST(a_peer_that_does_not_read_slows_no_other),
      HOST_TEST(echoes_more_than_memory_may_hold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
