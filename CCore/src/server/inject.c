/* Connections without a socket. */
#include "../connection/transport.h"
#include "server.h"

/** A connection's input on its way to a reactor. */
typedef struct injection {
  mt__message message;
  mt__shard *shard;
  char *input;
  size_t size;
  mt_inject_fn on_output;
  void *user_data;
} injection;

static void deliver_injection(mt__message *message) {
  injection *given = MT__CONTAINER(message, injection, message);
  mt_status status = mt__transport_memory_serve(given->shard, given->input, given->size,
                                                given->on_output, given->user_data);
  if (status != MT_OK) given->on_output((mt_slice){NULL, 0}, true, given->user_data);
  mt__deallocate(&given->shard->shared->allocator, given);
}

mt_status mt__server_inject(mt_server *server, mt_slice input, mt_inject_fn on_output,
                            void *user_data) {
  const mt_allocator *allocator = &server->shared->allocator;
  if (mt__server_is_inherited(server)) return MT_ERROR_INVALID_STATE;
  pthread_mutex_lock(&server->mutex);
  bool is_running = server->life == MT__LIFE_RUNNING;
  pthread_mutex_unlock(&server->mutex);
  if (!is_running) return MT_ERROR_INVALID_STATE;
  injection *given = mt__allocate(allocator, sizeof *given);
  char *copy = mt__allocate(allocator, input.size ? input.size : 1);
  mt_status status = given && copy ? MT_OK : MT_ERROR_NO_MEMORY;
  if (status == MT_OK) {
    if (input.size) memcpy(copy, input.data, input.size);
    *given = (injection){
        {NULL, deliver_injection}, server->shards[0], copy, input.size, on_output, user_data};
    if (mt__reactor_post(&server->shards[0]->reactor, &given->message)) return MT_OK;
    status = MT_ERROR_INVALID_STATE;
  }
  mt__deallocate(allocator, copy);
  mt__deallocate(allocator, given);
  return status;
}
