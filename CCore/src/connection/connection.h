/** A connection: its transport, its timer, the exchanges that wait for their turn, and the octets
 * between them. Lives and dies on its reactor; idle, it holds this struct and nothing else. */
#ifndef MT_CONNECTION_CONNECTION_H
#define MT_CONNECTION_CONNECTION_H

#include "exchange.h"
#include "transport.h"

MT__HIDDEN_BEGIN

/** What its one timer presently measures. */
typedef enum mt__wait {
  MT__WAIT_NONE,
  MT__WAIT_HEAD,
  MT__WAIT_BODY,
  MT__WAIT_IDLE,
  MT__WAIT_WRITE,
  MT__WAIT_LINGER,
} mt__wait;

/** Where in a request the next octet belongs. */
typedef enum mt__reading {
  MT__READING_HEAD,
  MT__READING_LENGTH,   /* a body with Content-Length */
  MT__READING_CHUNKS,   /* a chunked body */
  MT__READING_TRAILERS, /* behind it */
} mt__reading;

struct mt__connection {
  mt__io io;
  mt__timer timer;
  mt__list link; /* in its shard */
  mt__shard *shard;
  const mt__transport *transport;
  mt_exchange *first; /* exchanges in request order; the first one's response is next */
  mt_exchange *last;
  mt_exchange *incoming;          /* whose head or body is being read */
  mt__connection *next_unsettled; /* in its shard's list of those to settle */
  char *input;                    /* octets read and not yet used, from the buffer pool */
  mt__chain output;               /* octets that the socket did not take yet */
  uint64_t requests;
  mt__peer_address peer;
  uint32_t input_size;
  uint32_t input_capacity;
  uint32_t dropped;          /* octets read only to see the peer's end */
  uint32_t queued;           /* exchanges from first to last */
  uint8_t reading;           /* mt__reading */
  uint8_t waiting;           /* mt__wait */
  uint8_t watching;          /* MT__IO_* */
  bool has_read : 1;         /* a head or some of a body, since the timer was looked at */
  bool has_written : 1;      /* some of a response, likewise */
  bool is_clean_close : 1;   /* the client said that it sends no more requests */
  bool has_read_eof : 1;     /* the peer sends no more */
  bool stops_reading : 1;    /* no further request is served */
  bool is_lingering : 1;     /* output is done; input is dropped until the peer closes */
  bool is_broken : 1;        /* closes at the end of the batch, whatever waits */
  bool is_counted : 1;       /* in mt__peers */
  bool is_unsettled : 1;     /* in the shard's list */
  bool has_input_behind : 1; /* more was received than what is being served */
};

/** Takes over an accepted socket that was admitted: closed and dismissed when that fails. Thread:
 * reactor. */
void mt__connection_accept(mt__shard *shard, int socket, const mt__peer_address *peer);
/** Prepares `connection` (the transport's storage), which was admitted, and counts it. */
void mt__connection_init(mt__connection *connection, mt__shard *shard,
                         const mt__transport *transport, const mt__peer_address *peer);
/** The transport's readiness callback; `user_data` is the connection. */
void mt__connection_on_ready(int descriptor, short ready, void *user_data);
/** The timer's callback. */
void mt__connection_on_timeout(mt__timer *timer);
/** Serves the connections that had to wait for the one that was served. Thread: reactor. */
void mt__connection_settle_others(mt__shard *shard);
/** Cuts the connection: exchanges are cancelled, waiting output is dropped. `connection` is gone.
 */
void mt__connection_close(mt__connection *connection);
/** Serves what became possible: reads what waits, sends what is ready, sets interest and timer,
 * closes when all is done. While a connection of the shard is being served, that waits until its
 * end. `connection` may be gone afterwards. */
void mt__connection_settle(mt__connection *connection);
/** As mt__connection_settle, behind whatever else is under way: the connection that is served, or
 * the batch of messages, so that the answers of several leave in one write. Thread: reactor. */
void mt__connection_settle_later(mt__connection *connection);
/** Puts an exchange behind the others. */
void mt__connection_append(mt__connection *connection, mt_exchange *exchange);
/** Takes the first exchange out. */
mt_exchange *mt__connection_pop(mt__connection *connection);
/** Gives up the request that is being read. */
void mt__connection_drop_incoming(mt__connection *connection);
/** Cancels the last exchange: the rest of its request will not come. */
void mt__connection_cancel_last(mt__connection *connection);
/** Cancels every exchange behind the first: their answers will not be read. */
void mt__connection_cancel_rest(mt__connection *connection);
/** The drain began: closes when idle, else after what is under way. `connection` may be gone
 * afterwards. */
void mt__connection_drain(mt__connection *connection);
/** Whether nothing is read, run or written. */
bool mt__connection_is_idle(const mt__connection *connection);

MT__HIDDEN_END

#endif
