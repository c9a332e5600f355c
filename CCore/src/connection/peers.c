#include "peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../base/hash.h"

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static mt__peer_address from_ipv6(const struct sockaddr_in6 *address) {
  mt__peer_address peer = {AF_INET6, ntohs(address->sin6_port), {0}};
  const uint8_t *octets = address->sin6_addr.s6_addr;
  if (memcmp(octets, mapped_prefix, sizeof mapped_prefix) == 0) {
    peer.family = AF_INET;
    memcpy(peer.octets, octets + sizeof mapped_prefix, 4);
  } else {
    memcpy(peer.octets, octets, sizeof peer.octets);
  }
  return peer;
}

mt__peer_address mt__peer_address_from(const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET6) {
    struct sockaddr_in6 ipv6;
    memcpy(&ipv6, address, sizeof ipv6);
    return from_ipv6(&ipv6);
  }
  mt__peer_address peer = {AF_UNIX, 0, {0}};
  if (address->ss_family == AF_INET) {
    struct sockaddr_in ipv4;
    memcpy(&ipv4, address, sizeof ipv4);
    peer.family = AF_INET;
    peer.port = ntohs(ipv4.sin_port);
    memcpy(peer.octets, &ipv4.sin_addr, 4);
  }
  return peer;
}

size_t mt__peer_address_format(const mt__peer_address *address, char *out, size_t capacity) {
  if (capacity == 0) return 0;
  char host[INET6_ADDRSTRLEN] = "";
  int size;
  if (address->family == AF_UNIX) {
    size = snprintf(out, capacity, "unix");
  } else {
    inet_ntop(address->family, address->octets, host, sizeof host);
    size = snprintf(out, capacity, address->family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
                    (unsigned)address->port);
  }
  if (size < 0) return 0;
  return (size_t)size < capacity ? (size_t)size : capacity - 1;
}

/* Open addressing with linear probing; a slot is free when its count is 0. */
typedef struct peer_slot {
  uint8_t key[9]; /* family and the octets that identify the peer */
  uint32_t count;
} peer_slot;

struct mt__peers {
  const mt_allocator *allocator;
  uint32_t limit;
  pthread_mutex_t mutex;
  peer_slot *slots;
  uint32_t capacity; /* a power of two */
  uint32_t used;
};

enum { FIRST_CAPACITY = 64 };

mt_status mt__peers_create(const mt_allocator *allocator, uint32_t limit, mt__peers **peers) {
  mt__peers *made = mt__allocate_zeroed(allocator, 1, sizeof *made);
  if (!made) return MT_ERROR_NO_MEMORY;
  made->slots = mt__allocate_zeroed(allocator, FIRST_CAPACITY, sizeof *made->slots);
  if (!made->slots || pthread_mutex_init(&made->mutex, NULL) != 0) {
    mt__deallocate(allocator, made->slots);
    mt__deallocate(allocator, made);
    return MT_ERROR_NO_MEMORY;
  }
  made->allocator = allocator;
  made->limit = limit;
  made->capacity = FIRST_CAPACITY;
  *peers = made;
  return MT_OK;
}

void mt__peers_destroy(mt__peers *peers) {
  if (!peers) return;
  pthread_mutex_destroy(&peers->mutex);
  mt__deallocate(peers->allocator, peers->slots);
  mt__deallocate(peers->allocator, peers);
}

static void make_key(const mt__peer_address *address, uint8_t key[9]) {
  key[0] = address->family;
  memcpy(key + 1, address->octets, 8); /* an IPv4 address, or an IPv6 network of 64 bits */
}

static uint32_t home_of(const mt__peers *peers, const uint8_t key[9]) {
  mt_slice bytes = {(const char *)key, 9};
  return (uint32_t)mt__hash(bytes, (uint64_t)(uintptr_t)peers) & (peers->capacity - 1);
}

/** The slot of that key, or the free one where it belongs. There always is one. */
static peer_slot *find(const mt__peers *peers, const uint8_t key[9]) {
  for (uint32_t i = home_of(peers, key);; i = (i + 1) & (peers->capacity - 1)) {
    peer_slot *slot = &peers->slots[i];
    if (slot->count == 0 || memcmp(slot->key, key, sizeof slot->key) == 0) return slot;
  }
}

static bool grow(mt__peers *peers) {
  if (peers->capacity > UINT32_MAX / 2) return false;
  uint32_t old_capacity = peers->capacity;
  peer_slot *old = peers->slots;
  peer_slot *slots = mt__allocate_zeroed(peers->allocator, (size_t)old_capacity * 2, sizeof *slots);
  if (!slots) return false;
  peers->slots = slots;
  peers->capacity = old_capacity * 2;
  for (uint32_t i = 0; i < old_capacity; i++)
    if (old[i].count) *find(peers, old[i].key) = old[i];
  mt__deallocate(peers->allocator, old);
  return true;
}

/** Closes the gap that a freed slot leaves, so that no probe ends too early. */
static void close_gap(mt__peers *peers, uint32_t gap) {
  uint32_t mask = peers->capacity - 1;
  for (uint32_t i = (gap + 1) & mask; peers->slots[i].count; i = (i + 1) & mask) {
    uint32_t home = home_of(peers, peers->slots[i].key);
    if (((i - home) & mask) < ((i - gap) & mask)) continue;
    peers->slots[gap] = peers->slots[i];
    peers->slots[i].count = 0;
    gap = i;
  }
}

static bool enter(mt__peers *peers, const uint8_t key[9]) {
  if (peers->used >= peers->capacity / 2 && !grow(peers)) return false;
  peer_slot *slot = find(peers, key);
  if (slot->count >= peers->limit) return false;
  if (slot->count++ == 0) {
    memcpy(slot->key, key, sizeof slot->key);
    peers->used++;
  }
  return true;
}

bool mt__peers_enter(mt__peers *peers, const mt__peer_address *address) {
  if (address->family == AF_UNIX) return true;
  uint8_t key[9];
  make_key(address, key);
  pthread_mutex_lock(&peers->mutex);
  bool is_in = enter(peers, key);
  pthread_mutex_unlock(&peers->mutex);
  return is_in;
}

void mt__peers_leave(mt__peers *peers, const mt__peer_address *address) {
  if (address->family == AF_UNIX) return;
  uint8_t key[9];
  make_key(address, key);
  pthread_mutex_lock(&peers->mutex);
  peer_slot *slot = find(peers, key);
  if (slot->count && --slot->count == 0) {
    peers->used--;
    close_gap(peers, (uint32_t)(slot - peers->slots));
  }
  pthread_mutex_unlock(&peers->mutex);
}
