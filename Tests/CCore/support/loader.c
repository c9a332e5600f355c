#include "loader.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "host.h"

enum { IDLE_MS = 400 }; /* a little less than a server that drains gives */

/** Reads one answer; false when the connection ends before. */
static bool hear_hello(loader *self) {
  char answer[1024];
  size_t size = 0;
  do {
    ssize_t got = recv(self->socket, answer + size, sizeof answer - 1 - size, 0);
    if (got <= 0) return false;
    size += (size_t)got;
    answer[size] = 0;
  } while (!strstr(answer, "\r\n\r\nhello"));
  self->was_told = strstr(answer, "Connection: close") != NULL;
  return true;
}

static void *ask_on_and_on(void *user_data) {
  static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  loader *self = user_data;
  while (!self->was_told) {
    bool is_sent = send(self->socket, request, sizeof request - 1, MSG_NOSIGNAL) >= 0;
    self->silence_ms = host_now_ms() - self->heard_ms;
    if (!is_sent) break;
    self->asked++;
    if (!hear_hello(self)) break;
    atomic_fetch_add(&self->answered, 1);
    self->heard_ms = host_now_ms();
  }
  close(self->socket);
  return NULL;
}

void loaders_start(loader *loaders, int count, uint16_t port) {
  memset(loaders, 0, (size_t)count * sizeof *loaders);
  for (int i = 0; i < count; i++) {
    loaders[i].socket = client_connect(port).socket;
    loaders[i].heard_ms = host_now_ms();
    assert_int_equal(pthread_create(&loaders[i].thread, NULL, ask_on_and_on, &loaders[i]), 0);
  }
}

void loaders_finish(loader *loaders, int count) {
  for (int i = 0; i < count; i++) pthread_join(loaders[i].thread, NULL);
  for (int i = 0; i < count; i++) {
    int asked = loaders[i].asked, answered = atomic_load(&loaders[i].answered);
    if (loaders[i].silence_ms > IDLE_MS) continue;
    if (!loaders[i].was_told || answered != asked)
      print_error("asked %d, answered %d, silent for %d ms\n", asked, answered,
                  (int)loaders[i].silence_ms);
    assert_true(loaders[i].was_told);
    assert_int_equal(answered, asked);
  }
}
