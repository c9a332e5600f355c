/** Linkage, version and the forward declarations that the other headers share. */
#ifndef MARTLET_ABI_H
#define MARTLET_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define MT_BEGIN_DECLS extern "C" {
#define MT_END_DECLS   }
#else
#define MT_BEGIN_DECLS
#define MT_END_DECLS
#endif

#define MT_API __attribute__((visibility("default")))

/** The version of these headers; mt_version has the library's. Since: 0.1. */
#define MT_VERSION_MAJOR 0
/** See MT_VERSION_MAJOR. Since: 0.1. */
#define MT_VERSION_MINOR 1
/** See MT_VERSION_MAJOR. Since: 0.1. */
#define MT_VERSION_PATCH 0

MT_BEGIN_DECLS

/** A server: its listeners, routes, reactors and workers. Created by mt_server_create.
 *  Since: 0.1. */
typedef struct mt_server mt_server;
/** The request half of an exchange, as a handler sees it. Since: 0.1. */
typedef struct mt_request mt_request;
/** The response half of an exchange, as a handler fills it. Since: 0.1. */
typedef struct mt_response mt_response;
/** One request and its one response, as something that may outlive its handler. Since: 0.1. */
typedef struct mt_exchange mt_exchange;

/** Destroys what a caller handed over. Called exactly once, also when the call that took it
 *  failed.
 *  Thread: any thread, unless the function that takes it says otherwise.
 *  Since: 0.1. */
typedef void (*mt_destroy_fn)(void *user_data);

/** The library's version, "major.minor.patch".
 *  Lifetime: static.
 *  Thread: any thread.
 *  Errors: none.
 *  Since: 0.1. */
MT_API const char *mt_version(void);

MT_END_DECLS

#endif
