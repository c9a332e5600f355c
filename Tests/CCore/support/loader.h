/** Connections that ask "GET /" again as soon as they are answered, a thread each, until the server
 * says that it closes. cmocka's assertions belong to the test's thread: what was seen is noted. */
#ifndef MT_TESTS_LOADER_H
#define MT_TESTS_LOADER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct loader {
  int socket;
  pthread_t thread;
  int asked;
  atomic_int answered; /* with "hello" */
  bool was_told;       /* that the connection closes */
  uint64_t heard_ms;   /* when the last answer came, or the connection was made */
  uint64_t silence_ms; /* from then until the last question was sent */
} loader;

void loaders_start(loader *loaders, int count, uint16_t port);
/** Waits for their ends. Asserts that each was answered whatever it asked, and told of the end: but
 * for one that was silent so long that the server took it for idle. */
void loaders_finish(loader *loaders, int count);

#endif
