/* Connections that send batches of requests and time the answers. One thread, one epoll. */
#ifndef LOADER_CLIENT_H
#define LOADER_CLIENT_H

#include "answer.h"
#include "histogram.h"

#include <netinet/in.h>

/* Some requests that leave in one write, and how many answers they want. */
typedef struct batch {
  const char *bytes;
  size_t size;
  unsigned answers;
} batch;

typedef struct load_plan {
  struct sockaddr_in server;
  unsigned connections;
  unsigned batches_per_connection; /* 0: no end; else `last` is what a connection ends with */
  double per_second;    /* 0: the next batch when the last is answered, else by the clock */
  const batch *batches; /* sent in turn */
  unsigned batch_count;
  batch last; /* asks the server to close */
} load_plan;

typedef struct connection {
  int fd;
  bool is_busy, wants_write;
  const batch *current;
  size_t sent;      /* of the current batch, in bytes */
  unsigned waiting; /* for so many of its answers */
  unsigned begun;   /* batches, since it was opened */
  uint64_t began_ns;
  answer_reader reader;
  char *rest; /* bytes of a head or line that is not whole yet, REST_BYTES; NULL until needed */
  size_t rest_size;
} connection;

enum { INPUT_BYTES = 1 << 18, REST_BYTES = 1 << 14 };

typedef struct client {
  const load_plan *plan;
  int epoll;
  connection *connections;
  connection **idle; /* a stack, of those that wait for the clock */
  unsigned idle_count, next_batch, sources;
  bool is_measuring; /* else an answered connection rests */
  uint64_t due_ns;   /* when the clock wants the next batch */
  uint64_t answers, body_bytes, opened;
  uint64_t refused, cut, bad_status, malformed; /* the kinds of errors */
  histogram latency;
  char input[REST_BYTES + INPUT_BYTES];
} client;

uint64_t now_ns(void);

bool client_init(client *c, const load_plan *plan);
/* Opens all connections and lets each make one request. False when that takes too long. */
bool client_warm_up(client *c, uint64_t deadline_ns);
/* Makes requests until the deadline; by the clock, then also waits for what is under way. */
void client_run(client *c, uint64_t deadline_ns);
void client_deinit(client *c);

#endif
