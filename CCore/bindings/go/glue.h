/** What stands between libmartlet and Go: requests packed into one block, events in one queue, and
 * answers taken by one call, so that a request crosses the boundary as seldom as can be. */
#ifndef MARTLET_GO_GLUE_H
#define MARTLET_GO_GLUE_H

#include <martlet.h>
#include <pthread.h>
#include <stdlib.h>

/* --- events: from any thread to the one goroutine that receives them --- */

typedef enum mtgo_event_kind {
  MTGO_REQUEST,
  MTGO_CANCELLED,
  MTGO_BODY,
  MTGO_DRAINED,
  MTGO_LOG,
} mtgo_event_kind;

typedef struct mtgo_exchange mtgo_exchange;

/** `exchange` is NULL for MTGO_LOG; `next` is the receiver's once it has the event. No field is
 * _Atomic, for cgo knows no such types: `is_queued` is for mtgo_event_push and mtgo_event_taken. */
typedef struct mtgo_event {
  struct mtgo_event *next;
  mtgo_exchange *exchange;
  mtgo_event_kind kind;
  uint32_t is_queued;
} mtgo_event;

/** A log line; freed by mtgo_log_free. */
typedef struct mtgo_log {
  mtgo_event event;
  size_t size;
  char text[];
} mtgo_log;

/** Many push, one takes. */
typedef struct mtgo_queue mtgo_queue;

/** A queue that owns the pipe's end `wake`, where an octet is written when an event comes while the
 * receiver sleeps; NULL without memory. */
mtgo_queue *mtgo_queue_create(int wake);
void mtgo_queue_destroy(mtgo_queue *queue);
void mtgo_queue_push(mtgo_queue *queue, mtgo_event *event);
/** What a turn of the polled reactor brought about. */
typedef struct mtgo_turn {
  mt_status status;   /* as mt_server_poll */
  mtgo_event *events; /* of that reactor's requests, oldest first */
  bool is_readable;   /* there is more to serve at once */
  int timeout_ms;     /* as mt_server_poll_timeout_ms */
} mtgo_turn;

/** Serves what is ready. Events that are pushed meanwhile by this very thread wait for no receiver:
 * they are the turn's. */
mtgo_turn mtgo_queue_turn(mtgo_queue *queue, mt_server *server);

/** Pushes an event of an exchange, unless it waits in the queue already; it holds a reference. */
void mtgo_event_push(mtgo_event *event);
/** The event is received: from now on it may be pushed again. Its reference is the caller's. */
void mtgo_event_taken(mtgo_event *event);
/** Everything pushed so far, oldest first; NULL: nothing, and the next push wakes. */
mtgo_event *mtgo_queue_take(mtgo_queue *queue);
/** Whether nothing waits. */
bool mtgo_queue_is_empty(mtgo_queue *queue);
/** Wakes the receiver though nothing came. */
void mtgo_queue_wake(const mtgo_queue *queue);
/** As mt_log_fn; `user_data` is the queue. */
void mtgo_log_push(mt_log_level level, mt_slice message, void *user_data);
void mtgo_log_free(mtgo_event *event);

/* --- requests --- */

/** Octets of a request's body between the reactor that reads and the goroutine that takes. */
typedef struct mtgo_body {
  pthread_mutex_t lock;
  char *bytes;
  size_t start, end, capacity;
  mt_status failure;
  bool is_there, has_ended, is_paused, is_waited_for, is_dropped;
  char *trailers; /* as mtgo_exchange.text: lengths first */
  uint32_t trailer_count;
} mtgo_body;

/** A deferred exchange. It lives until Go and every callback given to the library let go of it.
 * `text` holds, end to end, method, target, authority and peer, then names and values of the
 * parameters and of the fields; `lengths` says how long each of them is. */
struct mtgo_exchange {
  mt_exchange *exchange;
  mtgo_queue *queue;
  uintptr_t route; /* what mtgo_route was given */
  size_t slot;     /* Go's */
  uint32_t references;
  uint32_t parameter_count, field_count;
  int minor_version;
  int64_t content_length; /* -1: not known */
  mtgo_event request, cancelled, arrived, drained;
  mtgo_body body;
  const uint32_t *lengths;
  const char *text;
  size_t text_size;
};

enum { MTGO_FIXED_TEXTS = 4 };

/** Registers a route whose requests go to the queue, their bodies streamed. */
mt_status mtgo_route(mt_server *server, mt_method method, const char *pattern, size_t size,
                     mtgo_queue *queue, uintptr_t route, uint64_t max_body_bytes, mt_error *error);
/** Registers a route whose requests are answered by martletInline, in the reactor's thread. */
mt_status mtgo_route_inline(mt_server *server, mt_method method, const char *pattern, size_t size,
                            mtgo_queue *queue, uintptr_t route, mt_error *error);
void mtgo_exchange_release(mtgo_exchange *self);
/** The request, packed and deferred; its body (of a whole-body route) included. NULL: no memory. */
mtgo_exchange *mtgo_exchange_create(mt_request *request, mtgo_queue *queue, uintptr_t route);
void mtgo_body_init(mtgo_exchange *self, mt_request *request);
void mtgo_body_deinit(mtgo_body *body);
/** Lengths and then octets of `slices`, end to end, behind `room` octets; NULL without memory. */
char *mtgo_pack(size_t room, const mt_slice *slices, size_t count, size_t *text_size);

/** At most `size` octets of the body: how many, 0 at its end, -1 when none is there yet (MTGO_BODY
 * then comes once), -2 when it failed, as `*failure` says. */
ptrdiff_t mtgo_body_read(mtgo_exchange *self, char *out, size_t size, int *failure);
/** What comes is thrown away from now on. */
void mtgo_body_drop(mtgo_exchange *self);

/* --- answers --- */

/** A response's head as Go packs it: `fields` is, for each field, two lengths (four octets each,
 * lowest first) and then name and value. */
typedef struct mtgo_head {
  const char *fields;
  size_t size;
  int status;
  bool closes;
} mtgo_head;

/** Sets status and fields; returns how many of these were refused. */
int mtgo_fill(mt_response *response, mtgo_head head);
/** Answers whole, and lets go of the exchange. */
int mtgo_answer(mtgo_exchange *self, int status, bool closes, const char *fields, size_t size,
                const char *body, size_t body_size);
/** The same with a part of a file; `descriptor` is closed. */
int mtgo_answer_file(mtgo_exchange *self, int status, bool closes, const char *fields, size_t size,
                     int descriptor, uint64_t offset, uint64_t length);
/** Sends the head; the body follows by mtgo_stream_write. `*refused` as mtgo_fill. */
mt_status mtgo_stream_start(mtgo_exchange *self, int status, bool closes, const char *fields,
                            size_t size, uint64_t length, int *refused);
mt_status mtgo_stream_write(mtgo_exchange *self, const char *bytes, size_t size);
/** Ends the stream, and lets go of the exchange. */
void mtgo_stream_end(mtgo_exchange *self);
/** Answers with the server's own 500, and lets go of the exchange. */
void mtgo_fail(mtgo_exchange *self);
/** Lets go of the exchange unanswered: 500, or a stream that is cut. */
void mtgo_abandon(mtgo_exchange *self);

/* --- inline handlers --- */

enum { MTGO_INLINE_PARAMETERS = 8, MTGO_INLINE_FIELDS = 2048, MTGO_INLINE_BODY = 4096 };

/** A call of martletInline: what the request holds, and where the answer is put: up to
 * MTGO_INLINE_FIELDS octets of fields, as mtgo_head has them, and MTGO_INLINE_BODY of the body. */
typedef struct mtgo_call {
  mt_request *request;
  mt_response *response;
  mtgo_queue *queue;
  mt_slice method, path, query, body;
  mt_field parameters[MTGO_INLINE_PARAMETERS];
  uint32_t parameter_count;
  int status; /* 0: nothing is set */
  char *fields_out, *body_out;
  size_t fields_size, body_size;
  bool has_body, is_deferred, has_failed;
} mtgo_call;

/** A field's value, or no data when there is none. */
mt_slice mtgo_call_field(mtgo_call *call, const char *name, size_t size);
/** Sets what found no room. */
mt_status mtgo_call_body(mtgo_call *call, const char *bytes, size_t size);
mt_status mtgo_call_add(mtgo_call *call, const char *name, size_t name_size, const char *value,
                        size_t value_size);
/** Defers the call: it goes on as an exchange. NULL without memory. */
mtgo_exchange *mtgo_call_defer(mtgo_call *call);

#endif
