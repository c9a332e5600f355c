/** Every setting of a server, with its default. */
#ifndef MARTLET_CONFIG_H
#define MARTLET_CONFIG_H

#include "abi.h"
#include "allocator.h"
#include "log.h"
#include "slice.h"
#include "status.h"
#include "thread.h"

MT_BEGIN_DECLS

/** Filled by mt_server_config_init with the defaults named here, then changed field by field, and
 *  copied by mt_server_create. Only ever grown at its end. A value out of range is refused by
 *  mt_server_create, with the field's name, the value and the range in the error's message. 0
 *  switches a limit off only where it says so. Where no range is named every value of the type is
 *  allowed.
 *  Since: 0.1. */
typedef struct mt_server_config {
  /** sizeof(mt_server_config) as the caller was compiled. */
  size_t struct_size;

  /** Event loops, each one thread. 0: one per available CPU. Default 0. Range 0 … 1024. */
  uint32_t reactors;
  /** Pins reactor i to the i-th available CPU (Linux). Default false. */
  bool pin_reactors;
  /** Threads that run blocking handlers; 0: worker routes are refused. Default 10. Range 0 … 1024.
   */
  uint32_t workers;
  /** Requests that may wait for a worker before 503 is answered. Default 1024. Range 1 … 1048576;
   *  rounded up to a power of two. */
  uint32_t worker_queue_capacity;

  /** Bytes of the request line; past it 414. Default 8192. Range 64 … 1048576. RFC 9112 §3. */
  uint32_t max_request_line_bytes;
  /** Fields of a header or trailer section; past it 431. Default 100. Range 1 … 4096. RFC 6585 §5.
   */
  uint32_t max_header_fields;
  /** Bytes of a header section, request line included; past it 431. Default 16384. Range 256 …
   * 1048576. */
  uint32_t max_header_bytes;
  /** Bytes of a request body; past it 413. A route may have its own. Default 1048576. Range 0 …
   * 2^63-1. */
  uint64_t max_body_bytes;
  /** Open connections, all reactors together; past it accepting pauses. 0: no limit. Default 65536.
   */
  uint32_t max_connections;
  /** Open connections from one address (IPv6: one /64); past it they are closed at once. 0: no
   *  limit. Default 0. */
  uint32_t max_connections_per_peer;
  /** Requests of one connection that may wait for their answers; past it reading pauses. Default
   *  64. Range 1 … 65536. */
  uint32_t max_pipelined_requests;
  /** Requests served on one connection before it is closed. 0: no limit. Default 0. */
  uint64_t max_requests_per_connection;

  /** From the first byte of a request (or accept) to the end of its header section; past it 408.
   *  0: no limit. Default 10000. */
  uint32_t header_timeout_ms;
  /** Without a byte of the request body; past it 408. 0: no limit. Default 30000. */
  uint32_t body_timeout_ms;
  /** Between requests of a kept-alive connection. 0: no limit. Default 60000. */
  uint32_t idle_timeout_ms;
  /** Without the peer taking a byte of a waiting response. 0: no limit. Default 30000. */
  uint32_t write_timeout_ms;
  /** Bytes a second that a request body must reach in each 5 s; below it 408. 0: off. Default 100.
   */
  uint32_t min_transfer_bytes_per_second;
  /** From mt_server_drain (without a deadline of its own) to the hard close. 0: at once.
   *  Default 10000. */
  uint32_t shutdown_timeout_ms;
  /** How long a connection closed with unread input stays half open, so that the peer can read the
   *  answer. 0: not at all. Default 2000. RFC 9112 §9.6. */
  uint32_t linger_timeout_ms;
  /** A handler that holds a reactor longer is named in the log. 0: off. Default 250. */
  uint32_t handler_warning_ms;

  /** Bytes that wait for one peer before reading from it pauses and its writers are told to wait.
   *  Default 262144. Range 4096 … 2^31-1. */
  uint32_t output_high_water_bytes;
  /** Bytes that wait when they are told to go on. Default 65536; below the high-water mark. */
  uint32_t output_low_water_bytes;
  /** The length of the kernel's queue of connections not yet accepted. Default 4096. Range 1 …
   * 65535. */
  uint32_t backlog;
  /** The value of the Server field, without control characters; the empty slice removes the field.
   *  Copied. At most 127 bytes. Default "martlet". RFC 9110 §10.2.4. */
  mt_slice server_name;

  /** Where memory comes from; NULL: malloc. Copied. Default NULL. */
  const mt_allocator *allocator;
  /** Receives log lines; NULL: none. Default NULL. */
  mt_log_fn log;
  /** Handed to `log`. */
  void *log_user_data;
  /** The least level that reaches `log`. Default MT_LOG_INFO. */
  mt_log_level log_level;

  /** Makes the threads of reactors, workers and watchdog; NULL: the library does. Default NULL. */
  mt_thread_spawn_fn spawn_thread;
  /** Handed to `spawn_thread`. */
  void *spawn_thread_user_data;

  /** Takes a peer that sends no more (a plain close looks the same) for gone while it is being
   * answered: the connection closes, and mt_exchange_on_cancel is called. false: it is answered,
   * and a peer that closed shows when something is sent to it. Default false. RFC 9112 §9.6. */
  bool cancel_on_half_close;
} mt_server_config;

/** Fills `config` with the defaults, and notes `struct_size`, which is sizeof(mt_server_config) as
 *  the caller sees it. Fields of a newer header than the library's become 0.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (`struct_size` has no room for itself); whether it is any
 *  version's is judged by mt_server_create.
 *  Since: 0.1. */
MT_API mt_status mt_server_config_init(mt_server_config *config, size_t struct_size);

MT_END_DECLS

#endif
