/** Accepting connections on one reactor. */
#ifndef MT_CONNECTION_LISTENER_H
#define MT_CONNECTION_LISTENER_H

#include "shard.h"

MT__HIDDEN_BEGIN

/** Where accepted sockets go when the system does not spread them itself: all reactors in turn. */
typedef struct mt__rotation {
  mt__shard **shards; /* the server's */
  uint32_t count;     /* 1: the accepting reactor keeps them */
  uint32_t next;
} mt__rotation;

typedef struct mt__listener {
  mt__list link; /* in its shard */
  mt__io io;
  mt__timer pause;
  mt__shard *shard;
  mt__rotation rotation;
  int descriptor; /* closed with the listener */
  bool is_paused;
  bool has_complained; /* about a lack of descriptors, since it last accepted */
} mt__listener;

/** Listens with `descriptor` (owned from here on, also on failure) on the shard's reactor. Thread:
 * before its reactor runs. */
mt_status mt__listener_create(mt__shard *shard, int descriptor, mt__rotation rotation);
/** Accepts what waits in the kernel (bounded), then closes. Thread: reactor. */
void mt__listener_finish(mt__listener *listener);
/** Closes at once. */
void mt__listener_destroy(mt__listener *listener);
/** A connection closed: listeners that paused at a limit go on. Thread: reactor. */
void mt__listeners_resume(mt__shard *shard);

MT__HIDDEN_END

#endif
