/** Errors by value. */
#ifndef MARTLET_STATUS_H
#define MARTLET_STATUS_H

#include "abi.h"

MT_BEGIN_DECLS

/** The outcome of a call. Values are part of the ABI: none is renumbered or reused; later versions
 *  may add some. Since: 0.1. */
typedef enum mt_status {
  /** Done. */
  MT_OK = 0,
  /** Bytes were accepted and a high-water mark is passed: wait for the drained callback. Not an
     error. */
  MT_BACKPRESSURE = 1,
  /** An allocation failed; nothing changed. */
  MT_ERROR_NO_MEMORY = 2,
  /** An argument is outside its range, or NULL where it may not be. */
  MT_ERROR_INVALID_ARGUMENT = 3,
  /** The call does not fit the object's state: answered twice, registered after start, … */
  MT_ERROR_INVALID_STATE = 4,
  /** Two patterns would match the same requests. */
  MT_ERROR_CONFLICT = 5,
  /** The address is taken by another socket. */
  MT_ERROR_ADDRESS_IN_USE = 6,
  /** The address cannot be resolved or does not belong to this machine. */
  MT_ERROR_ADDRESS_UNAVAILABLE = 7,
  /** The operating system refused for lack of rights. */
  MT_ERROR_PERMISSION = 8,
  /** Any other failure of the operating system; `mt_error.system_errno` says which. */
  MT_ERROR_SYSTEM = 9,
  /** A configured limit was reached. */
  MT_ERROR_LIMIT = 10,
  /** The peer is gone or the server stopped; what was written is lost. */
  MT_ERROR_CLOSED = 11,
  /** What was asked for does not exist. */
  MT_ERROR_NOT_FOUND = 12,
  /** The call was made from a thread that may not make it. */
  MT_ERROR_WRONG_THREAD = 13,
  /** A deadline passed. */
  MT_ERROR_TIMEOUT = 14,
  /** The peer sent something that is not HTTP. */
  MT_ERROR_MALFORMED = 15,
} mt_status;

/** A status with one sentence for a person: what, where, the allowed range. Filled on failure
 *  only, as far as its `struct_size` reaches. Since: 0.1. */
typedef struct mt_error {
  /** Set by the caller to sizeof(mt_error) before the call. */
  size_t struct_size;
  /** What the call returned. */
  mt_status status;
  /** errno of the failed system call, or 0. */
  int system_errno;
  /** NUL-terminated, cut to fit. */
  char message[256];
} mt_error;

/** The enumerator's name, such as "MT_ERROR_CONFLICT"; "MT_ERROR_UNKNOWN" for anything else.
 *  Lifetime: static.
 *  Thread: any thread.
 *  Errors: none.
 *  Since: 0.1. */
MT_API const char *mt_status_name(mt_status status);

MT_END_DECLS

#endif
