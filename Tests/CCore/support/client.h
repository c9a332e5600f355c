/** A client that speaks raw octets to a server in this process and reads its answers. Whatever does
 * not happen within CLIENT_PATIENCE_MS fails the test. For the test's own thread. */
#ifndef MT_TESTS_CLIENT_H
#define MT_TESTS_CLIENT_H

#include <martlet/slice.h>

enum { CLIENT_PATIENCE_MS = 30000 };

typedef struct client {
  int socket;
  char *input; /* received and not yet taken */
  size_t size;
  size_t capacity;
} client;

/** One answer, an interim one too. */
typedef struct reply {
  int status;
  char *head; /* with the empty line, NUL-terminated */
  char *body; /* decoded, NUL-terminated */
  size_t body_size;
  bool is_cut; /* the connection ended before the answer did */
} reply;

client client_connect(uint16_t port);
client client_connect_to(const char *host, uint16_t port);
client client_connect_unix(const char *path);
/** Takes over a connected socket. */
client client_of(int socket);
/** As client_connect; false when the server refuses. */
bool client_try_connect(client *self, uint16_t port);
void client_close(client *self);
/** Closes so that the server sees a reset. */
void client_reset(client *self);
/** Sends no more. */
void client_half_close(client *self);

void client_send(client *self, const char *text);
void client_send_bytes(client *self, const char *data, size_t size);
/** Sends, unless the server has closed already. */
void client_send_what_is_taken(client *self, const char *text);
/** Sends as much as the sockets hold without anybody reading; returns how much. */
size_t client_send_some(client *self, const char *data, size_t size);

/** The next answer. To HEAD there is no body, whatever its head announces. */
reply client_receive(client *self);
reply client_receive_head(client *self);
void reply_free(reply *self);
/** Whether the head holds that whole line, such as "Connection: close". */
bool reply_has(const reply *self, const char *line);
/** Whether the head holds a field of that name, any case. */
bool reply_has_field(const reply *self, const char *name);

/** Receives an answer and asserts status and body (NULL: any). */
void client_expect(client *self, int status, const char *body);
/** Asserts that the server ends the connection and sends nothing more before. */
void client_expect_end(client *self);
/** Asserts that nothing comes for a moment. */
void client_expect_silence(client *self);
/** Whether something can be read, or the end, within `wait_ms`. */
bool client_is_readable(client *self, int wait_ms);
/** Drops what comes within a few milliseconds. */
void client_skim(client *self);
/** Reads `size` octets, or up to the end: how many. */
size_t client_read(client *self, char *out, size_t size);
/** Reads until the end; NUL-terminated, the caller frees. */
char *client_read_all(client *self, size_t *size);

#endif
