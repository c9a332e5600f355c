/** The port to an event loop: all that Martlet asks of one, so that it lives in one file
 * (loop_libevent.c). One thread, unless a function says otherwise. Interest is level-triggered. */
#ifndef MT_REACTOR_LOOP_H
#define MT_REACTOR_LOOP_H

#include <martlet/status.h>
#include <stdbool.h>

#include "../base/allocator.h"
#include "../base/attributes.h"

MT__HIDDEN_BEGIN

typedef struct mt__loop mt__loop;

/** Interest and readiness. The values are the backend's own, so that its callback needs no
 * translation. */
enum { MT__IO_TIMEOUT = 0x01, MT__IO_READ = 0x02, MT__IO_WRITE = 0x04 };

/** Thread: the loop's. `ready` is a set of MT__IO_*. */
typedef void (*mt__io_fn)(int descriptor, short ready, void *user_data);

enum { MT__IO_STORAGE = 128 };

/** A watched descriptor, or a timer. Holds the backend's own record in place: an idle connection
 * costs no further block. */
typedef struct mt__io {
  _Alignas(8) unsigned char storage[MT__IO_STORAGE];
} mt__io;

mt_status mt__loop_create(const mt_allocator *allocator, mt__loop **loop);
/** All io must have been deinitialised. NULL is allowed. */
void mt__loop_destroy(mt__loop *loop);
/** Runs until mt__loop_break. */
mt_status mt__loop_run(mt__loop *loop);
/** Serves what is ready now, without waiting; nothing once the loop is broken. */
mt_status mt__loop_poll(mt__loop *loop);
/** Makes mt__loop_run and mt__loop_poll return after the current callbacks. */
void mt__loop_break(mt__loop *loop);
/** Whether it was broken, and has not returned from mt__loop_run since. */
bool mt__loop_is_broken(const mt__loop *loop);
/** A descriptor that is readable while the loop has something to serve, its timers apart; -1: there
 * is none. */
int mt__loop_descriptor(mt__loop *loop);
/** The backend's name, such as "epoll". Static lifetime. */
const char *mt__loop_backend(const mt__loop *loop);

/** Prepares `io` for `descriptor`, with no interest yet. */
void mt__io_init(mt__io *io, mt__loop *loop, int descriptor, mt__io_fn on_ready, void *user_data);
/** Sets the interest to `events` (0: none). Nothing happens when it is that already. */
mt_status mt__io_watch(mt__io *io, short events);
/** The descriptor given at init. */
int mt__io_descriptor(const mt__io *io);
/** Ends all interest; call it before the descriptor is closed. */
void mt__io_deinit(mt__io *io);
/** Calls `on_ready` (descriptor -1, MT__IO_TIMEOUT) once after `delay_ms`; set again, it moves. For
 * an io that was initialised with descriptor -1. */
mt_status mt__io_set_timeout(mt__io *io, uint32_t delay_ms);

MT__HIDDEN_END

#endif
