/* A body whose length nobody knows when it begins, written by a thread of the host's at the pace at
 * which the peer takes it. */
#include "crew.h"
#include "serve.h"
#include "tour.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Shared by the thread that writes and by the library, which calls drained; the last one frees. */
typedef struct writer {
  mt_exchange *exchange;
  unsigned long count;
  atomic_int holders;
  pthread_mutex_t lock;
  pthread_cond_t drained;
  bool may_write;
} writer;

static writer *make_writer(unsigned long count) {
  writer *made = malloc(sizeof *made);
  if (!made) return NULL;
  made->exchange = NULL;
  made->count = count;
  made->may_write = false;
  atomic_init(&made->holders, 2);
  pthread_mutex_init(&made->lock, NULL);
  pthread_cond_init(&made->drained, NULL);
  return made;
}

static void let_go(void *user_data) {
  writer *held = user_data;
  if (atomic_fetch_sub(&held->holders, 1) > 1) return;
  pthread_cond_destroy(&held->drained);
  pthread_mutex_destroy(&held->lock);
  free(held);
}

/* Called when there is room again, or when the peer is gone: then the next write says so. */
static void go_on(mt_exchange *exchange, void *user_data) {
  (void)exchange;
  writer *waiting = user_data;
  pthread_mutex_lock(&waiting->lock);
  waiting->may_write = true;
  pthread_cond_signal(&waiting->drained);
  pthread_mutex_unlock(&waiting->lock);
}

static void await_room(writer *waiting) {
  pthread_mutex_lock(&waiting->lock);
  while (!waiting->may_write) pthread_cond_wait(&waiting->drained, &waiting->lock);
  waiting->may_write = false;
  pthread_mutex_unlock(&waiting->lock);
}

/* False when there is no use in going on. */
static bool write_line(writer *own, unsigned long number) {
  char line[32];
  int size = snprintf(line, sizeof line, "line %lu\n", number);
  mt_status status = mt_exchange_stream_write(own->exchange, (mt_slice){line, (size_t)size});
  if (status == MT_BACKPRESSURE) await_room(own);
  return status == MT_OK || status == MT_BACKPRESSURE;
}

static void write_lines(void *user_data) {
  writer *own = user_data;
  mt_exchange *exchange = own->exchange;
  unsigned long number = 0;
  if (mt_exchange_stream_start(exchange, MT_LENGTH_UNKNOWN, go_on, own, let_go) == MT_OK) {
    while (number < own->count && write_line(own, number)) number++;
    if (number == own->count) mt_exchange_stream_end(exchange);
  }
  mt_exchange_release(exchange);
  let_go(own);
}

static void begin(mt_request *request, unsigned long count) {
  writer *made = make_writer(count);
  if (!made) return;
  bool is_deferred = mt_request_defer(request, &made->exchange) == MT_OK;
  if (is_deferred && crew_run(write_lines, made)) return;
  mt_exchange_release(made->exchange); /* unanswered: the server says 500 */
  let_go(made);
  let_go(made);
}

static void answer_stream(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("text/plain"));
  begin(request, 10);
}

static void answer_counted(mt_request *request, mt_response *response, void *user_data) {
  (void)user_data;
  mt_slice digits = mt_request_parameter_at(request, 0).value;
  unsigned long count = 0;
  for (size_t i = 0; i < digits.size; i++) {
    bool is_digit = digits.data[i] >= '0' && digits.data[i] <= '9';
    if (!is_digit || digits.size > 9) {
      mt_response_status_set(response, 404);
      return;
    }
    count = count * 10 + (unsigned long)(digits.data[i] - '0');
  }
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("text/plain"));
  begin(request, count);
}

mt_status add_stream(mt_server *server, void *user_data, mt_error *error) {
  (void)user_data;
  mt_status status = mt_server_route(server, MT_METHOD_GET, MT_SLICE("/stream"), answer_stream,
                                     NULL, NULL, NULL, error);
  if (status != MT_OK) return status;
  return mt_server_route(server, MT_METHOD_GET, MT_SLICE("/stream/{count}"), answer_counted, NULL,
                         NULL, NULL, error);
}

#ifndef PART_OF_TOUR
int main(void) {
  return serve(add_stream, NULL);
}
#endif
