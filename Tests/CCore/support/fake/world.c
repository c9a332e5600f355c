#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "connection/connection.h"
#include "handlers.h"
#include "server/server.h"

enum { STEP_MS = 500, END_OF_TIME_MS = 400000, TURNS_MAX = 1000000, WORKER_PATIENCE_NS = 20000 };

/* --- turns --- */

scripted *world_peer(world *self, mt_slice input) {
  assert_true(self->peer_count < WORLD_PEERS_MAX);
  scripted *peer = &self->peers[self->peer_count++];
  scripted_init(peer, input);
  return peer;
}

scripted *world_connect(world *self, mt_slice input) {
  scripted *peer = world_peer(self, input);
  scripted_connect(peer, self->shard);
  return peer;
}

void world_forget_peers(world *self) {
  for (size_t i = 0; i < self->peer_count; i++) {
    assert_true(self->peers[i].is_closed);
    scripted_deinit(&self->peers[i]);
  }
  self->peer_count = 0;
}

/** Whether a worker may still say something about a connection that is there. */
static bool waits_for_worker(const world *self) {
  mt__list *connections = &self->shard->connections;
  for (mt__list *link = connections->next; link != connections; link = link->next) {
    const mt__connection *connection = MT__CONTAINER(link, mt__connection, link);
    for (const mt_exchange *at = connection->first; at; at = at->reactor_only.next) {
      const mt__route *route = at->request.match.route;
      bool is_working = route && route->dispatch == MT_DISPATCH_WORKER &&
                        at != connection->incoming && !at->reactor_only.is_ready;
      if (is_working) return true;
    }
  }
  return false;
}

/** Workers are threads of their own; waited for, they do not make one run differ from the next. */
static bool await_workers(world *self) {
  if (!waits_for_worker(self)) return false;
  while (waits_for_worker(self)) {
    nanosleep(&(struct timespec){0, WORKER_PATIENCE_NS}, NULL);
    fake_loop_turn();
  }
  return true;
}

bool world_turn(world *self) {
  bool has_moved = fake_loop_turn();
  for (size_t i = 0; i < self->peer_count; i++) has_moved |= scripted_turn(&self->peers[i]);
  has_moved |= world_resume_takes(self);
  return await_workers(self) || has_moved;
}

void world_settle(world *self) {
  int turns = 0;
  while (world_turn(self) || world_answer(self)) assert_true(++turns < TURNS_MAX);
}

void world_pass(world *self, uint64_t ms) {
  for (uint64_t passed = 0; passed < ms; passed += STEP_MS) {
    fake_clock_move(STEP_MS);
    world_settle(self);
  }
}

/* --- ends --- */

void world_end_of_time(world *self) {
  uint64_t passed = 0;
  world_settle(self);
  while (self->shard->connection_count && passed++ < END_OF_TIME_MS / STEP_MS)
    world_pass(self, STEP_MS);
  mt_stats stats = host_stats(self->host);
  assert_int_equal(stats.connections_open, 0);
  assert_int_equal(stats.requests_active, 0);
  assert_int_equal(self->shard->connection_count, 0);
  assert_int_equal(atomic_load(&self->shard->shared->connections), 0);
}

bool scripted_has(const scripted *peer, const char *text) {
  size_t size = strlen(text);
  for (size_t at = 0; at + size <= peer->output_size; at++)
    if (memcmp(peer->output + at, text, size) == 0) return true;
  return false;
}

void world_still_serves(world *self) {
  static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  scripted peer;
  scripted_init(&peer, mt_slice_from(request));
  peer.end = SCRIPTED_CLOSES;
  scripted_connect(&peer, self->shard);
  for (int i = 0; i < 100 && !peer.is_closed; i++) scripted_turn(&peer);
  assert_true(peer.is_closed);
  assert_true(scripted_has(&peer, "HTTP/1.1 200 OK\r\n"));
  assert_true(scripted_has(&peer, "\r\n\r\nhello"));
  scripted_deinit(&peer);
}

/* --- life --- */

typedef struct running {
  world world;
  const world_plan *plan;
  bool has_started;
} running;

static void drain(world *self, uint32_t drain_ms) {
  mt_server_drain(self->host->server, drain_ms ? drain_ms : 1);
  for (uint32_t passed = 0; !self->shard->is_ended; passed += STEP_MS) {
    assert_true(passed <= drain_ms + 10 * STEP_MS);
    world_settle(self);
    fake_clock_move(STEP_MS);
  }
}

static void enter(void *context) {
  running *run = context;
  run->has_started = true;
  run->world.shard = run->world.host->server->shards[0];
  run->plan->scenario(&run->world, run->plan->context);
  drain(&run->world, run->plan->drain_ms);
}

/** Answers that come after the stop: nobody listens, and nothing is lost. */
static void answer_too_late(world *self) {
  host *its = self->host;
  while (its->held_first != its->held_last) {
    mt_exchange *exchange = host_take(its);
    assert_int_equal(mt_exchange_complete(exchange), MT_ERROR_CLOSED);
    mt_exchange_release(exchange);
  }
}

static bool prepare(world *self, const world_plan *plan) {
  host *its = self->host;
  if (mt_server_create(&its->config, &its->server, NULL) != MT_OK) return false;
  if (!world_add_routes(self, plan->root)) return false;
  return !plan->listens ||
         mt_server_listen_tcp(its->server, MT_SLICE("127.0.0.1"), 0, NULL) == MT_OK;
}

bool world_run(host *its, const world_plan *plan) {
  running *run = calloc(1, sizeof *run);
  assert_non_null(run);
  run->plan = plan;
  run->world.host = its;
  if (prepare(&run->world, plan)) {
    fake_loop_on_run(enter, run);
    mt_server_run(its->server, NULL);
    fake_loop_on_run(NULL, NULL);
  }
  answer_too_late(&run->world);
  host_destroy(its);
  assert_int_equal(run->world.given, run->world.destroyed);
  world_forget_peers(&run->world);
  bool has_started = run->has_started;
  free(run);
  return has_started;
}

int world_tear_down(void **state) {
  return fake_loop_was_left() ? -1 : host_tear_down(state);
}
