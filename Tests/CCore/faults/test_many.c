/* Twenty thousand connections at once, without a descriptor: what each holds, and that those who
 * come between are served. */
#include <string.h>

#include "connection/connection.h"
#include "support/check.h"
#include "support/fake/world.h"

enum { MANY = 20000, HELD = HOST_HELD_MAX, IDLE_BYTES_MAX = 400 };

typedef struct crowd {
  const char *input;
  int count;
  scripted *peers;
} crowd;

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static void gather(world *self, crowd *all) {
  all->peers = calloc((size_t)all->count, sizeof *all->peers);
  assert_non_null(all->peers);
  for (int i = 0; i < all->count; i++) {
    scripted *peer = &all->peers[i];
    scripted_init(peer, mt_slice_from(all->input));
    assert_true(scripted_connect(peer, self->shard));
  }
}

static void disperse(world *self, crowd *all) {
  world_end_of_time(self);
  for (int i = 0; i < all->count; i++) {
    assert_true(all->peers[i].is_closed);
    scripted_deinit(&all->peers[i]);
  }
  free(all->peers);
}

/** The server took less than one block for each hundred of them: the rest is the connection itself,
 * which the transport allocates. */
static void idle(world *self, void *context) {
  crowd *all = context;
  size_t before = atomic_load(&self->host->memory.live_blocks);
  gather(self, all);
  size_t blocks = atomic_load(&self->host->memory.live_blocks) - before;
  assert_true(sizeof(mt__connection) <= IDLE_BYTES_MAX);
  assert_true(blocks < MANY / 100);
  for (int i = 0; i < all->count; i++) assert_true(scripted_has(&all->peers[i], "\r\n\r\nhello"));
  world_still_serves(self);
  disperse(self, all);
}

/** All of them leave at once, in the middle of something. */
static void leave(world *self, void *context) {
  crowd *all = context;
  gather(self, all);
  world_still_serves(self);
  for (int i = 0; i < all->count; i++) {
    scripted_reset(&all->peers[i]);
    mt__connection_on_ready(-1, MT__IO_READ, scripted_connection_of(&all->peers[i]));
  }
  assert_int_equal(self->shard->connection_count, 0);
  world_settle(self);
  world_still_serves(self);
  disperse(self, all);
}

static void run(void **state, world_scenario scenario, const char *input, int count) {
  crowd all = {input, count, NULL};
  world_plan plan = {.scenario = scenario, .context = &all};
  assert_true(world_run(*state, &plan));
}

static void idle_connections_hold_next_to_nothing(void **state) {
  run(state, idle, GET, MANY);
}

static void a_crowd_may_leave_at_once_while_idle(void **state) {
  run(state, leave, GET, MANY);
}

static void a_crowd_may_leave_at_once_within_a_head(void **state) {
  run(state, leave, "GET / HTTP/1.1\r\nHost: a\r\nX-Hal", MANY);
}

static void a_crowd_may_leave_at_once_within_a_body(void **state) {
  run(state, leave, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello", MANY);
}

static void a_crowd_may_leave_at_once_while_answers_are_made(void **state) {
  run(state, leave, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n", HELD);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WORLD_TEST(idle_connections_hold_next_to_nothing),
      WORLD_TEST(a_crowd_may_leave_at_once_while_idle),
      WORLD_TEST(a_crowd_may_leave_at_once_within_a_head),
      WORLD_TEST(a_crowd_may_leave_at_once_within_a_body),
      WORLD_TEST(a_crowd_may_leave_at_once_while_answers_are_made),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
