/* The floor: what a server cannot do without. A libevent loop reads into one buffer, looks for
 * blank lines, and sends one constant answer for each, all answers of one read in one send. It
 * parses nothing, checks nothing, and takes every request for GET /hello: floor PORT. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 65536, TAIL_BYTES = 3, ANSWERS = 4096, BACKLOG = 4096 };

/* As long as Martlet's, so that both send as much. */
#define ANSWER                                                                                     \
  "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n"           \
  "Server: martlet\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nHello, World!"
enum { ANSWER_BYTES = sizeof ANSWER - 1 };

typedef struct floor_server {
  struct event_base *base;
  char input[TAIL_BYTES + READ_BYTES];
  char answers[ANSWERS * ANSWER_BYTES];
} floor_server;

typedef struct connection {
  floor_server *server;
  struct event *readable;
  unsigned char tail_size;
  char tail[TAIL_BYTES]; /* of a blank line that the last read may have cut */
} connection;

static void end_connection(connection *c) {
  evutil_socket_t fd = event_get_fd(c->readable);
  event_free(c->readable);
  close(fd);
  free(c);
}

/* The blank lines of the input; the place behind the last one is left in `rest`. */
static size_t count_blank_lines(const char *input, const char *end, const char **rest) {
  size_t count = 0;
  *rest = input;
  while (input < end && (input = memchr(input, '\n', (size_t)(end - input))) != NULL) {
    input++;
    if (end - input < 2 || input[0] != '\r' || input[1] != '\n') continue;
    input += 2;
    count++;
    *rest = input;
  }
  return count;
}

static void keep_tail(connection *c, const char *rest, const char *end) {
  size_t size = (size_t)(end - rest);
  c->tail_size = (unsigned char)(size < TAIL_BYTES ? size : TAIL_BYTES);
  memcpy(c->tail, end - c->tail_size, c->tail_size);
}

static void on_readable(evutil_socket_t fd, short what, void *context) {
  (void)what;
  connection *c = context;
  floor_server *server = c->server;
  char *place = server->input + TAIL_BYTES;
  ssize_t received = recv(fd, place, READ_BYTES, 0);
  if (received <= 0) {
    end_connection(c);
    return;
  }
  memcpy(place - c->tail_size, c->tail, c->tail_size);
  const char *rest, *end = place + received;
  size_t bytes = count_blank_lines(place - c->tail_size, end, &rest) * ANSWER_BYTES;
  keep_tail(c, rest, end);
  if (bytes > sizeof server->answers) bytes = sizeof server->answers;
  if (bytes > 0 && send(fd, server->answers, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
    end_connection(c);
}

static void on_connection(evutil_socket_t listener, short what, void *context) {
  (void)what;
  floor_server *server = context;
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  connection *c = calloc(1, sizeof *c);
  struct event *readable =
      c ? event_new(server->base, fd, EV_READ | EV_PERSIST, on_readable, c) : NULL;
  if (!readable) {
    free(c);
    close(fd);
    return;
  }
  c->server = server;
  c->readable = readable;
  event_add(readable, NULL);
}

static int listen_on(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0)
    return -1;
  return fd;
}

int main(int count, char **arguments) {
  static floor_server server;
  int listener = count == 2 ? listen_on(arguments[1]) : -1;
  if (listener < 0) {
    perror("floor: cannot listen; usage: floor PORT");
    return 1;
  }
  for (size_t i = 0; i < ANSWERS; i++)
    memcpy(server.answers + i * ANSWER_BYTES, ANSWER, ANSWER_BYTES);
  struct event_config *config = event_config_new();
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  server.base = event_base_new_with_config(config);
  event_config_free(config);
  event_add(event_new(server.base, listener, EV_READ | EV_PERSIST, on_connection, &server), NULL);
  event_base_dispatch(server.base);
  return 0;
}
