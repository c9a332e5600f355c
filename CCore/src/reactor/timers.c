#include "timers.h"

/* Every slot holds the timers of exactly one tick of [next_tick, next_tick + SLOTS): a slot that
 * comes due is taken whole, with no laps to count. */

static uint64_t round_up_to_tick(uint64_t time_ms) {
  return time_ms / MT__WHEEL_TICK_MS + (time_ms % MT__WHEEL_TICK_MS != 0);
}

static mt__list *slot_of(mt__wheel *wheel, uint64_t tick) {
  return &wheel->slots[tick % MT__WHEEL_SLOTS];
}

static void file(mt__wheel *wheel, mt__timer *timer) {
  uint64_t horizon = wheel->next_tick + MT__WHEEL_SLOTS - 1;
  uint64_t tick = round_up_to_tick(timer->deadline_ms);
  timer->slot_ms = timer->deadline_ms;
  if (tick > horizon) {
    tick = horizon;
    timer->slot_ms = horizon * MT__WHEEL_TICK_MS;
  } else if (tick < wheel->next_tick) {
    tick = wheel->next_tick;
  }
  mt__list_append(slot_of(wheel, tick), &timer->link);
  wheel->count++;
}

static void unfile(mt__wheel *wheel, mt__timer *timer) {
  mt__list_remove(&timer->link);
  wheel->count--;
}

/* After a suspended machine's gap every slot is due, but none more than once. */
static void take_due(mt__wheel *wheel, uint64_t last_tick, mt__list *due) {
  uint64_t ticks = last_tick - wheel->next_tick + 1;
  if (ticks > MT__WHEEL_SLOTS) ticks = MT__WHEEL_SLOTS;
  for (uint64_t i = 0; i < ticks; i++) {
    mt__list_splice(due, slot_of(wheel, wheel->next_tick + i));
  }
}

void mt__wheel_init(mt__wheel *wheel, uint64_t now_ms) {
  for (size_t i = 0; i < MT__WHEEL_SLOTS; i++) mt__list_init(&wheel->slots[i]);
  wheel->next_tick = now_ms / MT__WHEEL_TICK_MS + 1;
  wheel->count = 0;
}

void mt__wheel_advance(mt__wheel *wheel, uint64_t now_ms) {
  uint64_t last_tick = now_ms / MT__WHEEL_TICK_MS;
  if (last_tick < wheel->next_tick) return;
  mt__list due;
  mt__list_init(&due);
  if (wheel->count != 0) take_due(wheel, last_tick, &due);
  wheel->next_tick = last_tick + 1;
  while (!mt__list_is_empty(&due)) {
    mt__timer *timer = MT__CONTAINER(due.next, mt__timer, link);
    unfile(wheel, timer);
    if (timer->deadline_ms > now_ms) {
      file(wheel, timer);
    } else {
      timer->on_expire(timer); /* may free it */
    }
  }
}

void mt__timer_init(mt__timer *timer, mt__timer_fn on_expire) {
  *timer = (mt__timer){.on_expire = on_expire};
  mt__list_init(&timer->link);
}

void mt__timer_set(mt__wheel *wheel, mt__timer *timer, uint64_t deadline_ms) {
  timer->deadline_ms = deadline_ms;
  if (mt__timer_is_set(timer)) {
    if (deadline_ms >= timer->slot_ms) return;
    unfile(wheel, timer);
  }
  file(wheel, timer);
}

void mt__timer_clear(mt__wheel *wheel, mt__timer *timer) {
  if (mt__timer_is_set(timer)) unfile(wheel, timer);
}
