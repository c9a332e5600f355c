/* Everything at once, as a seed says: several peers, requests good and bad, short reads and writes,
 * errors, refused memory and interest, clocks that jump, handlers that dawdle. Whatever happens,
 * what was sent is well-formed, nothing is left behind, and the next request is served.
 *
 *  FAULTS_SEED=17 repeats one seed, in this process; FAULTS_SEEDS=100000 runs so many. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/answers.h"
#include "support/check.h"
#include "support/fake/requests.h"
#include "support/fake/world.h"

enum { SEEDS = 1500, SOAK_SEEDS = 60000, STEPS = 250, PEERS = 6, REQUESTS = 5 };

typedef struct dice {
  uint64_t state;
  char inputs[WORLD_PEERS_MAX][8192];
} dice;

static uint32_t roll(dice *self, uint32_t below) {
  return scripted_random(&self->state, below);
}

static bool one_in(dice *self, uint32_t count) {
  return roll(self, count) == 0;
}

/* --- peers --- */

static bool is_head(const request_kind *kind) {
  return strcmp(kind->name, "head") == 0 || strcmp(kind->name, "all") == 0;
}

/** Some requests, one after the other; now and then an octet is another. */
static mt_slice make_input(dice *self, char *out, size_t capacity) {
  size_t size = 0;
  for (uint32_t left = 1 + roll(self, REQUESTS); left; left--) {
    const request_kind *kind = &request_kinds[roll(self, (uint32_t)request_kind_count)];
    size_t more = strlen(kind->text);
    if (is_head(kind) || more > capacity - size) continue;
    memcpy(out + size, kind->text, more);
    size += more;
  }
  if (size && one_in(self, 4)) out[roll(self, (uint32_t)size)] = (char)roll(self, 256);
  return (mt_slice){out, size};
}

static void script_faults(dice *self, scripted *peer) {
  static const int errors[] = {ECONNRESET, ETIMEDOUT, EPIPE};
  uint32_t size = (uint32_t)peer->input.size + 1;
  if (one_in(self, 4)) peer->read_fails_at = roll(self, size);
  if (one_in(self, 4)) peer->write_fails_at = roll(self, 4000);
  if (one_in(self, 6)) peer->write_blocks_at = roll(self, 200000);
  if (one_in(self, 6)) peer->file_fails_at = roll(self, 1000);
  if (one_in(self, 2)) peer->file_error = EIO;
  if (one_in(self, 3)) peer->refusals = roll(self, 4);
  peer->read_error = errors[roll(self, 3)];
  peer->write_error = errors[roll(self, 3)];
}

static void add_peer(dice *self, world *there) {
  if (there->peer_count == WORLD_PEERS_MAX) return;
  char *input = self->inputs[there->peer_count];
  scripted *peer = world_peer(there, make_input(self, input, sizeof *self->inputs));
  peer->end = one_in(self, 2) ? SCRIPTED_CLOSES : SCRIPTED_WAITS;
  peer->random = one_in(self, 5) ? 0 : roll(self, 1u << 30) + 1;
  if (one_in(self, 2)) script_faults(self, peer);
  scripted_connect(peer, there->shard);
}

/* --- what happens --- */

static void release_held(world *there) {
  if (there->host->held_first != there->host->held_last)
    mt_exchange_release(host_take(there->host));
}

static void step(dice *self, world *there) {
  scripted *peer = &there->peers[roll(self, (uint32_t)there->peer_count)];
  switch (roll(self, 24)) {
  case 0:
    add_peer(self, there);
    break;
  case 1:
    peer->is_blocked = !peer->is_blocked;
    break;
  case 2:
    peer->is_silent = !peer->is_silent;
    break;
  case 3:
    if (one_in(self, 4)) scripted_reset(peer);
    break;
  case 4:
    fake_clock_move(roll(self, 3000));
    break;
  case 5:
    fake_clock_set_wall((int64_t)roll(self, 1u << 31));
    break;
  case 6:
    release_held(there);
    break;
  case 7:
    if (one_in(self, 8)) fake_loop_refuse_watch(1 + roll(self, 3));
    break;
  case 8:
  case 9:
    there->answers_elsewhere = one_in(self, 2);
    world_answer(there);
    break;
  default:
    world_turn(there);
    break;
  }
}

static void check_outputs(const world *there) {
  for (size_t i = 0; i < there->peer_count; i++) {
    const scripted *peer = &there->peers[i];
    answers all = answers_read((mt_slice){peer->output, peer->output_size});
    if (!all.offence) continue;
    print_error("peer %zu got %s:\n%.*s\n", i, all.offence, (int)peer->output_size, peer->output);
    fail();
  }
}

/** Memory fails some time after the start, once or a few times in a row. */
static void script_memory(dice *self, failing_allocator *memory) {
  atomic_store(&memory->calls, 0);
  memory->fail_at = one_in(self, 3) ? 1 + roll(self, 100) : 0;
  memory->fail_count = 1 + roll(self, 3);
}

static struct {
  uint64_t connections, requests, rejected, timeouts, answered, failed_memory;
} tally;

static void count(const world *there) {
  mt_stats stats = host_stats(there->host);
  tally.connections += stats.connections_total;
  tally.requests += stats.requests_total;
  tally.rejected += stats.requests_rejected;
  tally.timeouts += stats.timeouts;
  for (int i = 0; i < 5; i++) tally.answered += stats.responses[i];
  tally.failed_memory += failing_allocator_has_failed(&there->host->memory);
}

static void live(world *there, void *context) {
  dice *self = context;
  script_memory(self, &there->host->memory);
  for (uint32_t left = 1 + roll(self, PEERS); left; left--) add_peer(self, there);
  for (int left = STEPS; left; left--) step(self, there);
  bool is_drained_alive = one_in(self, 3);
  if (!is_drained_alive) world_end_of_time(there);
  count(there);
  there->host->memory.fail_at = 0;
  fake_loop_refuse_watch(0);
  if (!is_drained_alive) world_still_serves(there);
  check_outputs(there);
}

static void set_up(dice *self, host *its) {
  mt_server_config *config = &its->config;
  config->workers = one_in(self, 3) ? 2 : 0;
  config->output_high_water_bytes = one_in(self, 2) ? 4096 + roll(self, 60000) : 262144;
  config->output_low_water_bytes = config->output_high_water_bytes / 4;
  config->max_pipelined_requests = 1 + roll(self, 8);
  config->max_requests_per_connection = one_in(self, 3) ? 1 + roll(self, 3) : 0;
  config->linger_timeout_ms = one_in(self, 2) ? 2000 : 0;
  config->max_connections = one_in(self, 4) ? 1 + roll(self, PEERS) : 0;
  config->max_body_bytes = one_in(self, 4) ? 8 : 1048576;
}

static void run_seed(host *its, uint64_t seed) {
  static dice self;
  self.state = seed;
  scripted_random(&self.state, 2);
  fake_clock_reset();
  set_up(&self, its);
  world_plan plan = {
      .scenario = live, .context = &self, .root = requests_root(), .drain_ms = roll(&self, 3000)};
  assert_true(world_run(its, &plan));
  assert_int_equal(atomic_load(&its->memory.live_blocks), 0);
}

/* --- seeds --- */

/* Older sanitizer runtimes break where the kernel spreads addresses widely. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEADY "setarch -R "
#else
#define STEADY ""
#endif

static uint64_t number_from(const char *variable, uint64_t standard) {
  const char *text = getenv(variable);
  return text ? strtoull(text, NULL, 10) : standard;
}

static void run_alone(void **state) {
  run_seed(*state, number_from("FAULTS_SEED", 0));
}

static volatile uint64_t *current; /* shared with the child, so that its end does not lose it */

static void run_all(void **state) {
  uint64_t standard = getenv("MARTLET_SOAK") ? SOAK_SEEDS : SEEDS;
  uint64_t seeds = number_from("FAULTS_SEEDS", standard);
  for (*current = 1; *current <= seeds; ++*current) run_seed(*state, *current);
  printf(
      "# %llu seeds: %llu connections, %llu requests, %llu answered, %llu refused, %llu timeouts, "
      "%llu without memory\n",
      (unsigned long long)seeds, (unsigned long long)tally.connections,
      (unsigned long long)tally.requests, (unsigned long long)tally.answered,
      (unsigned long long)tally.rejected, (unsigned long long)tally.timeouts,
      (unsigned long long)tally.failed_memory);
  assert_true(tally.answered > seeds && tally.rejected > 0 && tally.timeouts > 0);
}

static int run_child(void) {
  const struct CMUnitTest tests[] = {WORLD_TEST(run_all)};
  return cmocka_run_group_tests_name("seeds", tests, NULL, NULL);
}

/** In a child, so that whatever ends it the seed can be named. */
static void nothing_is_lost_whatever_happens(void **state) {
  (void)state;
  requests_root();
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failures = run_child();
    fflush(NULL);
    _exit(failures ? 1 : 0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (status != 0) {
    char path[512] = "";
    if (readlink("/proc/self/exe", path, sizeof path - 1) < 0) strcpy(path, "test_seeds");
    print_error("repeat with: FAULTS_SEED=%llu " STEADY "%s\n", (unsigned long long)*current, path);
    fail();
  }
}

int main(void) {
  current = mmap(NULL, sizeof *current, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (current == MAP_FAILED) return 1;
  const struct CMUnitTest alone[] = {WORLD_TEST(run_alone)};
  const struct CMUnitTest all[] = {cmocka_unit_test(nothing_is_lost_whatever_happens)};
  if (getenv("FAULTS_SEED")) return cmocka_run_group_tests(alone, NULL, requests_clean_up);
  return cmocka_run_group_tests(all, NULL, requests_clean_up);
}
