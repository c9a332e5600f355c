#include "fast.h"

static uint64_t hash_of(const char *key, size_t size) {
  uint64_t hash = size * 0x9e3779b97f4a7c15u;
  for (; size >= 8; key += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, key, 8);
    hash = (hash ^ word) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  }
  uint64_t rest = 0;
  memcpy(&rest, key, size);
  hash = (hash ^ rest) * 0xff51afd7ed558ccdu;
  return hash ^ hash >> 32;
}

struct memo_slot *memo_find(memo *memo, const char *key, size_t size) {
  return &memo->slots[hash_of(key, size) % MEMO_SLOTS];
}

PyObject *memo_get(const struct memo_slot *slot, const char *key, size_t size) {
  if (!slot->key || (size_t)PyBytes_GET_SIZE(slot->key) != size) return NULL;
  return memcmp(PyBytes_AS_STRING(slot->key), key, size) == 0 ? slot->value : NULL;
}

void memo_put(struct memo_slot *slot, const char *key, size_t size, PyObject *value) {
  PyObject *kept = PyBytes_FromStringAndSize(key, (Py_ssize_t)size);
  if (!kept) {
    PyErr_Clear();
    return;
  }
  Py_INCREF(value);
  Py_XSETREF(slot->key, kept);
  Py_XSETREF(slot->value, value);
}
