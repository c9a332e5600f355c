/** What the examples leave to one place: a server's life, around the routes that each adds. */
#ifndef EXAMPLES_SERVE_H
#define EXAMPLES_SERVE_H

#include <martlet.h>

/** Adds an example's routes. `user_data` is what serve was given. */
typedef mt_status (*add_routes_fn)(mt_server *server, void *user_data, mt_error *error);

/** Serves the routes on 127.0.0.1, on a port that the system chooses and that is the first line on
 * stdout; ends at SIGTERM or SIGINT, when what is under way is answered. Returns the program's exit
 * status. */
int serve(add_routes_fn add_routes, void *user_data);

#endif
