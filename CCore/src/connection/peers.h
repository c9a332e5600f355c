/** How many connections each peer address has, over all reactors. Touched at accept and close only,
 * and only when there is a limit. */
#ifndef MT_CONNECTION_PEERS_H
#define MT_CONNECTION_PEERS_H

#include <martlet/status.h>
#include <sys/socket.h>

#include "../base/allocator.h"
#include "../base/attributes.h"

MT__HIDDEN_BEGIN

/** A peer's address in 20 octets instead of sockaddr_storage's 128. */
typedef struct mt__peer_address {
  uint8_t family; /* AF_INET, AF_INET6 or AF_UNIX */
  uint16_t port;
  uint8_t octets[16];
} mt__peer_address;

/** Keeps what identifies the peer; IPv4-mapped IPv6 becomes IPv4. */
mt__peer_address mt__peer_address_from(const struct sockaddr_storage *address);
/** "127.0.0.1:80", "[::1]:80" or "unix", cut to fit and terminated; returns the length. */
size_t mt__peer_address_format(const mt__peer_address *address, char *out, size_t capacity);

typedef struct mt__peers mt__peers;

/** `limit` connections for one IPv4 address or one IPv6 /64; unix peers are not counted. */
mt_status mt__peers_create(const mt_allocator *allocator, uint32_t limit, mt__peers **peers);
void mt__peers_destroy(mt__peers *peers);
/** Counts one more; false at the limit or without memory. Thread: any. */
bool mt__peers_enter(mt__peers *peers, const mt__peer_address *address);
/** Counts one less. Thread: any. */
void mt__peers_leave(mt__peers *peers, const mt__peer_address *address);

MT__HIDDEN_END

#endif
