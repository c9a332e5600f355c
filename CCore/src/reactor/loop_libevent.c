/** The port to libevent: the only file that knows it. */
#include "loop.h"

/* SwiftPM compiles this package's every target, also for the engine that is all Swift and links
 * none of it: that one must not need libevent's headers. */
#if !defined(SWIFT_PACKAGE) || defined(MT_IS_ENGINE) || __has_include(<event2/event.h>)

#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>

#include "../base/os.h"

/* A descriptor's interest is told to the kernel at once, never through libevent's change list. The
 * list would save a call only where interest changes twice in one round, and it forgets the
 * kernel's record of a descriptor that is closed while a forked child still holds it: that record
 * then reports for whoever gets the number next. It would also hide the kernel's refusal from
 * mt__io_watch. IGNORE_ENV keeps the environment from turning it on. */
static const int BASE_FLAGS[] = {EVENT_BASE_FLAG_NOLOCK, EVENT_BASE_FLAG_IGNORE_ENV};

_Static_assert(sizeof(struct event) <= MT__IO_STORAGE, "a watched descriptor must fit its storage");
_Static_assert(_Alignof(struct event) <= _Alignof(mt__io),
               "storage must be aligned for the record");
_Static_assert((int)MT__IO_TIMEOUT == EV_TIMEOUT, "readiness is passed on untranslated");
_Static_assert((int)MT__IO_READ == EV_READ, "readiness is passed on untranslated");
_Static_assert((int)MT__IO_WRITE == EV_WRITE, "readiness is passed on untranslated");

struct mt__loop {
  const mt_allocator *allocator;
  struct event_base *base;
  bool is_broken; /* libevent forgets a break that comes before the run */
};

static struct event *record(mt__io *io) {
  return (struct event *)(void *)io->storage;
}

static const struct event *peek(const mt__io *io) {
  return (const struct event *)(const void *)io->storage;
}

/* A base takes three descriptors: the kernel's set and a pipe. Where it gets no pipe, libevent ends
 * the whole process, so we try first. A thread that takes the last ones in between can still make
 * it happen; nothing short of process-wide hooks could prevent that. */
static bool can_open_descriptors(void) {
  enum { NEEDED = 3 };
  int readers[NEEDED], writers[NEEDED], count = 0;
  while (count < NEEDED && mt__os_wake_open(&readers[count], &writers[count]) == 0) count++;
  for (int i = 0; i < count; i++) mt__os_wake_close(readers[i], writers[i]);
  return count == NEEDED;
}

static struct event_base *create_base(void) {
  if (!can_open_descriptors()) return NULL;
  struct event_config *config = event_config_new();
  if (config == NULL) return NULL;
  int refused = 0;
  for (size_t i = 0; i < sizeof BASE_FLAGS / sizeof BASE_FLAGS[0]; i++) {
    refused |= event_config_set_flag(config, BASE_FLAGS[i]);
  }
  struct event_base *base = refused != 0 ? NULL : event_base_new_with_config(config);
  event_config_free(config);
  return base;
}

mt_status mt__loop_create(const mt_allocator *allocator, mt__loop **loop) {
  mt__loop *made = mt__allocate(allocator, sizeof *made);
  if (made == NULL) return MT_ERROR_NO_MEMORY;
  *made = (mt__loop){.allocator = allocator, .base = create_base()};
  if (made->base == NULL) {
    mt__deallocate(allocator, made);
    return MT_ERROR_SYSTEM;
  }
  *loop = made;
  return MT_OK;
}

void mt__loop_destroy(mt__loop *loop) {
  if (loop == NULL) return;
  event_base_free(loop->base);
  mt__deallocate(loop->allocator, loop);
}

static mt_status serve(mt__loop *loop, int flags) {
  return event_base_loop(loop->base, flags) < 0 ? MT_ERROR_SYSTEM : MT_OK;
}

mt_status mt__loop_run(mt__loop *loop) {
  mt_status status = loop->is_broken ? MT_OK : serve(loop, EVLOOP_NO_EXIT_ON_EMPTY);
  loop->is_broken = false;
  return status;
}

mt_status mt__loop_poll(mt__loop *loop) {
  /* NONBLOCK alone goes round until nothing is ready, which may be never. */
  return loop->is_broken ? MT_OK : serve(loop, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

void mt__loop_break(mt__loop *loop) {
  loop->is_broken = true;
  event_base_loopbreak(loop->base);
}

bool mt__loop_is_broken(const mt__loop *loop) {
  return loop->is_broken;
}

static int find_set_of(int watched) {
  enum { DESCRIPTORS_MAX = 1 << 20 };
  int set = 0;
  while (set < DESCRIPTORS_MAX && !mt__os_is_watched_by(watched, set)) set++;
  return set < DESCRIPTORS_MAX ? set : -1;
}

static void ignore_readiness(int descriptor, short ready, void *user_data) {
  (void)descriptor, (void)ready, (void)user_data;
}

/* libevent does not tell its descriptor. We let it watch one of ours, and look whose set that is
 * in. */
int mt__loop_descriptor(mt__loop *loop) {
  const char *backend = mt__loop_backend(loop);
  if (strcmp(backend, "epoll") != 0 && strcmp(backend, "kqueue") != 0) return -1;
  int reader, writer;
  if (mt__os_wake_open(&reader, &writer) != 0) return -1;
  mt__io probe;
  mt__io_init(&probe, loop, reader, ignore_readiness, NULL);
  int found = mt__io_watch(&probe, MT__IO_READ) == MT_OK ? find_set_of(reader) : -1;
  mt__io_deinit(&probe);
  mt__os_wake_close(reader, writer);
  return found;
}

const char *mt__loop_backend(const mt__loop *loop) {
  return event_base_get_method(loop->base);
}

void mt__io_init(mt__io *io, mt__loop *loop, int descriptor, mt__io_fn on_ready, void *user_data) {
  event_assign(record(io), loop->base, descriptor, 0, on_ready, user_data);
}

/* Only what is not added may be reassigned; the rest of the record stays as it was at init. */
static void assign_interest(struct event *event, short events) {
  short wanted = (short)(events == 0 ? 0 : events | EV_PERSIST);
  event_assign(event, event_get_base(event), event_get_fd(event), wanted, event_get_callback(event),
               event_get_callback_arg(event));
}

mt_status mt__io_watch(mt__io *io, short events) {
  struct event *event = record(io);
  short current = (short)(event_get_events(event) & (EV_READ | EV_WRITE));
  if (current == events) return MT_OK;
  if (current != 0 && event_del(event) != 0) return MT_ERROR_SYSTEM;
  assign_interest(event, events);
  if (events == 0 || event_add(event, NULL) == 0) return MT_OK;
  assign_interest(event, 0);
  return MT_ERROR_SYSTEM;
}

int mt__io_descriptor(const mt__io *io) {
  return event_get_fd(peek(io));
}

void mt__io_deinit(mt__io *io) {
  event_del(record(io));
  event_debug_unassign(record(io));
}

mt_status mt__io_set_timeout(mt__io *io, uint32_t delay_ms) {
  struct timeval delay = {.tv_sec = (time_t)(delay_ms / 1000),
                          .tv_usec = (suseconds_t)(delay_ms % 1000 * 1000)};
  return event_add(record(io), &delay) == 0 ? MT_OK : MT_ERROR_SYSTEM;
}

#endif
