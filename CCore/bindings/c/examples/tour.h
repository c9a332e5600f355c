/** The routes of each example, for the program that joins them. Each is an add_routes_fn. */
#ifndef EXAMPLES_TOUR_H
#define EXAMPLES_TOUR_H

#include <martlet.h>

/** /json and /json/{name}: a body made for the request, with text of the peer's in it. */
mt_status add_json(mt_server *server, void *user_data, mt_error *error);
/** /stream and /stream/{count}: a body whose length is not known when it begins. */
mt_status add_stream(mt_server *server, void *user_data, mt_error *error);
/** /upload: a body that is consumed as it comes. */
mt_status add_upload(mt_server *server, void *user_data, mt_error *error);
/** /file: the file whose path `user_data` is. Lifetime: the path, the server's. */
mt_status add_file(mt_server *server, void *user_data, mt_error *error);
/** /worker: a handler that blocks. */
mt_status add_worker(mt_server *server, void *user_data, mt_error *error);
/** /later: an answer that comes from another thread. */
mt_status add_later(mt_server *server, void *user_data, mt_error *error);

#endif
