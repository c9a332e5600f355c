#include "transport.h"

#include <unistd.h>

#include "connection.h"

enum { PIECE_BYTES = 16384 };

ssize_t mt__transport_copy_file(mt__connection *connection, const mt__file_part *part) {
  char bytes[PIECE_BYTES];
  size_t wanted = part->length < sizeof bytes ? (size_t)part->length : sizeof bytes;
  ssize_t got = pread(part->descriptor, bytes, wanted, (off_t)part->offset);
  if (got <= 0) return got;
  struct iovec piece = {bytes, (size_t)got};
  return connection->transport->write(connection, &piece, 1, false);
}
