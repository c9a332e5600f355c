/** Threads from the host. */
#ifndef MARTLET_THREAD_H
#define MARTLET_THREAD_H

#include "abi.h"

MT_BEGIN_DECLS

/** Makes one thread for a server, on which `run(argument)` is called once; returns 0, or the errno
 *  value of why not (`run` is then not called). `name` says what for: "mt-reactor-0",
 *  "mt-worker-3", "mt-watchdog"; at most 23 bytes and a NUL. The thread should block the signals
 *  that the host means for others.
 *  Ownership: the thread is the host's, which joins it or detaches it; the server waits until
 *  `run` has returned, and uses nothing of it afterwards.
 *  Lifetime: `name` until return; `user_data` until the server has started.
 *  Thread: the one that starts the server; it returns without waiting for `run`.
 *  Since: 0.1. */
typedef int (*mt_thread_spawn_fn)(const char *name, void (*run)(void *argument), void *argument,
                                  void *user_data);

MT_END_DECLS

#endif
