/* What other threads ask of an exchange, as its reactor carries it out. */
#include "body.h"
#include "connection.h"

static void call_cancel(mt_exchange *exchange) {
  if (exchange->reactor_only.has_stream) {
    bool waits = atomic_exchange(&exchange->any_thread.wants_drain, false);
    if (waits && exchange->on_drained.call)
      exchange->on_drained.call(exchange, exchange->on_drained.user_data);
    mt__exchange_callback_drop(&exchange->on_drained);
  }
  if (!atomic_load_explicit(&exchange->any_thread.has_cancel_callback, memory_order_acquire))
    return;
  if (exchange->on_cancel.call) exchange->on_cancel.call(exchange, exchange->on_cancel.user_data);
  mt__exchange_callback_drop(&exchange->on_cancel);
}

/** What nobody will send is given back as soon as nobody fills it any more. */
static void take_answer(mt_exchange *exchange) {
  exchange->reactor_only.is_ready = true;
  if (!exchange->reactor_only.connection) mt__response_drop_body(&exchange->response);
}

static void start_stream(mt_exchange *exchange) {
  exchange->reactor_only.has_stream = true;
  exchange->reactor_only.is_ready = true;
  if (atomic_load(&exchange->any_thread.is_cancelled)) call_cancel(exchange);
}

static void call_drained(mt_exchange *exchange) {
  if (exchange->reactor_only.has_stream && exchange->on_drained.call)
    exchange->on_drained.call(exchange, exchange->on_drained.user_data);
}

static void resume_body(mt_exchange *exchange) {
  exchange->reactor_only.is_body_paused = false;
  mt__body_restart_clock(exchange);
}

static void carry_out(mt_exchange *exchange, uint8_t signals) {
  if (signals & MT__SIGNAL_STREAM) start_stream(exchange);
  if (signals & MT__SIGNAL_COMPLETE) take_answer(exchange);
  if (signals & MT__SIGNAL_RESUME) resume_body(exchange);
  if (signals & MT__SIGNAL_DRAINED) call_drained(exchange);
  if (signals & MT__SIGNAL_ABANDON) mt__exchange_abandon(exchange);
  if (signals & MT__SIGNAL_CANCEL) call_cancel(exchange);
  if (exchange->reactor_only.connection)
    mt__connection_settle_later(exchange->reactor_only.connection);
}

/** What of it is still owed to the host when the reactor has ended. */
static void carry_out_alone(mt_exchange *exchange, uint8_t signals) {
  if (signals & MT__SIGNAL_STREAM) exchange->reactor_only.has_stream = true;
  if (signals & MT__SIGNAL_COMPLETE) take_answer(exchange);
  if (signals & (MT__SIGNAL_STREAM | MT__SIGNAL_CANCEL)) call_cancel(exchange);
}

/* --- one at a time --- */

/* Whoever holds MT__SIGNAL_DELIVERING carries out; others only add to the set, and it goes on until
 * that is empty. So no callback of an exchange runs twice, or beside another, also when the reactor
 * ends while threads of the host's find that out. */

static bool claim_delivery(mt_exchange *exchange) {
  uint8_t seen = atomic_load(&exchange->any_thread.signals);
  do {
    if (seen & MT__SIGNAL_DELIVERING) return false;
  } while (!atomic_compare_exchange_weak(&exchange->any_thread.signals, &seen,
                                         seen | MT__SIGNAL_CLOSED | MT__SIGNAL_DELIVERING));
  return true;
}

/** Ends the claim, leaving `rest`; false when there is more to carry out. */
static bool end_delivery(mt_exchange *exchange, uint8_t rest) {
  uint8_t expected = (uint8_t)(rest | MT__SIGNAL_DELIVERING);
  return atomic_compare_exchange_strong(&exchange->any_thread.signals, &expected, rest);
}

static void deliver_alone(mt_exchange *exchange) {
  do {
    uint8_t signals =
        atomic_exchange(&exchange->any_thread.signals, MT__SIGNAL_CLOSED | MT__SIGNAL_DELIVERING);
    carry_out_alone(exchange, signals);
  } while (!end_delivery(exchange, MT__SIGNAL_CLOSED));
}

/** What came meanwhile takes its turn behind the others' messages. */
static void deliver_signals(mt__message *message) {
  mt_exchange *exchange = MT__CONTAINER(message, mt_exchange, any_thread.message);
  carry_out(exchange, atomic_exchange(&exchange->any_thread.signals, MT__SIGNAL_DELIVERING));
  if (!end_delivery(exchange, 0)) {
    if (mt__reactor_post(&exchange->shard->reactor, message)) return;
    deliver_alone(exchange);
  }
  mt__exchange_unreference(exchange);
}

bool mt__exchange_signal(mt_exchange *exchange, uint8_t signal) {
  uint8_t before = atomic_fetch_or(&exchange->any_thread.signals, signal);
  if (before & MT__SIGNAL_DELIVERING) return !(before & MT__SIGNAL_CLOSED);
  if (before && !(before & MT__SIGNAL_CLOSED)) return true;
  mt__exchange_reference(exchange);
  exchange->any_thread.message.deliver = deliver_signals;
  if (!before && mt__reactor_post(&exchange->shard->reactor, &exchange->any_thread.message))
    return true;
  if (claim_delivery(exchange)) deliver_alone(exchange);
  mt__exchange_unreference(exchange);
  return false;
}
