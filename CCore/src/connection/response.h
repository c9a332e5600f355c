/** Filling a response. Each function is the like-named public one without its argument checks. */
#ifndef MT_CONNECTION_RESPONSE_H
#define MT_CONNECTION_RESPONSE_H

#include "exchange.h"

MT__HIDDEN_BEGIN

/** MT_ERROR_INVALID_STATE when the response is settled. */
static inline mt_status mt__response_check_open(const mt_response *response) {
  const mt_exchange *exchange = mt__exchange_of_response(response);
  return mt__exchange_phase(exchange) <= MT__PHASE_ANSWERING ? MT_OK : MT_ERROR_INVALID_STATE;
}

mt_status mt__response_field_add(mt_response *response, mt_slice name, mt_slice value);
mt_status mt__response_field_remove(mt_response *response, mt_slice name);
bool mt__response_field_get(const mt_response *response, mt_slice name, mt_slice *value);
mt_status mt__response_body_copy(mt_response *response, mt_slice bytes);
void mt__response_body_borrow(mt_response *response, mt_slice bytes, mt_destroy_fn done,
                              void *user_data);
void mt__response_body_file(mt_response *response, mt__file_part part);

MT__HIDDEN_END

#endif
