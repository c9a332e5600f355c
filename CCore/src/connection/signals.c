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

static void deliver_signals(mt__message *message) {
  mt_exchange *exchange = MT__CONTAINER(message, mt_exchange, any_thread.message);
  uint8_t signals = atomic_exchange(&exchange->any_thread.signals, 0);
  if (signals & MT__SIGNAL_STREAM) start_stream(exchange);
  if (signals & MT__SIGNAL_COMPLETE) exchange->reactor_only.is_ready = true;
  if (signals & MT__SIGNAL_RESUME) resume_body(exchange);
  if (signals & MT__SIGNAL_DRAINED) call_drained(exchange);
  if (signals & MT__SIGNAL_ABANDON) mt__exchange_abandon(exchange);
  if (signals & MT__SIGNAL_CANCEL) call_cancel(exchange);
  if (exchange->reactor_only.connection) mt__connection_settle(exchange->reactor_only.connection);
  mt__exchange_unreference(exchange);
}

/** What the reactor would have done for the host's callbacks, had it not ended. */
static void settle_alone(mt_exchange *exchange, uint8_t signals) {
  if (signals & MT__SIGNAL_STREAM) exchange->reactor_only.has_stream = true;
  if (signals & (MT__SIGNAL_STREAM | MT__SIGNAL_CANCEL)) call_cancel(exchange);
}

bool mt__exchange_signal(mt_exchange *exchange, uint8_t signal) {
  uint8_t before = atomic_fetch_or(&exchange->any_thread.signals, signal);
  if (before & MT__SIGNAL_CLOSED) {
    settle_alone(exchange, signal);
    return false;
  }
  if (before) return true;
  mt__exchange_reference(exchange);
  exchange->any_thread.message.deliver = deliver_signals;
  if (mt__reactor_post(&exchange->shard->reactor, &exchange->any_thread.message)) return true;
  settle_alone(exchange, atomic_exchange(&exchange->any_thread.signals, MT__SIGNAL_CLOSED));
  mt__exchange_unreference(exchange);
  return false;
}
