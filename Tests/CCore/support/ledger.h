/** Gifts to the library, a line each: how often its destructor was called. For one test at a time;
 * gifts may be made and given back on any thread. */
#ifndef MT_TESTS_LEDGER_H
#define MT_TESTS_LEDGER_H

enum { LEDGER_LINES = 4096 };

/** Begins a new line: the user data of one gift. */
void *ledger_gift(void);
/** The destructor of every gift. */
void ledger_give_back(void *line);
/** How many gifts were made. */
int ledger_given(void);
/** How often a destructor was called. */
int ledger_given_back(void);
/** Asserts that so many gifts were made and that each came back once, and begins anew. */
void ledger_settle(int count);

#endif
