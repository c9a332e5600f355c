/* A file that the kernel sends by itself. The program's argument says which; without one it sends
 * itself. For folders there is mt_server_files. */
#include "serve.h"
#include "tour.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void refuse(mt_response *response) {
  mt_response_status_set(response, errno == ENOENT ? 404 : 500);
}

static void answer_file(mt_request *request, mt_response *response, void *user_data) {
  (void)request;
  const char *path = user_data;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    refuse(response);
    return;
  }
  struct stat state;
  if (fstat(descriptor, &state) != 0 || !S_ISREG(state.st_mode)) {
    close(descriptor);
    mt_response_status_set(response, 500);
    return;
  }
  mt_response_field_set(response, MT_SLICE("Content-Type"), MT_SLICE("application/octet-stream"));
  mt_response_body_file(response, descriptor, 0, (uint64_t)state.st_size);
}

mt_status add_file(mt_server *server, void *user_data, mt_error *error) {
  return mt_server_route(server, MT_METHOD_GET, MT_SLICE("/file"), answer_file, user_data, NULL,
                         NULL, error);
}

#ifndef PART_OF_TOUR
int main(int count, char **arguments) {
  return serve(add_file, arguments[count > 1 ? 1 : 0]);
}
#endif
