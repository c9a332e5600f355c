/** Counters, readable at any time without locks. */
#ifndef MARTLET_STATS_H
#define MARTLET_STATS_H

#include "abi.h"
#include "status.h"

MT_BEGIN_DECLS

/** The sum over all reactors since start. Each number is exact by itself; two of them may be a
 * moment apart. */
typedef struct mt_stats {
  /** sizeof(mt_stats) as the caller was compiled. */
  size_t struct_size;
  /** Accepted, since start. */
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
  /** Octets read from sockets. */
  uint64_t bytes_received;
  /** Octets written to sockets. */
  uint64_t bytes_sent;
  /** Requests that found the worker queue full. */
  uint64_t worker_rejections;
  /** Milliseconds since start. */
  uint64_t uptime_ms;
} mt_stats;

/** Reads the counters. `stats->struct_size` is set by the caller. Thread: any thread.
 *  Errors: MT_ERROR_INVALID_ARGUMENT. Since: 0.1. */
MT_API mt_status mt_server_stats(const mt_server *server, mt_stats *stats);

MT_END_DECLS

#endif
