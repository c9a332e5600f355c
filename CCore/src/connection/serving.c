/* Serving a connection: from an event to what can be read, sent and closed because of it. */
#include "body.h"
#include "input.h"
#include "lay.h"
#include "output.h"

enum { DRAIN_GRACE_MS = 500 };

/* --- the one timer --- */

static mt__wait present_wait(const mt__connection *connection) {
  if (connection->is_lingering) return MT__WAIT_LINGER;
  if (!mt__chain_is_empty(&connection->output)) return MT__WAIT_WRITE;
  const mt_exchange *incoming = connection->incoming;
  if (incoming && connection->reading == MT__READING_HEAD) return MT__WAIT_HEAD;
  if (incoming && !incoming->reactor_only.is_body_paused) return MT__WAIT_BODY;
  if (incoming || connection->first) return MT__WAIT_NONE;
  return connection->requests ? MT__WAIT_IDLE : MT__WAIT_HEAD;
}

static uint32_t delay_of(const mt__connection *connection, mt__wait wait) {
  const mt_server_config *config = &connection->shard->shared->config;
  const uint32_t delays[] = {
      [MT__WAIT_NONE] = 0,
      [MT__WAIT_HEAD] = config->header_timeout_ms,
      [MT__WAIT_BODY] = config->body_timeout_ms,
      [MT__WAIT_IDLE] = config->idle_timeout_ms,
      [MT__WAIT_WRITE] = config->write_timeout_ms,
      [MT__WAIT_LINGER] = config->linger_timeout_ms,
  };
  return delays[wait];
}

static void set_timer(mt__connection *connection) {
  mt__wait wait = present_wait(connection);
  bool has_progressed = wait == MT__WAIT_WRITE ? connection->has_written : connection->has_read;
  connection->has_read = connection->has_written = false;
  if (wait == connection->waiting && !has_progressed) return;
  connection->waiting = (uint8_t)wait;
  uint32_t delay = delay_of(connection, wait);
  if (connection->shard->is_draining && mt__connection_is_idle(connection)) delay = DRAIN_GRACE_MS;
  if (delay)
    mt__reactor_set_timer(&connection->shard->reactor, &connection->timer, delay);
  else
    mt__reactor_clear_timer(&connection->shard->reactor, &connection->timer);
}

/* --- serving --- */

static void begin_turn(mt__connection *connection) {
  connection->shard->serving = connection;
  connection->shard->turn_bytes = MT__TURN_BYTES;
}

void mt__connection_settle_later(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (shard->serving == connection) shard->is_touched = true;
  if (shard->serving == connection || connection->is_unsettled) return;
  connection->is_unsettled = true;
  connection->next_unsettled = shard->unsettled;
  shard->unsettled = connection;
}

static bool begin_serving(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (!shard->serving) {
    begin_turn(connection);
    return true;
  }
  mt__connection_settle_later(connection);
  return false;
}

static bool is_done(const mt__connection *connection) {
  if (connection->is_broken) return true;
  bool ends = connection->stops_reading || connection->has_read_eof;
  return ends && !connection->first && mt__chain_is_empty(&connection->output) &&
         !connection->is_lingering;
}

/** Closes, or stays half open so that what the peer still sends does not destroy the answer: RFC
 * 9112 §9.6. Its end leaves in one segment with the answer, which waits for that; a close alone
 * would drop both when something unread lies there. False: it is gone. */
static bool end_or_linger(mt__connection *connection) {
  bool is_open = !connection->is_broken && !connection->has_read_eof;
  bool lingers = is_open && !connection->is_clean_close &&
                 connection->shard->shared->config.linger_timeout_ms > 0;
  if (is_open) connection->transport->finish_output(connection);
  if (!lingers) {
    mt__connection_close(connection);
    return false;
  }
  connection->is_lingering = true;
  mt__connection_drop_incoming(connection);
  mt__input_drop(connection);
  return true;
}

static bool wants_input(const mt__connection *connection) {
  if (connection->is_lingering) return true;
  if (connection->has_read_eof) return false;
  return mt__input_may_go_on(connection) || mt__input_listens_for_end(connection);
}

static short wanted_events(const mt__connection *connection) {
  short events = wants_input(connection) ? MT__IO_READ : 0;
  if (!mt__chain_is_empty(&connection->output)) events |= MT__IO_WRITE;
  return events;
}

static void watch(mt__connection *connection) {
  short events = wanted_events(connection);
  bool reads_again = (events & MT__IO_READ) && !(connection->watching & MT__IO_READ);
  if (reads_again && connection->incoming) mt__body_restart_clock(connection->incoming);
  connection->watching = (uint8_t)events;
  if (connection->transport->watch(connection, events) != MT_OK) connection->is_broken = true;
}

static void resume_input(mt__connection *connection) {
  if (!connection->input_size || !mt__input_may_go_on(connection)) return;
  mt__input_resume(connection);
  mt__output_emit(connection);
  mt__lay_flush(connection);
}

/** Once more as long as that helps: sending makes room to read, and what the host is told while it
 * happens may make the next answer ready. */
static void serve(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  uint32_t before;
  do {
    before = connection->input_size;
    shard->is_touched = false;
    mt__body_check_end(connection);
    mt__output_emit(connection);
    mt__lay_flush(connection);
    resume_input(connection);
  } while (!connection->is_broken && (shard->is_touched || connection->input_size < before));
}

static void finish_serving(mt__connection *connection) {
  serve(connection);
  connection->shard->serving = NULL;
  if (is_done(connection) && !end_or_linger(connection)) return;
  watch(connection);
  set_timer(connection);
  if (connection->is_broken) mt__connection_close(connection);
}

void mt__connection_settle_others(mt__shard *shard) {
  if (shard->serving || shard->is_settling) return;
  shard->is_settling = true;
  while (shard->unsettled) {
    mt__connection *connection = shard->unsettled;
    shard->unsettled = connection->next_unsettled;
    connection->is_unsettled = false;
    begin_turn(connection);
    finish_serving(connection);
  }
  shard->is_settling = false;
}

void mt__connection_settle(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (!begin_serving(connection)) return;
  finish_serving(connection);
  mt__connection_settle_others(shard);
}

void mt__connection_on_ready(int descriptor, short ready, void *user_data) {
  (void)descriptor;
  mt__connection *connection = user_data;
  mt__shard *shard = connection->shard;
  if (!begin_serving(connection)) return;
  if (ready & MT__IO_READ) mt__input_read(connection);
  finish_serving(connection);
  mt__connection_settle_others(shard);
}

/* --- ends --- */

static void give_up_request(mt__connection *connection) {
  mt_exchange *incoming = connection->incoming;
  bool has_nothing =
      !incoming || (connection->waiting == MT__WAIT_HEAD && connection->input_size == 0);
  if (has_nothing)
    connection->is_broken = true;
  else
    mt__input_reject(connection, 408, "the request came too slowly");
}

void mt__connection_on_timeout(mt__timer *timer) {
  mt__connection *connection = MT__CONTAINER(timer, mt__connection, timer);
  mt__shard *shard = connection->shard;
  if (connection->waiting != MT__WAIT_LINGER && !shard->is_draining)
    mt__count(&shard->counters.timeouts, 1);
  if (!begin_serving(connection)) return;
  if (connection->waiting == MT__WAIT_HEAD || connection->waiting == MT__WAIT_BODY)
    give_up_request(connection);
  else
    connection->is_broken = true;
  finish_serving(connection);
  mt__connection_settle_others(shard);
}

static bool was_served_lately(const mt__connection *connection) {
  const mt__shard *shard = connection->shard;
  uint64_t idle_ms = shard->shared->config.idle_timeout_ms;
  if (!connection->requests || !mt__timer_is_set(&connection->timer)) return true;
  return connection->timer.deadline_ms + UINT64_C(2) * DRAIN_GRACE_MS >
         shard->reactor.now_ms + idle_ms;
}

/** The drain may have been heard of before a request that came earlier: a last look. */
static void close_unless_asked(mt__connection *connection) {
  mt__shard *shard = connection->shard;
  if (!begin_serving(connection)) return;
  mt__input_read(connection);
  if (mt__connection_is_idle(connection) && !connection->has_read) connection->is_broken = true;
  finish_serving(connection);
  mt__connection_settle_others(shard);
}

void mt__connection_drain(mt__connection *connection) {
  if (!mt__connection_is_idle(connection)) return;
  if (!was_served_lately(connection)) {
    close_unless_asked(connection);
    return;
  }
  /* A request may be on its way: who was just served gets a moment to be told with "Connection:
   * close". */
  mt__reactor_set_timer(&connection->shard->reactor, &connection->timer, DRAIN_GRACE_MS);
  connection->waiting = MT__WAIT_IDLE;
}
