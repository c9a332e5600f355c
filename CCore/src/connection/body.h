/** A request's body on its way to its sink. */
#ifndef MT_CONNECTION_BODY_H
#define MT_CONNECTION_BODY_H

#include "connection.h"

MT__HIDDEN_BEGIN

enum {
  MT__DISCARD_LIMIT = 65536
}; /* octets of an unwanted body that are read to keep a connection */

/** The head is complete and routed: decides how the body is read; runs the handler if it need not
 * wait. Octets of the body that are there already are in `available`; returns how many of them were
 * used. */
size_t mt__body_begin(mt__connection *connection, mt_exchange *exchange, mt_slice available);
/** Takes `in`; returns how many octets were used. */
size_t mt__body_feed(mt__connection *connection, mt_exchange *exchange, mt_slice in);
/** Ends a body of announced length that is there in full, unless its consumer pauses. */
void mt__body_check_end(mt__connection *connection);
/** The measurement of the rate starts anew (begin, resume). */
void mt__body_restart_clock(mt_exchange *exchange);
/** As mt__body_abandon, for a body that is being read. */
void mt__body_abandon_rest(mt__connection *connection, mt_exchange *exchange);

/** The response needs the body no more: what is left is dropped, or the connection closes after it.
 */
static inline void mt__body_abandon(mt__connection *connection, mt_exchange *exchange) {
  if (connection->incoming == exchange) mt__body_abandon_rest(connection, exchange);
}

MT__HIDDEN_END

#endif
