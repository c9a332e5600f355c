/** Martlet: an HTTP/1.1 server as a C library. This header includes the whole public interface.
 *
 *  The conventions of every declaration below it:
 *  - Ownership: a `const` pointer or an `mt_slice` is borrowed; functions named `_copy` copy,
 * functions named `_borrow` keep the caller's bytes until they call the destructor given with them.
 *  - Thread: "before start" (any one thread, until mt_server_start), "reactor thread" (inside a
 * callback that the server made on one of its event loops), "any thread".
 *  - Units are in names: `_ms` milliseconds, `_bytes` octets.
 *  - Errors are returned by value; the library never aborts, prints, or touches signal handlers.
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
