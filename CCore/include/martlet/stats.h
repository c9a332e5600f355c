/** Counters, readable at any time without locks. */
#ifndef MARTLET_STATS_H
#define MARTLET_STATS_H

#include "abi.h"
#include "status.h"

MT_BEGIN_DECLS

/** The sum over all reactors since start; all 0 before. Each number is exact by itself; two of
 *  them may be a moment apart. Since: 0.1. */
typedef struct mt_stats {
  /** Set by the caller to sizeof(mt_stats) before the call. */
  size_t struct_size;
  /** Accepted or injected, since start. */
  uint64_t connections_total;
  /** Open now. */
  uint64_t connections_open;
  /** Closed at once: over a limit, or the system had no descriptor left. */
  uint64_t connections_refused;
  /** Requests whose header section was read. */
  uint64_t requests_total;
  /** Requests not yet answered in full. */
  uint64_t requests_active;
  /** Answers by their status' first digit: [0] 1xx … [4] 5xx. */
  uint64_t responses[5];
  /** Input that was refused as malformed or over a limit, before a handler. */
  uint64_t requests_rejected;
  /** Connections closed by a timeout. */
  uint64_t timeouts;
  /** Octets read from sockets, or injected. */
  uint64_t bytes_received;
  /** Octets written to sockets, or handed to an mt_inject_fn. */
  uint64_t bytes_sent;
  /** Requests that found the worker queue full. */
  uint64_t worker_rejections;
  /** Milliseconds since start. */
  uint64_t uptime_ms;
} mt_stats;

/** Reads the counters into `*stats`, as far as its `struct_size` reaches.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (`struct_size` has no room for itself).
 *  Since: 0.1. */
MT_API mt_status mt_server_stats(const mt_server *server, mt_stats *stats);

MT_END_DECLS

#endif
