/* A handler that blocks runs on the worker pool, where nobody else waits for it. */
#include "crew.h"
#include "serve.h"
#include "tour.h"

static void answer_worker(mt_request *request, mt_response *response, void *user_data) {
  (void)request, (void)user_data;
  crew_sleep_ms(20);
  mt_response_body_borrow(response, MT_SLICE("worked"), NULL, NULL);
}

mt_status add_worker(mt_server *server, void *user_data, mt_error *error) {
  (void)user_data;
  mt_route_options options;
  mt_route_options_init(&options, sizeof options);
  options.dispatch = MT_DISPATCH_WORKER;
  return mt_server_route(server, MT_METHOD_GET, MT_SLICE("/worker"), answer_worker, NULL, NULL,
                         &options, error);
}

#ifndef PART_OF_TOUR
int main(void) {
  return serve(add_worker, NULL);
}
#endif
