/** The HTTP/1 driver's writing half: responses to octets, in request order. */
#ifndef MT_CONNECTION_OUTPUT_H
#define MT_CONNECTION_OUTPUT_H

#include "connection.h"

MT__HIDDEN_BEGIN

/** Lays down every response whose turn it is. */
void mt__output_emit(mt__connection *connection);
/** Octets of a stream: framed and laid down when it is the exchange's turn, kept in `pending`
 * before. False: no memory, the connection is broken. */
bool mt__output_stream(mt_exchange *exchange, mt_slice bytes);
/** The stream is whole. */
void mt__output_stream_end(mt_exchange *exchange);

MT__HIDDEN_END

#endif
