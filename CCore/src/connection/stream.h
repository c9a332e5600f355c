/** Responses that are written piece by piece, from any thread. Each function is the like-named
 * public one without its argument checks. */
#ifndef MT_CONNECTION_STREAM_H
#define MT_CONNECTION_STREAM_H

#include "exchange.h"

MT__HIDDEN_BEGIN

/** `callback` is taken, also on failure. */
mt_status mt__stream_start(mt_exchange *exchange, uint64_t length, mt__exchange_callback callback);
mt_status mt__stream_write(mt_exchange *exchange, mt_slice bytes);
mt_status mt__stream_end(mt_exchange *exchange);
/** Nobody will end it: it is cut behind what was written. Thread: any. */
void mt__stream_abandon(mt_exchange *exchange);

MT__HIDDEN_END

#endif
