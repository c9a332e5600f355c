/* One request's storage, and who holds it. */
#include "wsgi.h"

wsgi_call *wsgi_call_create(wsgi_host *host, mt_request *request, mt_response *response) {
  wsgi_call *call = calloc(1, sizeof *call);
  if (!call) return NULL;
  call->host = host;
  call->request = request;
  call->response = response;
  atomic_store(&call->references, 1);
  atomic_fetch_add(&host->references, 1);
  pthread_mutex_init(&call->mutex, NULL);
  pthread_cond_init(&call->has_changed, NULL);
  return call;
}

void wsgi_call_acquire(wsgi_call *call) {
  atomic_fetch_add(&call->references, 1);
}

void wsgi_call_release(wsgi_call *call) {
  if (atomic_fetch_sub(&call->references, 1) > 1) return;
  mt_exchange_release(call->exchange);
  free(call->body.data);
  pthread_cond_destroy(&call->has_changed);
  pthread_mutex_destroy(&call->mutex);
  wsgi_host_release(call->host);
  free(call);
}

bool wsgi_call_defer(wsgi_call *call) {
  if (call->exchange) return true;
  if (!call->request || mt_request_defer(call->request, &call->exchange) != MT_OK) return false;
  call->request = mt_exchange_request(call->exchange);
  call->response = mt_exchange_response(call->exchange);
  return true;
}

void wsgi_call_expire(wsgi_call *call) {
  if (!call->exchange) {
    call->request = NULL;
    call->response = NULL;
  }
}

void wsgi_call_let_go(wsgi_call *call) {
  mt_exchange *exchange = call->exchange;
  if (!exchange) return;
  call->exchange = NULL;
  wsgi_call_expire(call);
  mt_exchange_release(exchange);
}
