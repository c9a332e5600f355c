/** The server: what its reactors share, and the states of its life. */
#ifndef MT_SERVER_SERVER_H
#define MT_SERVER_SERVER_H

#include <martlet/route.h>
#include <martlet/server.h>
#include <martlet/stats.h>
#include <pthread.h>
#include <sys/types.h>

#include "../connection/shard.h"
#include "../executor/executor.h"
#include "../routing/router.h"
#include "watchdog.h"

MT__HIDDEN_BEGIN

typedef enum mt__life {
  MT__LIFE_CREATED,
  MT__LIFE_STARTING,
  MT__LIFE_RUNNING, /* also while it drains */
  MT__LIFE_STOPPED,
} mt__life;

enum { MT__ADDRESS_CAPACITY = 128 };

/** Tells one file from another that took its name; the time is there because inode numbers are soon
 * used again. */
typedef struct mt__file_identity {
  uint64_t device;
  uint64_t inode;
  int64_t seconds;
  uint32_t nanoseconds;
} mt__file_identity;

/** An address that is listened on: one socket, or one for each reactor where the system spreads
 * connections over them. */
typedef struct mt__endpoint {
  struct mt__endpoint *next;
  char address[MT__ADDRESS_CAPACITY]; /* as text */
  char *unix_path;                    /* removed at the end, then empty; NULL for others */
  mt__file_identity unix_file; /* … if it is still ours: a successor may have replaced it */
  uint16_t port;
  uint32_t count;
  int descriptors[]; /* -1 once a listener owns it */
} mt__endpoint;

struct mt_server {
  mt__shared *shared;
  mt__endpoint *endpoints;
  uint32_t shard_count;
  mt__shard **shards;
  mt__executor *executor;
  mt__watchdog watchdog;
  uint64_t started_ms;
  _Atomic pid_t process;        /* that started it; 0: none has */
  int poll_descriptor;          /* -1 unless is_polled; set before it runs */
  _Atomic uint64_t poll_due_ms; /* when a poll has a timer to serve; UINT64_MAX: none is set */

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  mt__life life;
  bool is_in_start;    /* the start has not returned, also when it failed … */
  pthread_t starter;   /* … to this thread */
  bool is_joining;     /* somebody waits for the threads to be gone */
  bool is_joined;      /* they are */
  uint32_t callers;    /* threads inside run and wait */
  uint32_t running;    /* reactors that have not ended */
  bool is_polled;      /* the first reactor is in a loop of the host's … */
  bool is_turning;     /* … and somebody turns it now … */
  bool is_poll_over;   /* … until it has ended */
  pthread_t poller;    /* who turned it last */
  mt__thread *threads; /* one for each reactor but those on a caller's thread */
  uint32_t thread_count;
};

extern const mt__service mt__server_service;

mt_status mt__server_create(const mt_server_config *theirs, mt_server **server, mt_error *error);
void mt__server_destroy(mt_server *server);
/** Whether routes and listeners may still be added. */
bool mt__server_is_open(mt_server *server);
mt_status mt__server_start(mt_server *server, mt_error *error);
mt_status mt__server_run(mt_server *server, mt_error *error);
mt_status mt__server_start_polled(mt_server *server, mt_error *error);
mt_status mt__server_poll(mt_server *server);
int mt__server_poll_timeout_ms(const mt_server *server);
/** Whether the calling thread is the one that polls, so that nobody else turns its reactor. */
bool mt__server_is_poller(mt_server *server);
/** Makes the calling thread the polling one, as soon as nobody is inside a poll. */
void mt__server_become_poller(mt_server *server);
/** Polls until the polled reactor has ended: MT_OK, or MT_ERROR_TIMEOUT at the end of `*timeout_ms`
 * (UINT32_MAX: forever), which becomes what is left of it. */
mt_status mt__server_poll_to_end(mt_server *server, uint32_t *timeout_ms);
/** Notes the end of one reactor; true when it was the last. */
bool mt__server_reactor_ended(mt_server *server);
mt_status mt__server_drain(mt_server *server, uint32_t deadline_ms);
mt_status mt__server_wait(mt_server *server, uint32_t timeout_ms);
mt_status mt__server_stop(mt_server *server);
/** Waits until nobody is inside run or wait. */
void mt__server_await_callers(mt_server *server);
/** Whether the caller is one of the server's threads, or what it calls while it starts. */
bool mt__server_is_own_thread(const mt_server *server);
/** Whether another process started it, of which this one is a fork. */
bool mt__server_is_inherited(const mt_server *server);
mt_status mt__server_inject(mt_server *server, mt_slice input, mt_inject_fn on_output,
                            void *user_data);
void mt__server_stats(const mt_server *server, mt_stats *stats);

mt_status mt__server_listen_tcp(mt_server *server, mt_slice host, uint16_t port, mt_error *error);
mt_status mt__server_listen_unix(mt_server *server, mt_slice path, uint32_t mode, mt_error *error);
mt_status mt__server_listen_descriptor(mt_server *server, int descriptor, mt_error *error);
/** Hands every endpoint's sockets to the reactors. Before they run. */
mt_status mt__endpoints_open(mt_server *server);
/** Closes what no listener owns, and removes unix socket files; the addresses can still be asked
 * for. */
void mt__endpoints_close(mt_server *server);
/** Closes and frees. */
void mt__endpoints_destroy(mt_server *server);

mt_status mt__server_route(mt_server *server, const mt__route *route, mt_error *error);
mt_status mt__server_files(mt_server *server, mt_slice prefix, mt_slice root, mt_error *error);

MT__HIDDEN_END

#endif
