#include "loop.h"

#include <poll.h>

#include "base/clock.h"
#include "reactor/loop.h"

/* --- clocks --- */

enum { START_MS = 1000000, START_SECONDS = 784111777 /* the date of RFC 9110 §5.6.7 */ };

static _Atomic int64_t now_ms = START_MS;
static _Atomic int64_t wall_seconds = START_SECONDS;

uint64_t mt__clock_monotonic_ms(void) {
  return (uint64_t)now_ms;
}

int64_t mt__clock_wall_seconds(void) {
  return wall_seconds;
}

void fake_clock_reset(void) {
  now_ms = START_MS;
  wall_seconds = START_SECONDS;
}

void fake_clock_move(int64_t by_ms) {
  now_ms += by_ms;
}

void fake_clock_set_wall(int64_t seconds) {
  wall_seconds = seconds;
}

/* --- the loop --- */

struct mt__loop {
  const mt_allocator *allocator;
  struct fake_io *first;
  bool is_broken;
};

/** Lives in an mt__io. In its loop's list while it is watched or timed. */
typedef struct fake_io {
  struct fake_io *next;
  mt__loop *loop;
  mt__io_fn on_ready;
  void *user_data;
  uint64_t deadline_ms;
  int descriptor;
  short events;
  bool is_timed;
  bool is_seen; /* in this turn */
} fake_io;

_Static_assert(sizeof(fake_io) <= MT__IO_STORAGE, "a fake must fit where the real one does");

static mt__loop *running;
static void (*script)(void *context);
static void *script_context;
static uint32_t watches_until_refusal;

static fake_io *record(mt__io *io) {
  return (fake_io *)(void *)io->storage;
}

static void take_out(fake_io *io) {
  for (fake_io **link = &io->loop->first; *link; link = &(*link)->next) {
    if (*link != io) continue;
    *link = io->next;
    return;
  }
}

static void put_in(fake_io *io) {
  take_out(io);
  io->next = io->loop->first;
  io->loop->first = io;
}

static short readiness(const fake_io *io) {
  if (io->is_timed) return mt__clock_monotonic_ms() >= io->deadline_ms ? MT__IO_TIMEOUT : 0;
  short wanted =
      (short)((io->events & MT__IO_READ ? POLLIN : 0) | (io->events & MT__IO_WRITE ? POLLOUT : 0));
  struct pollfd asked = {.fd = io->descriptor, .events = wanted};
  if (poll(&asked, 1, 0) <= 0) return 0;
  short ready = (short)((asked.revents & (POLLIN | POLLHUP | POLLERR) ? MT__IO_READ : 0) |
                        (asked.revents & (POLLOUT | POLLERR) ? MT__IO_WRITE : 0));
  return ready & io->events;
}

/* A callback may take any other out, so each look starts from the front. */
static fake_io *next_unseen(const mt__loop *loop) {
  fake_io *io = loop->first;
  while (io && io->is_seen) io = io->next;
  return io;
}

static bool serve_once(mt__loop *loop) {
  bool has_served = false;
  for (fake_io *io = loop->first; io; io = io->next) io->is_seen = false;
  for (fake_io *io; (io = next_unseen(loop)) != NULL;) {
    io->is_seen = true;
    short ready = readiness(io);
    if (!ready) continue;
    if (io->is_timed) take_out(io);
    io->is_timed = false;
    has_served = true;
    io->on_ready(io->descriptor, ready, io->user_data);
  }
  return has_served;
}

void fake_loop_on_run(void (*function)(void *context), void *context) {
  script = function;
  script_context = context;
}

bool fake_loop_turn(void) {
  return running && serve_once(running);
}

bool fake_loop_was_left(void) {
  bool was_left = running != NULL;
  running = NULL;
  return was_left;
}

void fake_loop_refuse_watch(uint32_t nth) {
  watches_until_refusal = nth;
}

mt_status mt__loop_create(const mt_allocator *allocator, mt__loop **loop) {
  *loop = mt__allocate_zeroed(allocator, 1, sizeof **loop);
  if (!*loop) return MT_ERROR_NO_MEMORY;
  (*loop)->allocator = allocator;
  return MT_OK;
}

void mt__loop_destroy(mt__loop *loop) {
  if (loop) mt__deallocate(loop->allocator, loop);
}

bool mt__loop_is_broken(const mt__loop *loop) {
  return loop->is_broken;
}

int mt__loop_descriptor(mt__loop *loop) {
  (void)loop;
  return -1;
}

mt_status mt__loop_run(mt__loop *loop) {
  running = loop;
  if (script && !loop->is_broken) script(script_context);
  while (!loop->is_broken) serve_once(loop);
  running = NULL;
  return MT_OK;
}

mt_status mt__loop_poll(mt__loop *loop) {
  serve_once(loop);
  return MT_OK;
}

void mt__loop_break(mt__loop *loop) {
  loop->is_broken = true;
}

const char *mt__loop_backend(const mt__loop *loop) {
  (void)loop;
  return "fake";
}

void mt__io_init(mt__io *io, mt__loop *loop, int descriptor, mt__io_fn on_ready, void *user_data) {
  *record(io) = (fake_io){
      .loop = loop, .descriptor = descriptor, .on_ready = on_ready, .user_data = user_data};
}

mt_status mt__io_watch(mt__io *io, short events) {
  fake_io *fake = record(io);
  if (fake->events == events) return MT_OK;
  if (watches_until_refusal && --watches_until_refusal == 0) return MT_ERROR_SYSTEM;
  fake->events = events;
  if (events)
    put_in(fake);
  else
    take_out(fake);
  return MT_OK;
}

int mt__io_descriptor(const mt__io *io) {
  return ((const fake_io *)(const void *)io->storage)->descriptor;
}

void mt__io_deinit(mt__io *io) {
  take_out(record(io));
}

mt_status mt__io_set_timeout(mt__io *io, uint32_t delay_ms) {
  fake_io *fake = record(io);
  fake->deadline_ms = mt__clock_monotonic_ms() + delay_ms;
  fake->is_timed = true;
  put_in(fake);
  return MT_OK;
}
