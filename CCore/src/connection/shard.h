/** One reactor's share of the server: its connections, pools, scratch buffers, counters and Date
 * line. Reference counted: exchanges that the host still holds keep it alive after the server is
 * gone. */
#ifndef MT_CONNECTION_SHARD_H
#define MT_CONNECTION_SHARD_H

#include <martlet/config.h>

#include "../base/log.h"
#include "../base/thread.h"
#include "../codec/h1/parser.h"
#include "../memory/buffer_pool.h"
#include "../memory/slab.h"
#include "../reactor/reactor.h"
#include "../routing/router.h"
#include "counters.h"
#include "peers.h"
#include "service.h"

MT__HIDDEN_BEGIN

typedef struct mt__connection mt__connection;

enum {
  MT__SCRATCH_BYTES = 65536,
  MT__FIELDS_BYTES = 65536, /* what the fields of one response may take */
  MT__OUT_BYTES = MT__FIELDS_BYTES + 8192,
  MT__PRESET_CAPACITY = 320,
  MT__TURN_BYTES = 131072, /* sent to one connection before the others get their turn */
};

/** What all shards of a server share; read-only after start but for the atomics. Outlives its
 * shards' reactors. */
typedef struct mt__shared {
  mt_allocator allocator;
  mt_server_config config;
  mt__logger logger;
  mt__thread_maker thread_maker;
  mt__h1_limits limits;
  mt__scan_kind scan;
  const mt__service *service;
  void *server;       /* for the service only; gone once the reactors have ended */
  mt__router *router; /* here, because exchanges that outlive the server name their route */
  mt__route fallback; /* handler NULL: the built-in 404 */
  mt_error_handler_fn on_error; /* NULL: the built-in text */
  void *on_error_data;
  mt_destroy_fn on_error_destroy;
  char server_name[128];
  mt__peers *peers; /* NULL: no limit per peer */
  _Atomic uint32_t connections;
  _Atomic uint32_t references; /* the server's, and each shard's */
  _Atomic uint64_t end_ms;     /* the drain's deadline by the monotonic clock; UINT64_MAX: none */
  _Atomic uint32_t cut_connections; /* what the deadline cut, all shards together */
  _Atomic uint64_t cut_requests;
} mt__shared;

/** Counts one more connection; false at the limit. Thread: any. */
bool mt__shared_admit(mt__shared *shared);
/** Counts one less. Thread: any. */
void mt__shared_dismiss(mt__shared *shared);
bool mt__shared_is_full(const mt__shared *shared);
/** A drain began, with a deadline in `deadline_ms`; a later one changes nothing. Thread: any. */
void mt__shared_begin_end(mt__shared *shared, uint32_t deadline_ms);
/** Whether a drain's deadline has passed, so that nobody is left to answer. Thread: any. */
bool mt__shared_is_over(const mt__shared *shared);
void mt__shared_acquire(mt__shared *shared);
void mt__shared_release(mt__shared *shared);

typedef struct mt__shard {
  mt__reactor reactor;
  mt__shared *shared;
  uint32_t index;

  /* reactor thread only */
  mt__buffer_pool buffers;
  mt__slab connection_slab;
  mt_exchange *free_exchanges;
  uint32_t free_exchange_count;
  mt__list connections;
  uint32_t connection_count;
  mt__list listeners;
  mt__timer drain_timer;
  mt__timer clock_timer; /* keeps the clock ticking while there are connections */
  bool is_draining;
  bool is_cut;      /* the drain's deadline has passed: whoever comes now is turned away */
  bool is_ended;    /* the reactor was told to quit, or never ran */
  bool is_touched;  /* something became possible for the connection that is served */
  bool is_settling; /* the list of unsettled connections is being worked through */
  int64_t preset_second;
  size_t preset_size;
  char preset[MT__PRESET_CAPACITY]; /* the Date and Server lines that every response has */
  mt__connection *serving;          /* the one whose event is being served: `out` is its */
  mt__connection *unsettled;        /* those to settle after it */
  char *scratch;                    /* MT__SCRATCH_BYTES: what is read */
  char *out;                        /* MT__OUT_BYTES: what is written, before it is sent */
  size_t out_size;
  size_t turn_bytes; /* what may still be sent to `serving` in this turn */

  mt__counters counters;
  struct {
    _Atomic uint32_t references;     /* the server's, and one for each exchange that exists */
    _Atomic(const void *) running;   /* the mt__route whose handler holds the reactor, or NULL */
    _Atomic uint64_t running_serial; /* one more for each handler run */
    mt__message drain_message;
    _Atomic bool is_drain_posted;
    _Atomic uint32_t drain_deadline_ms; /* the shortest asked for; UINT32_MAX: none */
    _Atomic uint32_t handed_over; /* sockets on their way to other shards, which may come back */
  } any_thread;
} mt__shard;

/** Prepares a shard with its reactor; `shared` gains a reference. */
mt_status mt__shard_create(mt__shared *shared, uint32_t index, mt__shard **shard);
void mt__shard_acquire(mt__shard *shard);
/** Frees the shard with its last reference. Thread: any. */
void mt__shard_release(mt__shard *shard);
/** Stops accepting, closes idle connections, and quits the reactor when none is left; after
 * `deadline_ms` those left are cut. May be called again with a shorter deadline. Thread: reactor.
 */
void mt__shard_drain(mt__shard *shard, uint32_t deadline_ms);
/** As mt__shard_drain, on its reactor, soon. Thread: any. */
void mt__shard_request_drain(mt__shard *shard, uint32_t deadline_ms);
/** Closes what a shard whose reactor does not run, and never will again, still holds open: its
 * listeners, and the way to it. Thread: any one. */
void mt__shard_close(mt__shard *shard);
/** Quits the reactor when a drain has nothing left to wait for. Thread: reactor. */
void mt__shard_check_drained(mt__shard *shard);
/** A first connection is there: the Date line is made anew, and kept so. Thread: reactor. */
void mt__shard_wake_clock(mt__shard *shard);
/** "Date: …\r\n" and "Server: …\r\n". Thread: reactor. */
static inline mt_slice mt__shard_preset(const mt__shard *shard) {
  return (mt_slice){shard->preset, shard->preset_size};
}

MT__HIDDEN_END

#endif
