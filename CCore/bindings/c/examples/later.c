/* An answer that is not there when the handler returns: the exchange is kept, and a thread of the
 * host's completes it. */
#include "crew.h"
#include "serve.h"
#include "tour.h"

static void complete_later(void *user_data) {
  mt_exchange *exchange = user_data;
  crew_sleep_ms(20);
  mt_response_body_borrow(mt_exchange_response(exchange), MT_SLICE("later"), NULL, NULL);
  mt_exchange_complete(exchange);
  mt_exchange_release(exchange);
}

static void answer_later(mt_request *request, mt_response *response, void *user_data) {
  (void)response, (void)user_data;
  mt_exchange *exchange;
  if (mt_request_defer(request, &exchange) != MT_OK) return;
  if (crew_run(complete_later, exchange)) return;
  mt_exchange_release(exchange); /* unanswered: the server says 500 */
}

mt_status add_later(mt_server *server, void *user_data, mt_error *error) {
  (void)user_data;
  return mt_server_route(server, MT_METHOD_GET, MT_SLICE("/later"), answer_later, NULL, NULL, NULL,
                         error);
}

#ifndef PART_OF_TOUR
int main(void) {
  return serve(add_later, NULL);
}
#endif
