/** A server on the caller's thread with the fake loop under it, peers that are scripts, and one
 * route of each kind: nothing moves but by a turn, so that every run can be repeated. */
#ifndef MT_TESTS_WORLD_H
#define MT_TESTS_WORLD_H

#include "../host.h"
#include "../scripted.h"
#include "loop.h"

enum { WORLD_PEERS_MAX = 16, WORLD_TAKES_MAX = 64, WORLD_LARGE = 100000, WORLD_PIECE = 30000 };

/** A request body that is being taken piece by piece. */
typedef struct world_take {
  mt_exchange *exchange;
  size_t bytes;
  bool is_paused;
} world_take;

typedef struct world {
  host *host;
  mt__shard *shard;
  scripted peers[WORLD_PEERS_MAX];
  size_t peer_count;
  world_take takes[WORLD_TAKES_MAX];
  bool answers_elsewhere; /* what is held is answered on another thread */
  int given;              /* destructors handed to the server */
  int destroyed;          /* … and called */
} world;

typedef void (*world_scenario)(world *self, void *context);

typedef struct world_plan {
  world_scenario scenario;
  void *context;
  const char *root;  /* the folder behind /file; NULL: none */
  uint32_t drain_ms; /* of the fake clock, behind the scenario; 0: cut at once */
  bool listens;      /* on a port of 127.0.0.1 */
} world_plan;

/** Starts a server as `its` says, with the routes below, runs the scenario on its reactor,
 * drains it and destroys it; asserts that every destructor ran once. False: it did not start, and
 * the scenario was not run. The routes:
 *
 *  GET  /        "hello"
 *  GET  /name/{} the parameter
 *  GET  /fields  forty fields, a body of WORLD_LARGE octets in the arena
 *  GET  /lent    WORLD_LARGE borrowed octets
 *  GET  /file/…  the files of `root`
 *  POST /echo    the body
 *  POST /worker  the body, on a worker where there are any
 *  GET  /silent  no answer: 500
 *  POST /take    the length of the body, taken piece by piece with a pause after each
 *  GET  /later   held until world_answer: "later"
 *  GET  /stream  held: three times WORLD_PIECE octets, of unknown length
 *  GET  /sized   held: the same, announced
 *  GET  /cut     held: a piece, then released without an end */
bool world_run(host *its, const world_plan *plan);
/** As host_tear_down. A failed assertion leaves the server in the middle of a call: it then stays
 * as it is. */
int world_tear_down(void **state);
#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, host_set_up, world_tear_down)

/** A peer that sends `input`; script it further, then scripted_connect. Lifetime: the world's. */
scripted *world_peer(world *self, mt_slice input);
/** world_peer and scripted_connect with self->shard. */
scripted *world_connect(world *self, mt_slice input);
/** Drops the peers, all of whom must be closed, and what they got. */
void world_forget_peers(world *self);
/** One turn of the loop and of every peer, then of the workers, to their end; whether anything
 * happened. */
bool world_turn(world *self);
/** Turns, and answers what is held, until nothing happens any more. */
void world_settle(world *self);
/** Moves the clock in ticks and settles, until `ms` have passed. */
void world_pass(world *self, uint64_t ms);
/** Answers what /later, /stream and /sized hold, the oldest first; false: nothing was held. */
bool world_answer(world *self);
/** As the end of time: after it no connection and no exchange is left; asserts that. */
void world_end_of_time(world *self);
/** Asserts that a new peer's request is answered. */
void world_still_serves(world *self);
/** Whether what the peer got has `text` in it. */
bool scripted_has(const scripted *peer, const char *text);

#endif
