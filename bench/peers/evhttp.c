/* libevent's own HTTP server as a contestant: evhttp PORT. It reads bodies whole. */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void send_text(struct evhttp_request *request, const void *text, size_t size) {
  struct evbuffer *body = evbuffer_new();
  evbuffer_add_reference(body, text, size, NULL, NULL);
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                    "text/plain; charset=utf-8");
  evhttp_send_reply(request, HTTP_OK, "OK", body);
  evbuffer_free(body);
}

static void answer_hello(struct evhttp_request *request, void *context) {
  (void)context;
  send_text(request, "Hello, World!", 13);
}

static void answer_size(struct evhttp_request *request, void *context) {
  (void)context;
  char text[24];
  size_t size = evbuffer_get_length(evhttp_request_get_input_buffer(request));
  struct evbuffer *body = evbuffer_new();
  snprintf(text, sizeof text, "%zu", size);
  evbuffer_add(body, text, strlen(text));
  evhttp_send_reply(request, HTTP_OK, "OK", body);
  evbuffer_free(body);
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN); /* it writes to connections that the peer has closed */
  struct event_config *config = event_config_new();
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  struct event_base *base = event_base_new_with_config(config);
  event_config_free(config);
  struct evhttp *server = evhttp_new(base);
  evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
  evhttp_set_cb(server, "/hello", answer_hello, NULL);
  evhttp_set_cb(server, "/echo-size", answer_size, NULL);
  if (count != 2 ||
      evhttp_bind_socket(server, "127.0.0.1", (unsigned short)atoi(arguments[1])) != 0) {
    fprintf(stderr, "evhttp: cannot listen; usage: evhttp PORT\n");
    return 1;
  }
  event_base_dispatch(base);
  return 0;
}
