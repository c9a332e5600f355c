/** The HTTP/1 driver's reading half: octets to exchanges and their bodies. */
#ifndef MT_CONNECTION_INPUT_H
#define MT_CONNECTION_INPUT_H

#include "connection.h"

MT__HIDDEN_BEGIN

/** Reads once from the transport and serves it. */
void mt__input_read(mt__connection *connection);
/** Serves the octets that waited, if serving may go on. */
void mt__input_resume(mt__connection *connection);
/** Whether the next octets may be served: not paused by a full queue, waiting output, a body's
 * consumer or the end. */
bool mt__input_may_go_on(const mt__connection *connection);
/** Whether octets are read only to see the peer's end, while its last answer is made. */
bool mt__input_listens_for_end(const mt__connection *connection);
/** Answers the incoming request (or, with none, the connection) with an error and reads no more. */
void mt__input_reject(mt__connection *connection, int http_status, const char *reason);
/** Gives the buffer of waiting octets back. */
void mt__input_drop(mt__connection *connection);

MT__HIDDEN_END

#endif
