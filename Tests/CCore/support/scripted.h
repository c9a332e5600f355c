/** A connection whose peer is a script: what it sends, in which pieces, how much it takes, and
 * where the system fails. Everything above the transport is the real thing. Thread: the reactor's.
 */
#ifndef MT_TESTS_SCRIPTED_H
#define MT_TESTS_SCRIPTED_H

#include <martlet/slice.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connection/shard.h"

/** What a peer does once all its input was read. */
typedef enum scripted_end {
  SCRIPTED_WAITS,  /* sends no more, and stays */
  SCRIPTED_CLOSES, /* half-closes */
} scripted_end;

enum { SCRIPTED_NEVER = -1, SCRIPTED_SPLITS_MAX = 64 };

typedef struct scripted {
  /* the script: set before scripted_connect, or between turns */
  mt_slice input;
  scripted_end end;
  size_t splits[SCRIPTED_SPLITS_MAX]; /* a read ends where one of these octets begins */
  size_t split_count;
  size_t most_read;        /* octets a read gives; 0: all there are */
  size_t most_written;     /* octets a write takes; 0: all */
  ptrdiff_t read_fails_at; /* the read at that octet fails with read_error */
  int read_error;
  ptrdiff_t write_stops_at;  /* the write that would pass that octet ends there, then once EAGAIN */
  ptrdiff_t write_blocks_at; /* nothing is taken from that octet on */
  ptrdiff_t write_fails_at;  /* the write at that octet fails with write_error */
  int write_error;
  ptrdiff_t file_fails_at; /* as the write, for files: an error, or 0: the file has shrunk */
  int file_error;
  bool is_blocked;   /* takes nothing now */
  bool is_silent;    /* sends nothing now */
  uint64_t random;   /* != 0: reads and writes are short, interrupted or refused at random */
  uint32_t refusals; /* of 100 watches, so many are refused at random */

  /* what came of it */
  char *output;
  size_t output_size, output_capacity;
  size_t sent;      /* octets of the input that were read */
  bool has_stopped; /* at write_stops_at */
  bool has_been_finished;
  bool is_closed;
  struct scripted_connection *connection; /* NULL once it is closed */
} scripted;

/** A peer that sends `input` at once, stays, and takes everything. */
void scripted_init(scripted *self, mt_slice input);
/** Gives back what was collected; the connection must be closed. */
void scripted_deinit(scripted *self);
/** Connects it to the shard and serves what it sends first. False without memory. */
bool scripted_connect(scripted *self, mt__shard *shard);
/** Serves the connection if it is ready for what the server waits for; whether it was. */
bool scripted_turn(scripted *self);
/** As the peer going away: the next read and write fail with ECONNRESET. */
void scripted_reset(scripted *self);
/** The server's side of it; NULL once that is closed. */
mt__connection *scripted_connection_of(scripted *self);
/** Hands out numbers that depend on the seed alone. */
uint32_t scripted_random(uint64_t *state, uint32_t below);

#endif
