/* GNU libmicrohttpd as a contestant, with its own epoll thread: microhttpd PORT CONNECTIONS. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct received {
  size_t bytes;
} received;

static enum MHD_Result send_response(struct MHD_Connection *connection,
                                     struct MHD_Response *response) {
  MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
  enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return result;
}

static enum MHD_Result send_hello(struct MHD_Connection *connection) {
  return send_response(connection,
                       MHD_create_response_from_buffer(13, (void *)(size_t) "Hello, World!",
                                                       MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result send_number(struct MHD_Connection *connection, size_t number) {
  char text[24];
  int size = snprintf(text, sizeof text, "%zu", number);
  return send_response(connection,
                       MHD_create_response_from_buffer((size_t)size, text, MHD_RESPMEM_MUST_COPY));
}

static ssize_t fill_piece(void *context, uint64_t position, char *buffer, size_t capacity) {
  (void)context, (void)position;
  memset(buffer, 'x', capacity);
  return (ssize_t)capacity;
}

static enum MHD_Result send_download(struct MHD_Connection *connection, const char *bytes) {
  return send_response(connection, MHD_create_response_from_callback(
                                       strtoull(bytes, NULL, 10), 65536, fill_piece, NULL, NULL));
}

/* Called once for the head, for each piece of a body, and once at the end: only an answer given at
 * the end leaves the connection open. */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body,
                              size_t *body_size, void **request) {
  (void)context, (void)version, (void)body;
  received *counted = *request;
  if (!counted) return (*request = calloc(1, sizeof *counted)) ? MHD_YES : MHD_NO;
  if (*body_size > 0) {
    counted->bytes += *body_size;
    *body_size = 0;
    return MHD_YES;
  }
  if (strcmp(method, "POST") == 0) return send_number(connection, counted->bytes);
  if (strcmp(url, "/hello") == 0) return send_hello(connection);
  return strncmp(url, "/download/", 10) == 0 ? send_download(connection, url + 10) : MHD_NO;
}

static void end_request(void *context, struct MHD_Connection *connection, void **request,
                        enum MHD_RequestTerminationCode code) {
  (void)context, (void)connection, (void)code;
  free(*request);
}

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (count != 3) return 2;
  address.sin_port = htons((uint16_t)atoi(arguments[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct MHD_Daemon *daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &address,
      MHD_OPTION_CONNECTION_LIMIT, (unsigned)atoi(arguments[2]), MHD_OPTION_LISTEN_BACKLOG_SIZE,
      4096u, MHD_OPTION_NOTIFY_COMPLETED, end_request, NULL, MHD_OPTION_END);
  if (!daemon) {
    fprintf(stderr, "microhttpd: cannot listen\n");
    return 1;
  }
  for (;;) pause();
}
