/** What the kinds of endpoints have in common. Before start. */
#ifndef MT_SERVER_ENDPOINTS_H
#define MT_SERVER_ENDPOINTS_H

#include "server.h"

MT__HIDDEN_BEGIN

/** An endpoint for `count` sockets, none of them open; NULL without memory. */
mt__endpoint *mt__endpoint_create(mt_server *server, uint32_t count);
/** Closes its sockets, removes its socket file, frees. */
void mt__endpoint_destroy(mt_server *server, mt__endpoint *endpoint);
/** Puts it behind the server's others. */
void mt__endpoint_append(mt_server *server, mt__endpoint *endpoint);
/** Takes address and port, as text and number, from the first socket. */
void mt__endpoint_describe(mt__endpoint *endpoint);
/** What tells the file at `path` from others; false when there is none. */
bool mt__endpoint_identify(const char *path, mt__file_identity *identity);
/** Whether somebody accepts on the socket file at `path`. */
bool mt__endpoint_is_listened_on(const char *path);
/** Sets what accepted sockets inherit, with no call for each of them: TCP_NODELAY, and how much the
 * kernel holds for a peer that does not read. */
bool mt__endpoint_tune(int descriptor);
mt_status mt__endpoint_refuse_late(mt_error *error);
mt_status mt__endpoint_no_memory(mt_error *error);

MT__HIDDEN_END

#endif
