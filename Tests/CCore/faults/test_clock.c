/* Clocks that jump, as they do when a machine sleeps or its time is set. */
#include <string.h>

#include "support/answers.h"
#include "support/check.h"
#include "support/fake/requests.h"
#include "support/fake/world.h"

enum { DAY_MS = 24 * 3600 * 1000, HOUR_MS = 3600 * 1000 };

#define GET  "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define HALF "GET / HTTP/1.1\r\nHo"
#define BODY "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhel"

static void expect_status(const scripted *peer, size_t whole, int last) {
  answers all = answers_read((mt_slice){peer->output, peer->output_size});
  assert_null(all.offence);
  assert_int_equal(all.whole, whole);
  assert_int_equal(all.last_status, last);
}

/** Everything that waits for somebody has waited too long after a day: each ends once, as its
 * timeout says. */
static void sleep_a_day(world *self, void *context) {
  (void)context;
  scripted *idle = world_connect(self, MT_SLICE(GET));
  scripted *half = world_connect(self, MT_SLICE(HALF));
  scripted *body = world_connect(self, MT_SLICE(BODY));
  scripted *silent = world_connect(self, MT_SLICE(""));
  world_settle(self);
  fake_clock_move(DAY_MS);
  world_settle(self);
  assert_true(idle->is_closed && silent->is_closed);
  expect_status(idle, 1, 200);
  expect_status(half, 1, 408);
  expect_status(body, 1, 408);
  assert_int_equal(silent->output_size, 0);
  world_end_of_time(self);
  world_still_serves(self);
}

/** Nothing has waited longer because the clock went back: all stays, and times out later. */
static void go_back_an_hour(world *self, void *context) {
  (void)context;
  scripted *idle = world_connect(self, MT_SLICE(GET));
  fake_clock_move(2 * (int64_t)HOUR_MS);
  scripted *half = world_connect(self, MT_SLICE(HALF));
  world_settle(self);
  fake_clock_move(-HOUR_MS);
  scripted *late = world_connect(self, MT_SLICE(GET));
  world_settle(self);
  expect_status(late, 1, 200);
  assert_false(half->is_closed);
  world_still_serves(self);
  world_pass(self, 2 * HOUR_MS);
  assert_true(idle->is_closed && half->is_closed && late->is_closed);
  world_end_of_time(self);
}

/** A client that keeps asking is never taken for one that waits, however far the clock leaps. */
static void leap_between_requests(world *self, void *context) {
  (void)context;
  static char input[100 * sizeof GET];
  for (int i = 0; i < 100; i++) strcat(input, GET);
  scripted *peer = world_peer(self, mt_slice_from(input));
  peer->most_read = strlen(GET);
  scripted_connect(peer, self->shard);
  for (int i = 0; i < 99; i++) {
    fake_clock_move(50000); /* the idle timeout is 60 s */
    world_turn(self);
  }
  world_settle(self);
  expect_status(peer, 100, 200);
  world_end_of_time(self);
}

static void expect_date(world *self, int64_t seconds, const char *line) {
  fake_clock_set_wall(seconds);
  fake_clock_move(1000);
  world_settle(self);
  scripted *peer = world_peer(self, MT_SLICE(GET));
  peer->end = SCRIPTED_CLOSES;
  scripted_connect(peer, self->shard);
  world_settle(self);
  assert_true(scripted_has(peer, line));
  world_forget_peers(self);
}

static void set_the_time(world *self, void *context) {
  (void)context;
  expect_date(self, 784111777, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  expect_date(self, 2000000000, "Date: Wed, 18 May 2033 03:33:20 GMT\r\n");
  expect_date(self, 951782400, "Date: Tue, 29 Feb 2000 00:00:00 GMT\r\n");
  expect_date(self, 0, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
  world_end_of_time(self);
}

static void run(void **state, world_scenario scenario) {
  assert_true(world_run(*state, &(world_plan){.scenario = scenario}));
}

static void a_day_asleep_ends_what_waits(void **state) {
  run(state, sleep_a_day);
}

static void a_clock_that_goes_back_ends_nothing(void **state) {
  run(state, go_back_an_hour);
}

static void leaps_below_the_timeout_cut_nobody(void **state) {
  run(state, leap_between_requests);
}

static void the_date_follows_the_wall_clock_both_ways(void **state) {
  run(state, set_the_time);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WORLD_TEST(a_day_asleep_ends_what_waits),
      WORLD_TEST(a_clock_that_goes_back_ends_nothing),
      WORLD_TEST(leaps_below_the_timeout_cut_nobody),
      WORLD_TEST(the_date_follows_the_wall_clock_both_ways),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
