/* Every kind of request with a fault at every octet of what is read and of what is written. What is
 * only slow must not change an octet of the answer; what breaks must leave nothing behind. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/fake/requests.h"
#include "support/fake/world.h"

/* Heads are tried whole, long bodies here and there. */
#ifdef __SANITIZE_THREAD__
enum { NEAR = 700, STRIDE = 7, FAR_STRIDE = 4999 };
#else
enum { NEAR = 700, STRIDE = 1, FAR_STRIDE = 4999 };
#endif

static char *wanted;
static size_t wanted_size;

static scripted *peer_of(world *self, const request_kind *kind) {
  scripted *peer = world_peer(self, mt_slice_from(kind->text));
  peer->end = SCRIPTED_CLOSES;
  return peer;
}

static void serve(world *self, scripted *peer) {
  scripted_connect(peer, self->shard);
  world_end_of_time(self);
}

/** What the kind is answered when nothing happens to it. */
static void note_wanted(world *self, const request_kind *kind) {
  scripted *peer = peer_of(self, kind);
  serve(self, peer);
  size_t begin = strlen(kind->answer);
  if (peer->output_size < begin || memcmp(peer->output, kind->answer, begin) != 0) {
    print_error("%s: %.*s\n", kind->name, (int)peer->output_size, peer->output);
    fail();
  }
  wanted = peer->output;
  wanted_size = peer->output_size;
  peer->output = NULL;
  world_forget_peers(self);
}

static bool begins(const char *text, mt_slice with) {
  return with.size == 0 || memcmp(text, with.data, with.size) == 0;
}

/** Whether 100 (Continue) is sent depends on whether the body is there already: RFC 9110 §10.1.1.
 */
static mt_slice without_invitation(const scripted *peer) {
  static const char invitation[] = "HTTP/1.1 100 Continue\r\n\r\n";
  size_t size = sizeof invitation - 1;
  if (peer->output_size < size) size = peer->output_size;
  if (!begins(invitation, (mt_slice){peer->output, size})) size = 0;
  return (mt_slice){size ? peer->output + size : peer->output, peer->output_size - size};
}

static void complain(const request_kind *kind, const char *what, size_t at, mt_slice got) {
  int shown = got.size < 2000 ? (int)got.size : 2000;
  print_error("%s, %s %zu: %zu octets for %zu\n%.*s\n", kind->name, what, at, got.size, wanted_size,
              shown, got.data);
  fail();
}

static void expect_wanted(world *self, const request_kind *kind, const char *what, size_t at) {
  mt_slice got = without_invitation(&self->peers[0]);
  if (got.size != wanted_size || !begins(wanted, got)) complain(kind, what, at, got);
  world_forget_peers(self);
}

/** The answer to a request that broke off: RFC 9112 §8. */
static mt_slice without_complaint(mt_slice got) {
  static const char complaint[] = "HTTP/1.1 400 Bad Request\r\n";
  for (size_t at = 0; at + sizeof complaint <= got.size; at++)
    if (memcmp(got.data + at, complaint, sizeof complaint - 1) == 0) got.size = at;
  return got;
}

/** What came is the beginning of what was wanted, and no more than that. */
static void expect_beginning(world *self, const request_kind *kind, const char *what, size_t at) {
  mt_slice got = without_complaint(without_invitation(&self->peers[0]));
  if (got.size > wanted_size || !begins(wanted, got)) complain(kind, what, at, got);
  world_forget_peers(self);
}

static size_t next(size_t at) {
  return at < NEAR ? at + STRIDE : at + FAR_STRIDE;
}

/* --- slow, but whole --- */

static void split_reads(world *self, const request_kind *kind) {
  size_t size = strlen(kind->text);
  for (size_t at = 1; at < size; at += STRIDE) {
    scripted *peer = peer_of(self, kind);
    peer->splits[peer->split_count++] = at;
    serve(self, peer);
    expect_wanted(self, kind, "read up to", at);
  }
  scripted *peer = peer_of(self, kind);
  peer->most_read = 1;
  serve(self, peer);
  expect_wanted(self, kind, "octets a read:", 1);
}

static void stop_writes(world *self, const request_kind *kind) {
  for (size_t at = 0; at < wanted_size; at = next(at)) {
    scripted *peer = peer_of(self, kind);
    peer->write_stops_at = (ptrdiff_t)at;
    serve(self, peer);
    expect_wanted(self, kind, "written up to", at);
  }
  scripted *peer = peer_of(self, kind);
  peer->most_written = wanted_size < NEAR ? 1 : 1001;
  serve(self, peer);
  expect_wanted(self, kind, "octets a write:", peer->most_written);
}

/* --- broken --- */

static void fail_reads(world *self, const request_kind *kind) {
  static const int errors[] = {ECONNRESET, ETIMEDOUT};
  size_t size = strlen(kind->text);
  for (size_t at = 0; at <= size; at += STRIDE) {
    scripted *peer = peer_of(self, kind);
    peer->read_fails_at = (ptrdiff_t)at;
    peer->read_error = errors[at % 2];
    serve(self, peer);
    expect_beginning(self, kind, "reading failed at", at);
  }
}

static void close_early(world *self, const request_kind *kind) {
  size_t size = strlen(kind->text);
  for (size_t at = 0; at < size; at += STRIDE) {
    scripted *peer = peer_of(self, kind);
    peer->input.size = at;
    serve(self, peer);
    expect_beginning(self, kind, "half-closed at", at);
  }
}

static void fail_writes(world *self, const request_kind *kind) {
  static const int errors[] = {EPIPE, ECONNRESET, ETIMEDOUT};
  for (size_t at = 0; at < wanted_size; at = next(at)) {
    scripted *peer = peer_of(self, kind);
    peer->write_fails_at = (ptrdiff_t)at;
    peer->write_error = errors[at % 3];
    serve(self, peer);
    expect_beginning(self, kind, "writing failed at", at);
  }
}

/** Who takes nothing is let go after the write timeout. */
static void block_writes(world *self, const request_kind *kind) {
  for (size_t at = 0; at < wanted_size; at = next(at + 50)) {
    scripted *peer = peer_of(self, kind);
    peer->write_blocks_at = (ptrdiff_t)at;
    serve(self, peer);
    expect_beginning(self, kind, "blocked at", at);
  }
}

typedef void (*trial)(world *self, const request_kind *kind);

static void try_kinds(world *self, void *context) {
  trial run = *(trial *)context;
  for (size_t i = 0; i < request_kind_count; i++) {
    note_wanted(self, &request_kinds[i]);
    run(self, &request_kinds[i]);
    world_still_serves(self);
    free(wanted);
  }
}

static void try_everywhere(void **state, trial run) {
  world_plan plan = {.scenario = try_kinds, .context = &run, .root = requests_root()};
  assert_true(world_run(*state, &plan));
}

static void reads_split_at_every_octet_change_nothing(void **state) {
  try_everywhere(state, split_reads);
}

static void writes_that_stop_at_every_octet_change_nothing(void **state) {
  try_everywhere(state, stop_writes);
}

static void reads_that_fail_at_every_octet_leave_nothing_behind(void **state) {
  try_everywhere(state, fail_reads);
}

static void half_closes_at_every_octet_leave_nothing_behind(void **state) {
  try_everywhere(state, close_early);
}

static void writes_that_fail_at_every_octet_leave_nothing_behind(void **state) {
  try_everywhere(state, fail_writes);
}

static void peers_that_stop_taking_at_any_octet_are_let_go(void **state) {
  try_everywhere(state, block_writes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WORLD_TEST(reads_split_at_every_octet_change_nothing),
      WORLD_TEST(writes_that_stop_at_every_octet_change_nothing),
      WORLD_TEST(reads_that_fail_at_every_octet_leave_nothing_behind),
      WORLD_TEST(half_closes_at_every_octet_leave_nothing_behind),
      WORLD_TEST(writes_that_fail_at_every_octet_leave_nothing_behind),
      WORLD_TEST(peers_that_stop_taking_at_any_octet_are_let_go),
  };
  return cmocka_run_group_tests(tests, NULL, requests_clean_up);
}
