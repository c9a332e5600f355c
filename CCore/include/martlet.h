/** Martlet: an HTTP/1.1 server as a C library. This header includes the whole public interface.
 *
 *  What every declaration below it means by its words:
 *
 *  - Ownership: a `const` pointer or an `mt_slice` is borrowed for the call; functions named
 *    `_copy` copy, functions named `_borrow` keep the caller's bytes until they call the destructor
 *    given with them. A destructor is called exactly once, also when the call that took it failed.
 *  - Thread: "before start" is any one thread at a time, until the server starts; "reactor thread"
 *    is inside a callback that the server made on one of its event loops; "the handler's" is the
 *    handler's thread until it returns, and after mt_request_defer whoever holds the exchange, one
 *    thread at a time; "any thread" needs no care.
 *  - Units are in names: `_ms` milliseconds, `_bytes` octets.
 *  - Errors are returned by value. Always possible and not repeated: MT_ERROR_INVALID_ARGUMENT for
 *    a NULL where none is allowed, and for a slice that has a size and no data. What returns no
 *    status answers NULL with NULL, 0, false or the empty slice. An mt_error may be NULL; it is
 *    filled on failure only.
 *  - Since: the version that had it first.
 *  - `struct_size`: structs that begin with it may grow at their end. The library reads and writes
 *    no more than the caller's struct has, and gives what is missing its default. Settings and
 *    options shorter than the first version's are refused, and so are longer ones, from a newer
 *    header, where what this version does not know is not 0; of a longer struct to be filled the
 *    library leaves alone what it does not know.
 *
 *  The library never aborts, prints, or touches signal handlers. Callbacks return: no C++ exception
 *  and no longjmp may leave them.
 */
#ifndef MARTLET_H
#define MARTLET_H

#include "martlet/abi.h"
#include "martlet/allocator.h"
#include "martlet/config.h"
#include "martlet/exchange.h"
#include "martlet/log.h"
#include "martlet/request.h"
#include "martlet/response.h"
#include "martlet/route.h"
#include "martlet/server.h"
#include "martlet/slice.h"
#include "martlet/stats.h"
#include "martlet/status.h"
#include "martlet/thread.h"

#endif
