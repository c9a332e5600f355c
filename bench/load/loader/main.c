/* Loads a server and says in one line of JSON how it answered:
 *
 *   loader [options] PORT REQUEST…
 *     -c N  connections                      -t S  seconds
 *     -p N  requests in one write            -n N  requests of one connection, then the server
 * closes it -l F  the last request of those        -r R  requests a second by the clock (open loop)
 *     -w    say "ready" once all are connected, and wait for a line before the load starts
 *     -i    no load: hold the connections, which have made one request each, until the input ends
 *
 * REQUEST names a file with a request as it is sent; several are sent in turn. Latency is counted
 * from when a request was sent, or by the clock, from when it should have been. */
#include "client.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_REQUESTS = 16, WARM_UP_S = 20 };

typedef struct options {
  load_plan plan;
  double seconds;
  unsigned per_write;
  const char *last;
  bool waits, only_holds;
} options;

/* The file's content so many times behind itself. */
static bool read_batch(const char *path, unsigned times, batch *b) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *bytes = size > 0 ? malloc((size_t)size * times) : NULL;
  bool is_read = bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size;
  fclose(file);
  for (unsigned i = 1; is_read && i < times; i++)
    memcpy(bytes + (size_t)size * i, bytes, (size_t)size);
  *b = (batch){bytes, (size_t)size * times, times};
  return is_read;
}

static bool read_options(options *o, int count, char **arguments) {
  int letter;
  while ((letter = getopt(count, arguments, "c:t:p:n:l:r:wi")) != -1) switch (letter) {
    case 'c':
      o->plan.connections = (unsigned)atoi(optarg);
      break;
    case 't':
      o->seconds = atof(optarg);
      break;
    case 'p':
      o->per_write = (unsigned)atoi(optarg);
      break;
    case 'n':
      o->plan.batches_per_connection = (unsigned)atoi(optarg);
      break;
    case 'l':
      o->last = optarg;
      break;
    case 'r':
      o->plan.per_second = atof(optarg);
      break;
    case 'w':
      o->waits = true;
      break;
    case 'i':
      o->only_holds = true;
      break;
    default:
      return false;
    }
  return count - optind >= 2 && o->plan.connections > 0 && o->per_write > 0 && o->seconds > 0;
}

static bool read_plan(options *o, batch *batches, int count, char **arguments) {
  if (!read_options(o, count, arguments)) return false;
  o->plan.server.sin_family = AF_INET;
  o->plan.server.sin_port = htons((uint16_t)atoi(arguments[optind++]));
  o->plan.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  o->plan.batches = batches;
  for (; optind < count && o->plan.batch_count < MOST_REQUESTS; optind++)
    if (!read_batch(arguments[optind], o->per_write, &batches[o->plan.batch_count++])) return false;
  return o->plan.batches_per_connection == 0 || (o->last && read_batch(o->last, 1, &o->plan.last));
}

static bool await_line(void) {
  char line[16];
  printf("ready\n");
  fflush(stdout);
  return fgets(line, sizeof line, stdin) != NULL;
}

static void report(const client *c, double seconds) {
  const histogram *h = &c->latency;
  double us = 1e-3, mean = h->count ? (double)h->sum_ns / (double)h->count : 0;
  printf("{\"answers\": %llu, \"seconds\": %.6f, \"body_bytes\": %llu, \"opened\": %llu, ",
         (unsigned long long)c->answers, seconds, (unsigned long long)c->body_bytes,
         (unsigned long long)c->opened);
  printf("\"errors\": {\"refused\": %llu, \"cut\": %llu, \"status\": %llu, \"malformed\": %llu}, ",
         (unsigned long long)c->refused, (unsigned long long)c->cut,
         (unsigned long long)c->bad_status, (unsigned long long)c->malformed);
  printf("\"latency_us\": {\"p50\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f, \"mean\": "
         "%.1f}}\n",
         (double)histogram_quantile(h, 0.5) * us, (double)histogram_quantile(h, 0.99) * us,
         (double)histogram_quantile(h, 0.999) * us, (double)h->max_ns * us, mean * us);
}

static bool load(client *c, const options *o) {
  bool opens_first = o->plan.batches_per_connection == 0;
  if (opens_first && !client_warm_up(c, now_ns() + WARM_UP_S * UINT64_C(1000000000))) {
    fprintf(stderr, "loader: not all connections were answered\n");
    return false;
  }
  if ((o->waits || o->only_holds) && !await_line()) return o->only_holds;
  if (o->only_holds) return true;
  uint64_t start = now_ns();
  client_run(c, start + (uint64_t)(o->seconds * 1e9));
  report(c, (double)(now_ns() - start) * 1e-9);
  return true;
}

int main(int count, char **arguments) {
  static client c;
  static batch batches[MOST_REQUESTS];
  options o = {.seconds = 1, .per_write = 1, .plan.connections = 1};
  if (!read_plan(&o, batches, count, arguments)) {
    fprintf(stderr, "usage: loader [options] PORT REQUEST…; the options stand in main.c\n");
    return 2;
  }
  alarm((unsigned)o.seconds + 120); /* whatever happens, it ends */
  if (!client_init(&c, &o.plan)) return 1;
  bool is_done = load(&c, &o);
  client_deinit(&c);
  return is_done ? 0 : 1;
}
