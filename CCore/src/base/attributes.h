/** Compiler attributes, and the pragmas that keep private symbols out of the library's surface. */
#ifndef MT_BASE_ATTRIBUTES_H
#define MT_BASE_ATTRIBUTES_H

#define MT__HIDDEN_BEGIN _Pragma("GCC visibility push(hidden)")
#define MT__HIDDEN_END   _Pragma("GCC visibility pop")

#define MT__LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define MT__UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define MT__PRINTF(text, first) __attribute__((format(printf, text, first)))

#endif
