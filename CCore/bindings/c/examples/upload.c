/* A body that is consumed as it comes: whatever its length, no more of it is held than one piece.
 */
#include "serve.h"
#include "tour.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct upload {
  mt_exchange *exchange;
  uint64_t received;
} upload;

static void answer(mt_exchange *exchange, uint64_t received) {
  char text[32];
  int size = snprintf(text, sizeof text, "%" PRIu64 " bytes", received);
  mt_response_body_copy(mt_exchange_response(exchange), (mt_slice){text, (size_t)size});
  mt_exchange_complete(exchange);
}

static mt_flow take_piece(mt_body_event event, mt_slice bytes, mt_status status, void *user_data) {
  (void)status;
  upload *under_way = user_data;
  under_way->received += bytes.size;
  if (event == MT_BODY_END) answer(under_way->exchange, under_way->received);
  return MT_FLOW_CONTINUE;
}

/* Called behind the last piece, however it came to an end; what was not answered by then is
 * answered for by the server. */
static void end_upload(void *user_data) {
  upload *ended = user_data;
  mt_exchange_release(ended->exchange);
  free(ended);
}

static void answer_upload(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  upload *begun = calloc(1, sizeof *begun);
  if (!begun) return;
  if (mt_request_defer(request, &begun->exchange) == MT_OK)
    mt_request_body_stream(request, take_piece, begun, end_upload);
  else
    free(begun);
}

mt_status add_upload(mt_server *server, void *user_data, mt_error *error) {
  (void)user_data;
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.body_mode = MT_BODY_STREAM;
  options.max_body_bytes = UINT64_MAX;
  return mt_server_route(server, MT_METHOD_POST, MT_SLICE("/upload"), answer_upload, NULL, NULL,
                         &options, error);
}

#ifndef PART_OF_TOUR
int main(void) {
  return serve(add_upload, NULL);
}
#endif
