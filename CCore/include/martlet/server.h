/** A server's life: create, listen, route, start, drain, stop, destroy. */
#ifndef MARTLET_SERVER_H
#define MARTLET_SERVER_H

#include "abi.h"
#include "config.h"
#include "slice.h"
#include "status.h"

MT_BEGIN_DECLS

/** Makes a server from `config` (NULL: all defaults); it owns no thread and no socket yet.
 *  Ownership: the caller destroys `*server`, which is left alone on failure; `config` is copied.
 *  Thread: any thread.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (field, value and range in the message), MT_ERROR_NO_MEMORY.
 *  Since: 0.1. */
MT_API mt_status mt_server_create(const mt_server_config *config, mt_server **server,
                                  mt_error *error);

/** Listens on a TCP address. `host` is an IPv4 or IPv6 address or a name that the system resolves;
 *  empty is every address (IPv6 dual stack, IPv4 where there is no IPv6). `port` 0 lets the system
 *  choose: mt_server_port tells. The socket is bound here, so that an error shows here; it accepts
 *  after start.
 *  Ownership: `host` is copied.
 *  Thread: before start.
 *  Errors: MT_ERROR_ADDRESS_IN_USE, MT_ERROR_ADDRESS_UNAVAILABLE, MT_ERROR_PERMISSION,
 *  MT_ERROR_SYSTEM, MT_ERROR_INVALID_ARGUMENT (`host` past 255 bytes), MT_ERROR_INVALID_STATE
 *  (started), MT_ERROR_NO_MEMORY.
 *  Since: 0.1. */
MT_API mt_status mt_server_listen_tcp(mt_server *server, mt_slice host, uint16_t port,
                                      mt_error *error);
/** Listens on a unix socket at `path` with permission bits `mode` (up to 0777; 0: 0777 less the
 *  umask). A stale socket file that nobody listens on is replaced; the file is removed at stop,
 *  unless the other half of a process that forked still listens.
 *  Ownership: `path` is copied.
 *  Thread: before start.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (`path` empty or longer than the system allows, `mode`),
 *  MT_ERROR_NOT_FOUND (no such folder), MT_ERROR_ADDRESS_IN_USE, MT_ERROR_PERMISSION,
 *  MT_ERROR_SYSTEM, MT_ERROR_INVALID_STATE (started), MT_ERROR_NO_MEMORY.
 *  Since: 0.1. */
MT_API mt_status mt_server_listen_unix(mt_server *server, mt_slice path, uint32_t mode,
                                       mt_error *error);
/** Listens on a stream socket that is bound and listening already (socket activation).
 *  Ownership: the server closes `descriptor`, also on failure.
 *  Thread: before start.
 *  Errors: MT_ERROR_INVALID_ARGUMENT (no listening stream socket), MT_ERROR_SYSTEM,
 *  MT_ERROR_INVALID_STATE (started), MT_ERROR_NO_MEMORY.
 *  Since: 0.1. */
MT_API mt_status mt_server_listen_descriptor(mt_server *server, int descriptor, mt_error *error);
/** How many listeners there are.
 *  Thread: before start, then any thread.
 *  Errors: 0 for NULL.
 *  Since: 0.1. */
MT_API size_t mt_server_listener_count(const mt_server *server);
/** The real port of the listener at `index` (order of the listen calls).
 *  Thread: before start, then any thread.
 *  Errors: 0 when it has none.
 *  Since: 0.1. */
MT_API uint16_t mt_server_port(const mt_server *server, size_t index);
/** Writes the listener's address as text ("127.0.0.1:8080", "[::]:8080", "unix:/run/x") into
 *  `buffer` of `capacity` bytes, cut to fit and terminated, and returns how many bytes it wrote
 *  before the NUL.
 *  Thread: before start, then any thread.
 *  Errors: 0.
 *  Since: 0.1. */
MT_API size_t mt_server_address(const mt_server *server, size_t index, char *buffer,
                                size_t capacity);

/** Freezes the routes, starts reactors and workers, and accepts. Returns when every reactor runs.
 *  A second call on a running server is MT_OK.
 *  Thread: any thread.
 *  Errors: MT_ERROR_SYSTEM, MT_ERROR_NO_MEMORY, MT_ERROR_LIMIT (the routes' automaton would be too
 *  large), MT_ERROR_INVALID_STATE (stopped; a server starts once, also when the start failed).
 *  Since: 0.1. */
MT_API mt_status mt_server_start(mt_server *server, mt_error *error);
/** Starts if need be, with the first reactor on the caller's thread when this call starts it, and
 *  returns when the server has stopped.
 *  Thread: any thread that is not one of the server's.
 *  Errors: as mt_server_start, MT_ERROR_WRONG_THREAD.
 *  Since: 0.1. */
MT_API mt_status mt_server_run(mt_server *server, mt_error *error);
/** Starts as mt_server_start does, but gives the first reactor no thread: the caller turns it
 *  inside a loop of its own, by mt_server_poll. With `reactors` 1 every inline handler then runs
 *  on the caller's thread. Workers and further reactors have threads as ever.
 *  Thread: any thread; the one that calls is the polling thread until another polls.
 *  Errors: as mt_server_start; MT_ERROR_INVALID_STATE (runs already, on threads), MT_ERROR_SYSTEM
 *  (this system's loop has no descriptor to wait on).
 *  Since: 0.1. */
MT_API mt_status mt_server_start_polled(mt_server *server, mt_error *error);
/** A descriptor (epoll or kqueue) that is readable while mt_server_poll has something to do: for
 *  poll, epoll, libevent, asyncio.
 *  Ownership: the server's; it is neither read nor closed by others.
 *  Lifetime: until mt_server_destroy.
 *  Thread: any thread.
 *  Errors: -1 when mt_server_start_polled has not succeeded.
 *  Since: 0.1. */
MT_API int mt_server_poll_descriptor(const mt_server *server);
/** In how many milliseconds mt_server_poll has to be called though the descriptor stays silent;
 *  -1: at no time. It changes with each mt_server_poll.
 *  Thread: the polling thread.
 *  Errors: -1 when mt_server_start_polled has not succeeded.
 *  Since: 0.1. */
MT_API int mt_server_poll_timeout_ms(const mt_server *server);
/** Serves what is ready on the calling thread, without waiting for more.
 *  Thread: any thread that is not one of the server's, one at a time.
 *  Errors: MT_ERROR_CLOSED (the server, or this reactor of it, has ended: no longer watch the
 *  descriptor), MT_ERROR_INVALID_STATE (not started by mt_server_start_polled),
 *  MT_ERROR_WRONG_THREAD (from inside a callback of the server's, or while another thread polls),
 *  MT_ERROR_SYSTEM.
 *  Since: 0.1. */
MT_API mt_status mt_server_poll(mt_server *server);
/** Begins a graceful end and returns at once: accepting stops, idle connections close, exchanges
 *  finish, and after `deadline_ms` (0: the configured shutdown_timeout_ms) what is left is cut and
 *  counted in the log. A further call can only shorten the deadline. A server that is polled ends
 *  while mt_server_poll is called, until that says MT_ERROR_CLOSED. One that has not started is
 *  stopped by it, and cannot be started any more.
 *  Thread: any thread.
 *  Errors: none but the general ones.
 *  Since: 0.1. */
MT_API mt_status mt_server_drain(mt_server *server, uint32_t deadline_ms);
/** Waits until the server has stopped, for at most `timeout_ms` (UINT32_MAX: forever). On the
 *  polling thread it polls meanwhile; any other waits for that thread to poll to the end.
 *  Thread: any thread that is not one of the server's.
 *  Errors: MT_ERROR_TIMEOUT, MT_ERROR_WRONG_THREAD, MT_ERROR_INVALID_STATE (never started).
 *  Since: 0.1. */
MT_API mt_status mt_server_wait(mt_server *server, uint32_t timeout_ms);
/** Cuts what is open and returns when every thread has ended; handlers that run on workers are
 *  waited for. MT_OK when it had stopped already. Polls as mt_server_wait does.
 *  Thread: any thread that is not one of the server's.
 *  Errors: MT_ERROR_WRONG_THREAD (the stop is begun all the same).
 *  Since: 0.1. */
MT_API mt_status mt_server_stop(mt_server *server);
/** Stops and frees the server; every destructor given to it is called. Exchanges that are still
 *  held stay valid and cancelled until they are released, and routes keep their user data until
 *  the last of them is. Who is inside mt_server_run, mt_server_wait or mt_server_poll is waited
 *  for; a server that is polled is polled to its end. NULL is allowed.
 *  Thread: any thread that is not one of the server's: on those the stop is begun, an error is
 *  logged, and nothing is freed.
 *  Errors: none.
 *  Since: 0.1. */
MT_API void mt_server_destroy(mt_server *server);

/** Takes the octets that the server answers to mt_server_inject; `is_end` marks the last call,
 *  with no bytes.
 *  Lifetime: `bytes` until return; `user_data` until the last call.
 *  Thread: reactor thread.
 *  Since: 0.1. */
typedef void (*mt_inject_fn)(mt_slice bytes, bool is_end, void *user_data);
/** Serves one connection without a socket: `input` is everything that its peer ever sends (then it
 *  half-closes), and the answer's octets go to `on_output`. The whole way of a request is taken,
 *  sockets apart; for tests.
 *  Ownership: `input` is copied.
 *  Thread: any thread, after start.
 *  Errors: MT_ERROR_INVALID_STATE (not running), MT_ERROR_NO_MEMORY; `on_output` is then never
 *  called.
 *  Since: 0.1. */
MT_API mt_status mt_server_inject(mt_server *server, mt_slice input, mt_inject_fn on_output,
                                  void *user_data);

MT_END_DECLS

#endif
