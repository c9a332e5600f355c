#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reactor/timers.h"

enum { START_MS = 1000000, TICK = MT__WHEEL_TICK_MS, TURN = MT__WHEEL_SLOTS * MT__WHEEL_TICK_MS };

/* A timer that notes when it fired and what it shall do then. */
typedef struct probe {
  mt__timer timer;
  mt__wheel *wheel;
  const uint64_t *now_ms;
  uint64_t fired_ms; /* 0: never */
  int fires;
  int *order; /* shared: how many fired before */
  int place;
  struct probe *victim; /* what the callback clears, sets or frees */
  uint64_t victim_deadline_ms;
} probe;

typedef struct clockwork {
  mt__wheel wheel;
  uint64_t now_ms;
  int fired;
} clockwork;

static int set_up(void **state) {
  clockwork *work = malloc(sizeof *work);
  work->now_ms = START_MS;
  work->fired = 0;
  mt__wheel_init(&work->wheel, START_MS);
  *state = work;
  return 0;
}

static int tear_down(void **state) {
  free(*state);
  return 0;
}

static void note(mt__timer *timer) {
  probe *self = MT__CONTAINER(timer, probe, timer);
  self->fired_ms = *self->now_ms;
  self->fires++;
  self->place = (*self->order)++;
}

static void note_and_clear_victim(mt__timer *timer) {
  probe *self = MT__CONTAINER(timer, probe, timer);
  note(timer);
  mt__timer_clear(self->wheel, &self->victim->timer);
}

static void note_and_set_victim(mt__timer *timer) {
  probe *self = MT__CONTAINER(timer, probe, timer);
  note(timer);
  mt__timer_set(self->wheel, &self->victim->timer, self->victim_deadline_ms);
}

static void free_self_and_victim(mt__timer *timer) {
  probe *self = MT__CONTAINER(timer, probe, timer);
  note(timer);
  if (self->victim != NULL) {
    mt__timer_clear(self->wheel, &self->victim->timer);
    free(self->victim);
  }
  free(self);
}

static void init_probe(probe *self, clockwork *work, mt__timer_fn on_expire) {
  *self = (probe){.wheel = &work->wheel, .now_ms = &work->now_ms, .order = &work->fired};
  mt__timer_init(&self->timer, on_expire);
}

static void set_after(probe *self, uint64_t delay_ms) {
  mt__timer_set(self->wheel, &self->timer, START_MS + delay_ms);
}

static void advance_to(clockwork *work, uint64_t after_ms) {
  work->now_ms = START_MS + after_ms;
  mt__wheel_advance(&work->wheel, work->now_ms);
}

static void walk_to(clockwork *work, uint64_t after_ms, uint64_t step_ms) {
  while (work->now_ms < START_MS + after_ms) {
    advance_to(work, work->now_ms - START_MS + step_ms);
  }
}

static void a_timer_takes_forty_bytes(void **state) {
  (void)state;
  if (sizeof(void *) == 8) assert_int_equal(sizeof(mt__timer), 40);
}

static void expires_at_the_first_tick_that_is_not_before_the_deadline(void **state) {
  static const struct {
    uint64_t delay_ms, fires_after_ms;
  } cases[] = {
      {0, TICK},
      {1, TICK},
      {TICK - 1, TICK},
      {TICK, TICK},
      {TICK + 1, 2 * TICK},
      {2 * TICK, 2 * TICK},
      {TURN - 1, TURN},
      {TURN, TURN},
      {TURN + 1, TURN + TICK},
      {3 * TURN + 7, 3 * TURN + TICK},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    clockwork *work = *state;
    work->now_ms = START_MS;
    mt__wheel_init(&work->wheel, START_MS);
    probe one;
    init_probe(&one, work, note);
    set_after(&one, cases[i].delay_ms);
    walk_to(work, 4 * TURN, 1);
    assert_int_equal(one.fires, 1);
    assert_int_equal(one.fired_ms - START_MS, cases[i].fires_after_ms);
    assert_int_equal(work->wheel.count, 0);
  }
}

static void expires_in_order_of_ticks_even_when_all_come_at_once(void **state) {
  clockwork *work = *state;
  static const uint64_t delays[] = {40 * TICK, 1 * TICK, 511 * TICK, 2 * TICK, 300 * TICK};
  static const int places[] = {2, 0, 4, 1, 3};
  probe probes[5];
  for (int i = 0; i < 5; i++) {
    init_probe(&probes[i], work, note);
    set_after(&probes[i], delays[i]);
  }
  advance_to(work, TURN);
  for (int i = 0; i < 5; i++) {
    assert_int_equal(probes[i].fires, 1);
    assert_int_equal(probes[i].place, places[i]);
  }
}

static void a_later_deadline_does_not_touch_the_wheel(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  set_after(&one, 3 * TICK);
  mt__timer before = one.timer;
  set_after(&one, 10 * TICK);
  assert_ptr_equal(one.timer.link.next, before.link.next);
  assert_int_equal(one.timer.slot_ms, before.slot_ms);
  assert_int_equal(work->wheel.count, 1);
  walk_to(work, 10 * TICK - 1, 1);
  assert_int_equal(one.fires, 0);
  walk_to(work, 20 * TICK, 1);
  assert_int_equal(one.fires, 1);
  assert_int_equal(one.fired_ms, START_MS + 10 * TICK);
}

static void pushed_back_for_ever_it_never_expires(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  for (uint64_t after = 0; after < 3 * TURN; after += 70) {
    set_after(&one, after + 5 * TICK);
    advance_to(work, after);
  }
  assert_int_equal(one.fires, 0);
  assert_int_equal(work->wheel.count, 1);
}

static void an_earlier_deadline_moves_it(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  set_after(&one, 100 * TICK);
  set_after(&one, 4 * TICK);
  assert_int_equal(work->wheel.count, 1);
  walk_to(work, 200 * TICK, TICK);
  assert_int_equal(one.fires, 1);
  assert_int_equal(one.fired_ms, START_MS + 4 * TICK);
}

static void pushed_back_then_pulled_before_its_slot_it_moves(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  set_after(&one, 10 * TICK);
  set_after(&one, 50 * TICK);
  set_after(&one, 5 * TICK);
  walk_to(work, 60 * TICK, TICK);
  assert_int_equal(one.fires, 1);
  assert_int_equal(one.fired_ms, START_MS + 5 * TICK);
}

static void a_cleared_timer_stays_silent(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  mt__timer_clear(&work->wheel, &one.timer);
  set_after(&one, TICK);
  assert_true(mt__timer_is_set(&one.timer));
  mt__timer_clear(&work->wheel, &one.timer);
  mt__timer_clear(&work->wheel, &one.timer);
  assert_false(mt__timer_is_set(&one.timer));
  assert_int_equal(work->wheel.count, 0);
  walk_to(work, TURN, TICK);
  assert_int_equal(one.fires, 0);
}

static void a_callback_may_clear_one_that_is_due_in_the_same_tick(void **state) {
  clockwork *work = *state;
  probe first, second;
  init_probe(&first, work, note_and_clear_victim);
  init_probe(&second, work, note);
  first.victim = &second;
  set_after(&first, TICK);
  set_after(&second, TICK);
  advance_to(work, TICK);
  assert_int_equal(first.fires, 1);
  assert_int_equal(second.fires, 0);
  assert_int_equal(work->wheel.count, 0);
}

static void a_callback_may_push_back_one_that_is_due_in_the_same_tick(void **state) {
  clockwork *work = *state;
  probe first, second;
  init_probe(&first, work, note_and_set_victim);
  init_probe(&second, work, note);
  first.victim = &second;
  first.victim_deadline_ms = START_MS + 9 * TICK;
  set_after(&first, TICK);
  set_after(&second, TICK);
  advance_to(work, 8 * TICK);
  assert_int_equal(first.fires, 1);
  assert_int_equal(second.fires, 0);
  advance_to(work, 9 * TICK);
  assert_int_equal(second.fires, 1);
}

static void a_callback_may_set_its_own_timer_again(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note_and_set_victim);
  one.victim = &one;
  one.victim_deadline_ms = START_MS + 5 * TICK;
  set_after(&one, 2 * TICK);
  advance_to(work, 2 * TICK);
  assert_int_equal(one.fires, 1);
  assert_true(mt__timer_is_set(&one.timer));
  advance_to(work, 5 * TICK);
  assert_int_equal(one.fires, 2);
}

static void a_callback_may_free_its_own_timer_and_others(void **state) {
  clockwork *work = *state;
  probe *first = malloc(sizeof *first);
  probe *second = malloc(sizeof *second);
  init_probe(first, work, free_self_and_victim);
  init_probe(second, work, note);
  first->victim = second;
  set_after(first, TICK);
  set_after(second, TICK);
  advance_to(work, 2 * TICK);
  assert_int_equal(work->fired, 1);
  assert_int_equal(work->wheel.count, 0);
}

static void set_into_the_past_it_expires_at_the_next_tick_not_in_this_one(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note_and_set_victim);
  one.victim = &one;
  one.victim_deadline_ms = 1;
  set_after(&one, TICK);
  for (int turn = 1; turn <= 3; turn++) {
    advance_to(work, (uint64_t)turn * TICK);
    assert_int_equal(one.fires, turn);
  }
  advance_to(work, 10 * (uint64_t)TURN); /* nor more than once after a long gap */
  assert_int_equal(one.fires, 4);
}

static void beyond_the_horizon_it_stays_where_it_is_filed(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  set_after(&one, 3 * TURN);
  mt__list *slot = one.timer.link.next;
  set_after(&one, 2 * TURN);
  assert_ptr_equal(one.timer.link.next, slot);
  walk_to(work, 4 * TURN, TICK);
  assert_int_equal(one.fires, 1);
  assert_int_equal(one.fired_ms, START_MS + 2 * TURN);
}

static void a_gap_of_days_expires_each_once(void **state) {
  clockwork *work = *state;
  probe near, far, further;
  init_probe(&near, work, note);
  init_probe(&far, work, note);
  init_probe(&further, work, note);
  uint64_t days = UINT64_C(3) * 24 * 3600 * 1000;
  set_after(&near, TICK);
  set_after(&far, 20 * (uint64_t)TURN);
  set_after(&further, days + 5 * TICK);
  advance_to(work, days);
  assert_int_equal(near.fires, 1);
  assert_int_equal(far.fires, 1);
  assert_int_equal(further.fires, 0);
  advance_to(work, days + 5 * TICK);
  assert_int_equal(further.fires, 1);
}

static void the_end_of_time_never_comes_however_far_the_clock_jumps(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  mt__timer_set(&work->wheel, &one.timer, UINT64_MAX);
  advance_to(work, UINT64_MAX / 2);
  walk_to(work, UINT64_MAX / 2 + 5 * TURN, 7 * TICK);
  assert_int_equal(one.fires, 0);
  assert_true(mt__timer_is_set(&one.timer));
}

static void a_clock_that_stands_still_or_goes_back_expires_nothing(void **state) {
  clockwork *work = *state;
  probe one;
  init_probe(&one, work, note);
  advance_to(work, 10 * TICK);
  set_after(&one, 11 * TICK);
  advance_to(work, 10 * TICK);
  advance_to(work, 2 * TICK);
  assert_int_equal(one.fires, 0);
  advance_to(work, 11 * TICK);
  assert_int_equal(one.fires, 1);
}

/* The model: a deadline that is set, or 0. */
enum { CROWD = 200 };

static uint32_t draw(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

static void check_crowd(const probe *crowd, uint64_t *deadlines, int *fires, uint64_t now_ms) {
  for (int i = 0; i < CROWD; i++) {
    uint64_t due_ms = (deadlines[i] + TICK - 1) / TICK * TICK;
    if (crowd[i].fires != fires[i]) {
      assert_int_equal(crowd[i].fires, fires[i] + 1);
      assert_true(deadlines[i] != 0 && deadlines[i] <= now_ms);
      fires[i]++;
      deadlines[i] = 0;
    } else if (deadlines[i] != 0) {
      assert_true(due_ms > now_ms);
    }
    assert_int_equal(mt__timer_is_set(&crowd[i].timer), deadlines[i] != 0);
  }
}

static void agrees_with_a_plain_list_of_deadlines(void **state) {
  clockwork *work = *state;
  probe crowd[CROWD];
  uint64_t deadlines[CROWD] = {0};
  int fires[CROWD] = {0};
  uint32_t seed = 20240229;
  for (int i = 0; i < CROWD; i++) init_probe(&crowd[i], work, note);
  for (int round = 0; round < 20000; round++) {
    uint32_t who = draw(&seed) % CROWD, what = draw(&seed) % 8;
    uint64_t farthest = draw(&seed) % 4 == 0 ? 3 * TURN : 20 * TICK;
    /* from the next tick on: what is set into the past has a test of its own */
    uint64_t deadline = (work->now_ms / TICK) * TICK + 1 + draw(&seed) % farthest;
    if (what == 0) {
      mt__timer_clear(&work->wheel, &crowd[who].timer);
      deadlines[who] = 0;
    } else if (what < 6) {
      mt__timer_set(&work->wheel, &crowd[who].timer, deadline);
      deadlines[who] = deadline;
    } else {
      uint64_t step = draw(&seed) % 500 == 0 ? 2 * TURN : draw(&seed) % 150;
      advance_to(work, work->now_ms - START_MS + step);
      check_crowd(crowd, deadlines, fires, work->now_ms);
    }
  }
  uint32_t set = 0;
  for (int i = 0; i < CROWD; i++) set += deadlines[i] != 0;
  assert_int_equal(work->wheel.count, set);
  assert_true(work->fired > 1000);
}

#define IN_CLOCKWORK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_timer_takes_forty_bytes),
      IN_CLOCKWORK(expires_at_the_first_tick_that_is_not_before_the_deadline),
      IN_CLOCKWORK(expires_in_order_of_ticks_even_when_all_come_at_once),
      IN_CLOCKWORK(a_later_deadline_does_not_touch_the_wheel),
      IN_CLOCKWORK(pushed_back_for_ever_it_never_expires),
      IN_CLOCKWORK(an_earlier_deadline_moves_it),
      IN_CLOCKWORK(pushed_back_then_pulled_before_its_slot_it_moves),
      IN_CLOCKWORK(a_cleared_timer_stays_silent),
      IN_CLOCKWORK(a_callback_may_clear_one_that_is_due_in_the_same_tick),
      IN_CLOCKWORK(a_callback_may_push_back_one_that_is_due_in_the_same_tick),
      IN_CLOCKWORK(a_callback_may_set_its_own_timer_again),
      IN_CLOCKWORK(a_callback_may_free_its_own_timer_and_others),
      IN_CLOCKWORK(set_into_the_past_it_expires_at_the_next_tick_not_in_this_one),
      IN_CLOCKWORK(beyond_the_horizon_it_stays_where_it_is_filed),
      IN_CLOCKWORK(a_gap_of_days_expires_each_once),
      IN_CLOCKWORK(the_end_of_time_never_comes_however_far_the_clock_jumps),
      IN_CLOCKWORK(a_clock_that_stands_still_or_goes_back_expires_nothing),
      IN_CLOCKWORK(agrees_with_a_plain_list_of_deadlines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
