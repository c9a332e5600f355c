/** An intrusive, circular, doubly linked list. An unlinked node points to itself. */
#ifndef MT_BASE_LIST_H
#define MT_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mt__list {
  struct mt__list *next;
  struct mt__list *previous;
} mt__list;

/** The object that holds `node` as its member. */
#define MT__CONTAINER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void mt__list_init(mt__list *list) {
  list->next = list->previous = list;
}

static inline bool mt__list_is_empty(const mt__list *list) {
  return list->next == list;
}

/** Puts `node` before `list`, that is at the end when `list` is the head. */
static inline void mt__list_append(mt__list *list, mt__list *node) {
  node->next = list;
  node->previous = list->previous;
  list->previous->next = node;
  list->previous = node;
}

/** Takes `node` out; harmless when it is in no list. */
static inline void mt__list_remove(mt__list *node) {
  node->previous->next = node->next;
  node->next->previous = node->previous;
  mt__list_init(node);
}

/** Moves all nodes of `from` to the end of `to`; `from` is empty then. */
static inline void mt__list_splice(mt__list *to, mt__list *from) {
  if (mt__list_is_empty(from)) return;
  from->next->previous = to->previous;
  to->previous->next = from->next;
  from->previous->next = to;
  to->previous = from->previous;
  mt__list_init(from);
}

#endif
