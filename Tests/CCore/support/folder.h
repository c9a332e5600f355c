/** A folder of a test program's own, with a place for a socket in it: a group's setup and teardown.
 */
#ifndef MT_TESTS_FOLDER_H
#define MT_TESTS_FOLDER_H

/** For cmocka. */
int folder_set_up(void **state);
/** Fails when anything is left in it. */
int folder_tear_down(void **state);
/** Where a unix socket may be. Lifetime: static. */
const char *folder_socket(void);

#endif
