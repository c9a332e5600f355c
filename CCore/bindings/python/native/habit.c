/* What requests of a kind did before. One whose kind used to wait is begun as a task of its own: to
 * begin it at once, and have it taken over, would cost more. Kinds share a small table of counters,
 * as branches do in a processor: a mistake costs time, no more. */
#include "fast.h"

enum { SURE = 3, TRY_AGAIN = 64 };

/** Of method and path; a segment with a digit in it is taken for one parameter's value. */
static unsigned char *place_of(asgi *self, const mt_request *request) {
  mt_slice path = mt_request_path(request);
  uint32_t kind = mt_request_method(request), segment = 0;
  bool has_digit = false;
  for (size_t i = 0; i < path.size; i++) {
    unsigned char octet = (unsigned char)path.data[i];
    if (octet == '/') {
      kind = (kind ^ (has_digit ? 1 : segment)) * 0x01000193u;
      segment = 0;
      has_digit = false;
    } else {
      has_digit |= octet >= '0' && octet <= '9';
      segment = (segment ^ octet) * 0x01000193u;
    }
  }
  kind = (kind ^ (has_digit ? 1 : segment)) * 0x01000193u;
  return &self->habits[(kind ^ kind >> 16) % HABITS];
}

bool habit_is_to_wait(asgi *self, const mt_request *request, unsigned char **habit) {
  *habit = place_of(self, request);
  return **habit >= SURE && ++self->waiters % TRY_AGAIN != 0;
}

void habit_learn(unsigned char *habit, bool has_waited) {
  if (!has_waited)
    *habit = 0;
  else if (*habit < SURE)
    ++*habit;
}
