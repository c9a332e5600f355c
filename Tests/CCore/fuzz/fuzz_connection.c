/* A whole connection: the server is the real one but for its loop, its clocks and the transport. It
 * is sent the same octets three times: at once, at random splits with short and refused writes, and
 * with whatever faults there are. The first two have to be answered alike, all with well-formed
 * responses, and nothing may be left behind.
 *
 * Input: what the peer does at its end ("0": half-closes, "1": stays; "2" and "3": one more request
 * before that), the limits, four octets of chance, then what it sends to the routes of
 * support/fake/world.h. */
#include <errno.h>
#include <stdatomic.h>

#include "fuzz.h"
#include "support/answers.h"
#include "support/fake/world.h"

enum { MEMORY_CALLS = 60, TIMEOUT_MS = 2000, SENT_BYTES = 8192 };

#define LAST_NAME    "afterwards"
#define LAST_REQUEST "GET /name/" LAST_NAME " HTTP/1.1\r\nHost: a\r\n\r\n"
#define LAST_ANSWER  "\r\n\r\n" LAST_NAME

typedef struct plan {
  mt_slice sent;
  bool stays;
  bool knows_last; /* an earlier request may be answered as the last would be */
  uint64_t random;
  host *host;
} plan;

/* --- what is not the same each time --- */

static bool holds(mt_slice text, const char *word) {
  size_t size = strlen(word);
  for (size_t from = 0; from + size <= text.size; from++) {
    size_t at = 0;
    while (at < size && (text.data[from + at] | 0x20) == (word[at] | 0x20)) at++;
    if (at == size) return true;
  }
  return false;
}

/** Who waits for 100 (Continue) and is answered before the body came is closed behind that answer;
 * what a handler that gives up half-way had written may be dropped. When depends on the splits. */
static bool depends_on_splits(mt_slice sent) {
  return holds(sent, "100-continue") || holds(sent, "/cut");
}

/* --- one delivery --- */

typedef struct delivery {
  const scripted *peer;
  uint64_t responses, rejected, received, sent;
} delivery;

static uint64_t count_responses(const mt_stats *stats) {
  uint64_t sum = 0;
  for (int i = 0; i < 5; i++) sum += stats->responses[i];
  return sum;
}

static scripted *add_peer(world *there, const plan *its) {
  scripted *peer = world_peer(there, its->sent);
  peer->end = its->stays ? SCRIPTED_WAITS : SCRIPTED_CLOSES;
  return peer;
}

/** Until the connection is closed, by the peer or by a timeout. */
static delivery deliver(world *there, scripted *peer) {
  mt_stats before = host_stats(there->host);
  scripted_connect(peer, there->shard);
  world_end_of_time(there);
  mt_stats after = host_stats(there->host);
  return (delivery){
      .peer = peer,
      .responses = count_responses(&after) - count_responses(&before),
      .rejected = after.requests_rejected - before.requests_rejected,
      .received = after.bytes_received - before.bytes_received,
      .sent = after.bytes_sent - before.bytes_sent,
  };
}

/* --- what has to hold --- */

static answers require_well_formed(const plan *its, const scripted *peer) {
  answers all = answers_read((mt_slice){peer->output, peer->output_size});
  bool is_readable = !holds(its->sent, "HEAD ");
  if (is_readable && all.offence) fprintf(stderr, "%s\n", all.offence);
  fuzz_require(!is_readable || !all.offence);
  return all;
}

/** Without faults: each answer came whole, was counted, and none came behind what was refused. */
static void require_complete(const plan *its, const delivery *done) {
  answers all = require_well_formed(its, done->peer);
  fuzz_require(done->received == done->peer->sent && done->sent == done->peer->output_size);
  fuzz_require(done->rejected <= 1);
  fuzz_require(!done->rejected || its->knows_last || !scripted_has(done->peer, LAST_ANSWER));
  if (holds(its->sent, "HEAD ") || holds(its->sent, "/cut")) return;
  fuzz_require(!all.is_cut && all.whole == done->responses);
}

static mt_slice output_of(const delivery *done) {
  return (mt_slice){done->peer->output, done->peer->output_size};
}

static void show(const char *what, const delivery *done) {
  enum { SHOWN = 2000 };
  mt_slice output = output_of(done);
  fprintf(stderr, "%s: %llu answers, %llu refused, %zu octets:\n%.*s\n", what,
          (unsigned long long)done->responses, (unsigned long long)done->rejected, output.size,
          output.size < SHOWN ? (int)output.size : SHOWN, output.size ? output.data : "");
}

static void require_same(const delivery *a, const delivery *b) {
  if (!fuzz_same(output_of(a), output_of(b)) || a->rejected != b->rejected) {
    show("at once", a);
    show("at splits", b);
  }
  fuzz_require(fuzz_same(output_of(a), output_of(b)));
  fuzz_require(a->responses == b->responses && a->rejected == b->rejected);
}

/* --- faults --- */

static uint32_t roll(plan *its, uint32_t below) {
  return scripted_random(&its->random, below);
}

static void script_faults(plan *its, scripted *peer) {
  static const int errors[] = {ECONNRESET, EPIPE, ETIMEDOUT};
  peer->random = its->random | 1;
  peer->refusals = roll(its, 3);
  if (roll(its, 2)) peer->read_fails_at = roll(its, (uint32_t)its->sent.size + 1);
  if (roll(its, 2)) peer->write_fails_at = roll(its, 1000);
  if (roll(its, 4) == 0) peer->write_blocks_at = roll(its, 1000);
  peer->read_error = errors[roll(its, 3)];
  peer->write_error = errors[roll(its, 3)];
  failing_allocator *memory = &its->host->memory;
  atomic_store(&memory->calls, 0);
  memory->fail_at = roll(its, 2) ? 1 + roll(its, MEMORY_CALLS) : 0;
}

static void fail_in_every_way(plan *its, world *there) {
  scripted *peer = add_peer(there, its);
  script_faults(its, peer);
  deliver(there, peer);
  require_well_formed(its, peer);
  its->host->memory.fail_at = 0;
  world_still_serves(there);
}

/* --- all of it --- */

static void live(world *there, void *context) {
  plan *its = context;
  delivery whole = deliver(there, add_peer(there, its));
  require_complete(its, &whole);
  scripted *peer = add_peer(there, its);
  peer->random = its->random | 1;
  if (roll(its, 4) == 0) peer->most_read = 1;
  delivery split = deliver(there, peer);
  require_complete(its, &split);
  if (!depends_on_splits(its->sent)) require_same(&whole, &split);
  fail_in_every_way(its, there);
}

/** "0" switches nothing on. */
static void limit(mt_server_config *config, unsigned char what) {
  unsigned bits = (unsigned)(what - '0');
  config->max_pipelined_requests = bits & 1 ? 1 : 64;
  config->max_requests_per_connection = bits & 2 ? 2 : 0;
  config->max_body_bytes = bits & 4 ? 8 : 1048576;
  config->output_high_water_bytes = bits & 8 ? 4096 : 262144;
  config->output_low_water_bytes = config->output_high_water_bytes / 4;
  config->max_header_bytes = bits & 16 ? 256 : 16384;
  config->max_header_fields = bits & 16 ? 4 : 100;
}

static host *make_host(void) {
  void *made = NULL;
  fuzz_require(host_set_up(&made) == 0);
  host *its = made;
  mt_server_config *config = &its->config;
  config->workers = 0;
  config->header_timeout_ms = config->body_timeout_ms = config->idle_timeout_ms = TIMEOUT_MS;
  config->write_timeout_ms = config->linger_timeout_ms = TIMEOUT_MS;
  return its;
}

/** What the peer sends: the rest of the input, and maybe one more request. */
static mt_slice choose_sent(mt_slice input, bool has_more) {
  static char sent[SENT_BYTES];
  if (input.size) memcpy(sent, input.data, input.size);
  if (has_more) memcpy(sent + input.size, LAST_REQUEST, sizeof LAST_REQUEST - 1);
  return (mt_slice){sent, input.size + (has_more ? sizeof LAST_REQUEST - 1 : 0)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static host *its;
  if (!its) its = make_host();
  if (size > SENT_BYTES - sizeof LAST_REQUEST) return -1;
  mt_slice input = {(const char *)data, size};
  unsigned char end = fuzz_take(&input);
  plan given = {.host = its, .stays = end & 1};
  limit(&its->config, fuzz_take(&input));
  given.random = fuzz_take_number(&input, 4);
  given.sent = choose_sent(input, end & 2);
  given.knows_last = holds(input, LAST_NAME);
  its->log_size = 0;
  const world_plan plan = {.scenario = live, .context = &given};
  fuzz_require(world_run(its, &plan));
  fuzz_require(atomic_load(&its->memory.live_blocks) == 0);
  return 0;
}
