/** The routes of a world, and what its driver does for their handlers. */
#ifndef MT_TESTS_WORLD_HANDLERS_H
#define MT_TESTS_WORLD_HANDLERS_H

#include "world.h"

/** Registers the routes; false without memory. */
bool world_add_routes(world *self, const char *root);
/** Lets bodies that pause go on; whether there were any. */
bool world_resume_takes(world *self);

#endif
