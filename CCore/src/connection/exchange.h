/** One request and its one response; knows nothing of HTTP/1 but the parser state that it lodges.
 *
 *  Life: taken from its shard when a request's first octet arrives, held by the connection (`first`
 * … `last`, `incoming`), by a worker's job, by messages under way, and by the host's handles; the
 * last reference gives it back. */
#ifndef MT_CONNECTION_EXCHANGE_H
#define MT_CONNECTION_EXCHANGE_H

#include <martlet/exchange.h>

#include "../codec/h1/chunked.h"
#include "../codec/h1/parser.h"
#include "../executor/executor.h"
#include "../memory/arena.h"
#include "../memory/chain.h"
#include "../routing/router.h"
#include "shard.h"

MT__HIDDEN_BEGIN

/** Who may do what with the response; moves forward only. */
typedef enum mt__phase {
  MT__PHASE_FILLING,   /* the handler, or whoever holds a handle, fills it */
  MT__PHASE_ANSWERING, /* whoever completes it may still fill in what is missing */
  MT__PHASE_COMPLETED, /* whole */
  MT__PHASE_STREAMING, /* its head is settled, its body is being written */
  MT__PHASE_ENDED,     /* its body is whole */
} mt__phase;

/** What other threads tell the reactor about an exchange; a set. */
enum {
  MT__SIGNAL_COMPLETE = 1,
  MT__SIGNAL_STREAM = 2,
  MT__SIGNAL_ABANDON = 4,
  MT__SIGNAL_RESUME = 8,
  MT__SIGNAL_CANCEL =
      16, /* sent by the reactor to itself, so that callbacks come from no call of the host's */
  MT__SIGNAL_DRAINED = 32,
  MT__SIGNAL_DELIVERING = 64, /* somebody carries out what is in the set */
  MT__SIGNAL_CLOSED = 128,    /* the reactor has ended: nobody listens any more */
};

typedef enum mt__body_kind {
  MT__BODY_EMPTY,
  MT__BODY_ARENA,    /* bytes in the exchange's arena */
  MT__BODY_BORROWED, /* the host's bytes, with a destructor */
  MT__BODY_FILE,
} mt__body_kind;

/** Where the octets of a request's body go. */
typedef enum mt__sink {
  MT__SINK_NONE,    /* there are none */
  MT__SINK_WHOLE,   /* gathered for the handler */
  MT__SINK_STREAM,  /* handed to the handler's callback */
  MT__SINK_DISCARD, /* counted and dropped */
} mt__sink;

struct mt_request {
  mt__head head;
  mt__match match;
  mt_slice body;
  mt__head trailers; /* `base` is NULL until they are complete */
  mt__peer_address peer;
};

struct mt_response {
  int status;
  bool is_set;       /* anything was said */
  bool wants_close;  /* the handler said "Connection: close" */
  bool is_failing;   /* the host's error handler fills it */
  uint8_t body_kind; /* mt__body_kind */
  mt_slice body;
  mt_destroy_fn body_done;
  void *body_user_data;
  mt__file_part file;
  char *fields; /* whole lines, in the arena */
  uint32_t fields_size;
  uint32_t fields_capacity;
};

/** A callback with what must be destroyed after it. */
typedef struct mt__exchange_callback {
  mt_exchange_fn call;
  void *user_data;
  mt_destroy_fn destroy;
} mt__exchange_callback;

enum { MT__EXCHANGE_BLOCK = 2048 };

struct mt_exchange {
  mt_request request;
  mt_response response;
  mt__shard *shard;

  struct {
    mt__connection *connection; /* NULL once the two are parted */
    mt_exchange *next;          /* behind this one on its connection, or in the shard's free list */
    mt__h1_parser parser;
    mt__chunked chunked;
    uint8_t sink;          /* mt__sink */
    bool is_in_handler;    /* the handler runs on the reactor right now */
    bool is_detached;      /* the head lives in the arena */
    bool is_ready;         /* the response may be sent */
    bool is_head_sent;     /* … and its head was */
    bool is_finished;      /* it was sent in full, or never will be */
    bool is_body_paused;   /* the body's consumer asked for a pause */
    bool keeps_alive;      /* the connection may go on after this response */
    bool owes_continue;    /* the client waits for 100 */
    bool has_head;         /* the request could be parsed */
    bool has_stream;       /* the stream's start has arrived here */
    bool is_stream_whole;  /* … and its end */
    bool is_chunked;       /* the response streams with chunked coding */
    uint16_t body_failure; /* the status that says how the body broke off; 0: it did not */
    uint64_t body_left;    /* of a request with Content-Length */
    uint64_t body_received;
    uint64_t body_limit;
    uint64_t body_since_ms; /* when the present measurement of the transfer rate began */
    uint64_t body_since;    /* body_received then */
    char *whole;            /* MT__SINK_WHOLE: from the allocator */
    size_t whole_capacity;
    void *trailer_fields; /* from the allocator: whoever fills the response has the arena */
    char *trailer_bytes;
    mt_body_fn on_body;
    void *body_user_data;
    mt_destroy_fn body_destroy;
    mt__chain pending;  /* stream bytes before it is this exchange's turn */
    uint64_t unsettled; /* stream bytes here and not yet known to be sent */
  } reactor_only;

  /* the handler's thread */
  bool is_deferred;
  bool discards_stream; /* HEAD, 204, 205, 304: the stream's octets are dropped */
  bool has_overrun;     /* more was written to the stream than was announced */
  mt__exchange_callback on_cancel;
  mt__exchange_callback on_drained;
  uint64_t stream_left; /* of an announced length */
  uint64_t stream_length;

  struct {
    _Atomic uint32_t references;
    _Atomic uint32_t handles;
    _Atomic uint8_t phase;   /* mt__phase */
    _Atomic uint8_t signals; /* MT__SIGNAL_*: under way in `message` */
    _Atomic bool is_cancelled;
    _Atomic bool wants_drain;
    _Atomic bool has_turn; /* to stream: all those in front of it are sent */
    _Atomic bool has_cancel_callback;
    _Atomic bool has_asked_for_body; /* mt_request_body_stream was called */
    _Atomic uint32_t operations;     /* stream operations under way to the reactor */
    _Atomic uint64_t unsent;         /* stream bytes accepted and not yet sent */
    mt__message message;
  } any_thread;

  mt__job job;
  mt__arena arena;
  _Alignas(16) char block[MT__EXCHANGE_BLOCK];
  mt__field_place fields[];
};

static inline mt_exchange *mt__exchange_of_request(const mt_request *request) {
  return MT__CONTAINER(request, mt_exchange, request);
}

static inline mt_exchange *mt__exchange_of_response(const mt_response *response) {
  return MT__CONTAINER(response, mt_exchange, response);
}

/** Whether the status is one whose answers have no content: RFC 9110 §15.3.5, §15.4.5. */
static inline bool mt__response_has_no_content(const mt_response *response) {
  return response->status == 204 || response->status == 304;
}

/** Whether the status is one whose answers have content of no octet: RFC 9110 §15.3.6. */
static inline bool mt__response_has_empty_content(const mt_response *response) {
  return response->status == 205;
}

/** Whether a body that is there is not sent, because of the method or the status. */
static inline bool mt__exchange_is_silent(const mt_exchange *exchange) {
  return exchange->request.head.method == MT_METHOD_HEAD ||
         mt__response_has_no_content(&exchange->response) ||
         mt__response_has_empty_content(&exchange->response);
}

/** A fresh exchange with one reference; NULL without memory. Thread: reactor. */
mt_exchange *mt__exchange_take(mt__shard *shard);
/** Frees those that the shard keeps for the next request. */
void mt__exchange_free_all(mt__shard *shard);
void mt__exchange_reference(mt_exchange *exchange);
/** Gives one reference back. Thread: any. */
void mt__exchange_unreference(mt_exchange *exchange);
/** Copies head, parameters and body from the reactor's scratch into the arena, so that the exchange
 * outlives it. Thread: reactor. */
mt_status mt__exchange_detach(mt_exchange *exchange);
/** Completes the response as it was filled; the statuses of mt_exchange_complete. Thread: any. */
mt_status mt__exchange_complete(mt_exchange *exchange);
/** Tells the reactor; false when it has stopped: what the host's callbacks are owed then happens
 * within the call. Thread: any. */
bool mt__exchange_signal(mt_exchange *exchange, uint8_t signal);
/** Moves `phase` from `from` to `to`; false when it was not `from`. Thread: any. */
bool mt__exchange_advance(mt_exchange *exchange, mt__phase from, mt__phase to);
static inline mt__phase mt__exchange_phase(const mt_exchange *exchange) {
  return (mt__phase)atomic_load_explicit(&exchange->any_thread.phase, memory_order_acquire);
}
/** Whether the caller is on the exchange's reactor. Thread: any. */
static inline bool mt__exchange_is_on_reactor(const mt_exchange *exchange) {
  return mt__reactor_is_current(&exchange->shard->reactor);
}
/** Hands out a handle: the host's, or that of a handler that runs on although it deferred. Thread:
 * any. */
void mt__exchange_hold(mt_exchange *exchange);
/** Takes a handle back; the last one abandons what is unanswered. Thread: any. */
void mt__exchange_let_go(mt_exchange *exchange);
/** Fills in 500 and logs it when nothing was said. Thread: the handler's. */
void mt__exchange_answer_for(mt_exchange *exchange);
/** The handler returned: settles what it left. Thread: the handler's. */
void mt__exchange_handler_returned(mt_exchange *exchange);
/** Nobody is left to answer. Thread: reactor. */
void mt__exchange_abandon(mt_exchange *exchange);
/** The response may be sent: serves the connection. Thread: reactor. */
void mt__exchange_make_ready(mt_exchange *exchange);
/** The response was laid down in full: ends callbacks and parts from the connection. Thread:
 * reactor. */
void mt__exchange_finish(mt_exchange *exchange);
/** The response will never be sent: as finish, and whoever holds a handle is told. Thread: reactor.
 */
void mt__exchange_cancel(mt_exchange *exchange);
/** Drops the response's body: calls its destructor, closes its file. Thread: the response's. */
void mt__response_drop_body(mt_response *response);
/** Empties the response. Thread: the response's. */
void mt__response_reset(mt_response *response);
/** Ends the request body's consumer, if there is one: calls it a last time, and its destructor.
 * Thread: reactor. */
void mt__exchange_end_body(mt_exchange *exchange, mt_body_event event, mt_status status);
/** Calls the callback's destructor, once. */
void mt__exchange_callback_drop(mt__exchange_callback *callback);

MT__HIDDEN_END

#endif
