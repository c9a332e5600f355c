#define _GNU_SOURCE
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  EVENTS = 512,
  SOURCES = 16, /* loopback addresses, so that ports do not run out */
  RAMP = 256,   /* connections opened at once before their first answer */
  MOST_ERRORS = 10000,
  DRAIN_MS = 2000,
};

uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t errors(const client *c) {
  return c->refused + c->cut + c->bad_status + c->malformed;
}

/* --- opening and closing --- */

static int connect_from(const client *c, unsigned source) {
  struct sockaddr_in local = {.sin_family = AF_INET};
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (bind(fd, (struct sockaddr *)&local, sizeof local) == 0 &&
      connect(fd, (const struct sockaddr *)&c->plan->server, sizeof c->plan->server) == 0 &&
      fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
    return fd;
  close(fd);
  return -1;
}

static bool watch(client *c, connection *k, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = k};
  return epoll_ctl(c->epoll, operation, k->fd, &event) == 0;
}

static bool open_connection(client *c, connection *k) {
  char *rest = k->rest;
  *k = (connection){.fd = connect_from(c, c->sources++ % SOURCES), .rest = rest};
  if (k->fd >= 0 && watch(c, k, EPOLL_CTL_ADD, EPOLLIN)) {
    c->opened++;
    return true;
  }
  c->refused++;
  return false;
}

static void close_connection(connection *k) {
  if (k->fd >= 0) close(k->fd);
  k->fd = -1;
}

/* --- sending --- */

static void send_batch(client *c, connection *k) {
  ssize_t sent = send(k->fd, k->current->bytes + k->sent, k->current->size - k->sent, MSG_NOSIGNAL);
  if (sent > 0) k->sent += (size_t)sent;
  bool wants_write = k->sent < k->current->size && (sent >= 0 || errno == EAGAIN);
  if (wants_write == k->wants_write) return;
  k->wants_write = wants_write;
  watch(c, k, EPOLL_CTL_MOD, wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void begin(client *c, connection *k, uint64_t began_ns) {
  const load_plan *plan = c->plan;
  k->begun++;
  k->current = k->begun == plan->batches_per_connection
                   ? &plan->last
                   : &plan->batches[c->next_batch++ % plan->batch_count];
  k->is_busy = true;
  k->sent = 0;
  k->waiting = k->current->answers;
  k->began_ns = began_ns;
  send_batch(c, k);
}

/* What an open connection does next that has nothing under way. */
static void go_on(client *c, connection *k) {
  if (c->is_measuring && c->plan->per_second == 0)
    begin(c, k, now_ns());
  else
    c->idle[c->idle_count++] = k;
}

static void reopen(client *c, connection *k) {
  bool was_idle = !k->is_busy;
  close_connection(k);
  for (unsigned i = 0; was_idle && i < c->idle_count; i++)
    if (c->idle[i] == k) c->idle[i] = c->idle[--c->idle_count];
  uint64_t began_ns = now_ns();
  if (errors(c) >= MOST_ERRORS || !open_connection(c, k)) return;
  if (c->is_measuring && c->plan->per_second == 0)
    begin(c, k, began_ns);
  else
    go_on(c, k);
}

/* --- receiving --- */

static void count_answer(client *c, connection *k, uint64_t now) {
  if (k->reader.status != 200) c->bad_status++;
  if (k->waiting > 0) k->waiting--;
  if (!c->is_measuring) return;
  c->answers++;
  c->body_bytes += k->reader.body_bytes;
  histogram_add(&c->latency, now - k->began_ns);
}

/* False when what came is no answer. */
static bool take_answers(client *c, connection *k, const char *bytes, size_t size) {
  uint64_t now = now_ns();
  answer_event event = ANSWER_MORE;
  size_t used = 0;
  do {
    used += answer_feed(&k->reader, bytes + used, size - used, &event);
    if (event == ANSWER_DONE) count_answer(c, k, now);
  } while (event == ANSWER_DONE && used < size);
  k->rest_size = size - used;
  if (event == ANSWER_BROKEN || k->rest_size > REST_BYTES) return false;
  if (k->rest_size > 0 && !k->rest && !(k->rest = malloc(REST_BYTES))) return false;
  if (k->rest_size > 0) memcpy(k->rest, bytes + used, k->rest_size);
  return true;
}

static bool is_last(const client *c, const connection *k) {
  return c->plan->batches_per_connection > 0 && k->begun == c->plan->batches_per_connection;
}

/* The end of a connection, which is as it should be behind its last batch. */
static void meet_end(client *c, connection *k) {
  if (k->is_busy && k->waiting > 0) {
    if (answer_end(&k->reader) == ANSWER_DONE)
      count_answer(c, k, now_ns());
    else
      c->cut++;
  }
  reopen(c, k);
}

static void receive(client *c, connection *k) {
  char *place = c->input + REST_BYTES;
  ssize_t received = recv(k->fd, place, INPUT_BYTES, 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received <= 0) {
    meet_end(c, k);
    return;
  }
  size_t rest_size = k->rest_size;
  if (rest_size > 0) memcpy(place - rest_size, k->rest, rest_size);
  if (!take_answers(c, k, place - rest_size, rest_size + (size_t)received)) {
    c->malformed++;
    reopen(c, k);
  } else if (k->is_busy && k->waiting == 0 && !is_last(c, k)) {
    k->is_busy = false;
    go_on(c, k);
  }
}

static void wait_for_events(client *c, int timeout_ms) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(c->epoll, events, EVENTS, timeout_ms);
  for (int i = 0; i < count; i++) {
    connection *k = events[i].data.ptr;
    if (k->fd < 0) continue;
    if (events[i].events & EPOLLOUT) send_batch(c, k);
    if (events[i].events & ~(uint32_t)EPOLLOUT) receive(c, k);
  }
}

/* --- life --- */

bool client_init(client *c, const load_plan *plan) {
  c->plan = plan;
  c->epoll = epoll_create1(EPOLL_CLOEXEC);
  c->connections = calloc(plan->connections, sizeof *c->connections);
  c->idle = calloc(plan->connections, sizeof(connection *));
  for (unsigned i = 0; c->connections && i < plan->connections; i++) c->connections[i].fd = -1;
  return c->epoll >= 0 && c->connections && c->idle;
}

void client_deinit(client *c) {
  for (unsigned i = 0; i < c->plan->connections; i++) {
    close_connection(&c->connections[i]);
    free(c->connections[i].rest);
  }
  free(c->connections);
  free(c->idle);
  close(c->epoll);
}

bool client_warm_up(client *c, uint64_t deadline_ns) {
  unsigned opened = 0;
  while (c->idle_count < c->plan->connections && errors(c) < MOST_ERRORS) {
    if (now_ns() > deadline_ns) return false;
    for (; opened < c->plan->connections && opened - c->idle_count < RAMP; opened++) {
      if (!open_connection(c, &c->connections[opened])) return false;
      begin(c, &c->connections[opened], now_ns());
    }
    wait_for_events(c, 100);
  }
  return c->idle_count == c->plan->connections;
}

/* Begins what the clock wants, as far as connections are free; what must wait keeps the time at
 * which it was wanted, so that a server which stalls is charged for all that it held up. */
static void begin_what_is_due(client *c, double interval_ns) {
  for (uint64_t now = now_ns(); c->due_ns <= now && c->idle_count > 0;
       c->due_ns += (uint64_t)interval_ns)
    begin(c, c->idle[--c->idle_count], c->due_ns);
}

/* What was due and never answered waited at least until now. */
static void charge_unanswered(client *c, uint64_t deadline_ns, double interval_ns) {
  uint64_t now = now_ns();
  for (; c->due_ns < deadline_ns; c->due_ns += (uint64_t)interval_ns) {
    histogram_add(&c->latency, now - c->due_ns);
    c->cut++;
  }
  for (unsigned i = 0; i < c->plan->connections; i++) {
    if (!c->connections[i].is_busy) continue;
    histogram_add(&c->latency, now - c->connections[i].began_ns);
    c->cut++;
  }
}

static void run_by_clock(client *c, uint64_t deadline_ns) {
  double interval_ns = 1e9 / c->plan->per_second;
  c->due_ns = now_ns();
  while (now_ns() < deadline_ns && errors(c) < MOST_ERRORS) {
    begin_what_is_due(c, interval_ns);
    wait_for_events(c, 0);
  }
  uint64_t end = deadline_ns + DRAIN_MS * UINT64_C(1000000);
  while ((c->due_ns < deadline_ns || c->idle_count < c->plan->connections) && now_ns() < end) {
    if (c->due_ns < deadline_ns) begin_what_is_due(c, interval_ns);
    wait_for_events(c, 1);
  }
  charge_unanswered(c, deadline_ns, interval_ns);
}

static void run_in_turn(client *c, uint64_t deadline_ns) {
  unsigned idle = c->idle_count;
  c->idle_count = 0;
  for (unsigned i = 0; i < idle; i++) begin(c, c->idle[i], now_ns());
  for (unsigned i = 0; i < c->plan->connections && idle == 0; i++) reopen(c, &c->connections[i]);
  while (now_ns() < deadline_ns && errors(c) < MOST_ERRORS) wait_for_events(c, 10);
}

void client_run(client *c, uint64_t deadline_ns) {
  c->is_measuring = true;
  if (c->plan->per_second > 0)
    run_by_clock(c, deadline_ns);
  else
    run_in_turn(c, deadline_ns);
}
