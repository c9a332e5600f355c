/** What the connections of a reactor ask of the server above them, as functions given at creation.
 */
#ifndef MT_CONNECTION_SERVICE_H
#define MT_CONNECTION_SERVICE_H

#include <martlet/abi.h>

typedef struct mt__service {
  /** The head is complete: finds the route and sets the exchange's plan, or answers at once.
   * Thread: reactor. */
  void (*route)(mt_exchange *exchange);
  /** The request is as complete as its plan asks: runs the handler, here or on a worker. Thread:
   * reactor. */
  void (*run)(mt_exchange *exchange);
  /** Replaces whatever the response holds by the error answer for `http_status`. Thread: the
   * response's. */
  void (*fail)(mt_exchange *exchange, int http_status);
} mt__service;

#endif
