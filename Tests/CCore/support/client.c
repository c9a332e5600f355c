#define _GNU_SOURCE /* memmem */

#include "client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOMENT_MS = 150 };

/* --- connecting --- */

client client_of(int socket) {
  assert_true(socket >= 0);
  return (client){.socket = socket};
}

static client connect_any(int family, const void *address, socklen_t size) {
  client self = client_of(socket(family, SOCK_STREAM, 0));
  if (family != AF_UNIX) setsockopt(self.socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (connect(self.socket, address, size) != 0) {
    close(self.socket);
    self.socket = -1;
  }
  return self;
}

static struct sockaddr_in local_address(uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool client_try_connect(client *self, uint16_t port) {
  struct sockaddr_in address = local_address(port);
  *self = connect_any(AF_INET, &address, sizeof address);
  return self->socket >= 0;
}

client client_connect(uint16_t port) {
  client self;
  assert_true(client_try_connect(&self, port));
  return self;
}

client client_connect_to(const char *host, uint16_t port) {
  struct sockaddr_in address = local_address(port);
  struct sockaddr_in6 wide = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  bool is_wide = inet_pton(AF_INET6, host, &wide.sin6_addr) == 1;
  if (!is_wide) assert_int_equal(inet_pton(AF_INET, host, &address.sin_addr), 1);
  client self = is_wide ? connect_any(AF_INET6, &wide, sizeof wide)
                        : connect_any(AF_INET, &address, sizeof address);
  assert_true(self.socket >= 0);
  return self;
}

client client_connect_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  client self = connect_any(AF_UNIX, &address, sizeof address);
  assert_true(self.socket >= 0);
  return self;
}

void client_close(client *self) {
  close(self->socket);
  free(self->input);
  *self = (client){.socket = -1};
}

void client_reset(client *self) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(self->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  client_close(self);
}

void client_half_close(client *self) {
  assert_int_equal(shutdown(self->socket, SHUT_WR), 0);
}

/* --- sending --- */

void client_send(client *self, const char *text) {
  client_send_bytes(self, text, strlen(text));
}

void client_send_bytes(client *self, const char *data, size_t size) {
  while (size) {
    struct pollfd writable = {.fd = self->socket, .events = POLLOUT};
    assert_int_equal(poll(&writable, 1, CLIENT_PATIENCE_MS), 1);
    ssize_t sent = send(self->socket, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    assert_true(sent > 0);
    data += sent;
    size -= (size_t)sent;
  }
}

void client_send_what_is_taken(client *self, const char *text) {
  ssize_t sent = send(self->socket, text, strlen(text), MSG_NOSIGNAL);
  if (sent < 0) assert_true(errno == EPIPE || errno == ECONNRESET);
}

size_t client_send_some(client *self, const char *data, size_t size) {
  size_t total = 0;
  struct pollfd writable = {.fd = self->socket, .events = POLLOUT};
  while (total < size && poll(&writable, 1, 3 * MOMENT_MS) == 1) {
    ssize_t sent = send(self->socket, data + total, size - total, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) break;
    if (sent > 0) total += (size_t)sent;
  }
  return total;
}

/* --- receiving --- */

bool client_is_readable(client *self, int wait_ms) {
  struct pollfd readable = {.fd = self->socket, .events = POLLIN};
  return self->size || poll(&readable, 1, wait_ms) == 1;
}

/** Receives some more; false at the end. A reset is an end too. */
static bool fill(client *self) {
  if (self->capacity - self->size < 4096) {
    self->capacity = self->capacity ? 2 * self->capacity : 16384;
    self->input = realloc(self->input, self->capacity);
    assert_non_null(self->input);
  }
  struct pollfd readable = {.fd = self->socket, .events = POLLIN};
  if (poll(&readable, 1, CLIENT_PATIENCE_MS) != 1) {
    print_error("nothing came; there is: %.*s\n", (int)self->size, self->input);
    fail();
  }
  ssize_t size = recv(self->socket, self->input + self->size, self->capacity - self->size, 0);
  if (size <= 0) return false;
  self->size += (size_t)size;
  return true;
}

static char *take(client *self, size_t size) {
  char *text = malloc(size + 1);
  assert_non_null(text);
  if (size) memcpy(text, self->input, size);
  text[size] = 0;
  self->size -= size;
  if (self->size) memmove(self->input, self->input + size, self->size);
  return text;
}

/** Waits for `size` octets; takes what there is when the end comes first. */
static char *take_size(client *self, size_t size, size_t *taken) {
  while (self->size < size && fill(self)) continue;
  *taken = self->size < size ? self->size : size;
  return take(self, *taken);
}

/** Takes up to and with `mark`; NULL when the end comes first. */
static char *take_until(client *self, const char *mark) {
  char *found = NULL;
  while (!(self->size && (found = memmem(self->input, self->size, mark, strlen(mark)))))
    if (!fill(self)) return NULL;
  return take(self, (size_t)(found - self->input) + strlen(mark));
}

static void append(reply *self, const char *data, size_t size) {
  self->body = realloc(self->body, self->body_size + size + 1);
  assert_non_null(self->body);
  memcpy(self->body + self->body_size, data, size);
  self->body_size += size;
  self->body[self->body_size] = 0;
}

static void receive_chunks(client *self, reply *answer) {
  size_t size = 1, taken = 0;
  while (size && !answer->is_cut) {
    char *line = take_until(self, "\r\n");
    size = line ? strtoul(line, NULL, 16) : 0;
    char *data = line ? take_size(self, size + 2, &taken) : NULL;
    answer->is_cut = !line || taken < size + 2;
    if (data) append(answer, data, taken < size ? taken : size);
    if (data && !answer->is_cut) assert_string_equal(data + size, "\r\n");
    free(line);
    free(data);
  }
}

static const char *find_value(const reply *self, const char *name) {
  size_t size = strlen(name);
  for (const char *line = strstr(self->head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
    if (strncasecmp(line + 2, name, size) == 0 && line[2 + size] == ':') return line + 4 + size;
  return NULL;
}

static void receive_body(client *self, reply *answer) {
  const char *length = find_value(answer, "Content-Length");
  bool has_none = answer->status < 200 || answer->status == 204 || answer->status == 304;
  free(answer->body);
  answer->body = NULL;
  if (has_none) {
    append(answer, "", 0);
  } else if (find_value(answer, "Transfer-Encoding")) {
    append(answer, "", 0);
    receive_chunks(self, answer);
  } else if (length) {
    size_t size = strtoul(length, NULL, 10);
    answer->body = take_size(self, size, &answer->body_size);
    answer->is_cut = answer->body_size < size;
  } else {
    answer->body = client_read_all(self, &answer->body_size);
  }
}

reply client_receive_head(client *self) {
  char *head = take_until(self, "\r\n\r\n");
  if (!head) {
    print_error("the connection ended before an answer\n");
    fail();
  }
  reply answer = {.head = head, .body = calloc(1, 1)};
  if (sscanf(head, "HTTP/1.1 %d ", &answer.status) != 1) {
    print_error("no answer: %s\n", head);
    fail();
  }
  return answer;
}

reply client_receive(client *self) {
  reply answer = client_receive_head(self);
  receive_body(self, &answer);
  return answer;
}

void reply_free(reply *self) {
  free(self->head);
  free(self->body);
  *self = (reply){0};
}

bool reply_has(const reply *self, const char *line) {
  char whole[512];
  snprintf(whole, sizeof whole, "\r\n%s\r\n", line);
  return strstr(self->head, whole) != NULL;
}

bool reply_has_field(const reply *self, const char *name) {
  return find_value(self, name) != NULL;
}

void client_expect(client *self, int status, const char *body) {
  reply answer = client_receive(self);
  if (answer.status != status) print_error("%s%s\n", answer.head, answer.body);
  assert_int_equal(answer.status, status);
  assert_false(answer.is_cut);
  if (body) assert_string_equal(answer.body, body);
  reply_free(&answer);
}

void client_expect_end(client *self) {
  while (fill(self)) continue;
  if (self->size) print_error("there is: %.*s\n", (int)self->size, self->input);
  assert_int_equal(self->size, 0);
}

void client_expect_silence(client *self) {
  assert_false(client_is_readable(self, MOMENT_MS));
}

void client_skim(client *self) {
  char octets[65536];
  self->size = 0;
  if (client_is_readable(self, 5) && recv(self->socket, octets, sizeof octets, 0) < 0) return;
}

size_t client_read(client *self, char *out, size_t size) {
  size_t taken;
  char *data = take_size(self, size, &taken);
  memcpy(out, data, taken);
  free(data);
  return taken;
}

char *client_read_all(client *self, size_t *size) {
  while (fill(self)) continue;
  *size = self->size;
  return take(self, self->size);
}
