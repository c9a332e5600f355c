/* Every allocation in the life of every kind of request fails once: the request may be lost, the
 * server may not, and the next request is served. */
#include <string.h>

#include "support/check.h"
#include "support/fake/requests.h"
#include "support/fake/world.h"

/** Whether what came begins as an answer, or nothing came: half a line would be a broken server. */
static void expect_answer_or_nothing(const scripted *peer, const request_kind *kind) {
  if (peer->output_size == 0) return;
  size_t size = strlen(kind->answer);
  bool is_answer = peer->output_size >= size && !memcmp(peer->output, kind->answer, size);
  if (is_answer || scripted_has(peer, "HTTP/1.1 503 ") || scripted_has(peer, "HTTP/1.1 500 "))
    return;
  print_error("%s: %.*s\n", kind->name, (int)peer->output_size, peer->output);
  fail();
}

/** Serves the kind while the `nth` allocation from here on fails; whether there was one. */
static bool serve_failing(world *self, const request_kind *kind, size_t nth) {
  failing_allocator *memory = &self->host->memory;
  atomic_store(&memory->calls, 0);
  memory->fail_at = nth;
  scripted *peer = world_peer(self, mt_slice_from(kind->text));
  peer->end = SCRIPTED_CLOSES;
  peer->splits[peer->split_count++] = strlen(kind->text) - 1;
  scripted_connect(peer, self->shard);
  world_end_of_time(self);
  bool has_failed = failing_allocator_has_failed(memory);
  memory->fail_at = 0;
  expect_answer_or_nothing(peer, kind);
  world_forget_peers(self);
  return has_failed;
}

typedef struct walk {
  const request_kind *kind;
  size_t nth;
  bool has_failed;
} walk;

/** In a server of its own, so that nothing is pooled yet. */
static void take_step(world *self, void *context) {
  walk *step = context;
  step->has_failed = serve_failing(self, step->kind, step->nth);
  world_still_serves(self);
}

static void walk_kinds(host *its, world_plan plan, size_t *sites) {
  for (size_t i = 0; i < request_kind_count; i++) {
    walk step = {.kind = &request_kinds[i]};
    plan.context = &step;
    do {
      step.nth++;
      assert_true(world_run(its, &plan));
    } while (step.has_failed);
    *sites += step.nth - 1;
  }
}

static void a_request_survives_every_failing_allocation(void **state) {
  world_plan plan = {.scenario = take_step, .root = requests_root()};
  size_t sites = 0;
  walk_kinds(*state, plan, &sites);
  print_message("%zu allocations failed\n", sites);
  assert_true(sites > request_kind_count);
}

static void walk_start(host *its, size_t nth) {
  walk step = {.kind = &request_kinds[0]};
  world_plan plan = {.scenario = take_step, .context = &step, .root = requests_root()};
  atomic_store(&its->memory.calls, 0);
  its->memory.fail_at = nth;
  world_run(its, &plan);
}

static void a_start_survives_every_failing_allocation(void **state) {
  host *its = *state;
  size_t nth = 0;
  do {
    walk_start(its, ++nth);
    assert_int_equal(atomic_load(&its->memory.live_blocks), 0);
  } while (its->memory.fail_at);
  assert_true(nth > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WORLD_TEST(a_request_survives_every_failing_allocation),
      WORLD_TEST(a_start_survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, requests_clean_up);
}
