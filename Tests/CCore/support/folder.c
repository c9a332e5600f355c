#define _GNU_SOURCE /* mkdtemp */

#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/martlet-test-XXXXXX";
static char socket_path[64];

int folder_set_up(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  snprintf(socket_path, sizeof socket_path, "%s/socket", folder);
  return 0;
}

int folder_tear_down(void **state) {
  (void)state;
  return rmdir(folder);
}

const char *folder_socket(void) {
  return socket_path;
}
