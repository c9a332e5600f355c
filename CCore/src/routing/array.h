/** Growing the plain arrays that a router is built in. */
#ifndef MT_ROUTING_ARRAY_H
#define MT_ROUTING_ARRAY_H

#include "../base/allocator.h"
#include "../base/attributes.h"

MT__HIDDEN_BEGIN

/** `items` with room for at least `needed` items, doubled if it must grow, and `*capacity` told so.
 * NULL without memory: `items` and `*capacity` are then as they were. `items` may be NULL with
 * capacity 0; a result is never NULL for lack of need. */
void *mt__array_reserve(const mt_allocator *allocator, void *items, uint32_t *capacity,
                        uint32_t needed, size_t item_size);

MT__HIDDEN_END

#endif
