/** A server's settings: defaults, and the ranges that each must keep. */
#ifndef MT_SERVER_CONFIG_H
#define MT_SERVER_CONFIG_H

#include <martlet/config.h>

#include "../base/attributes.h"

MT__HIDDEN_BEGIN

/** The defaults. */
void mt__config_defaults(mt_server_config *config);
/** Copies the caller's settings (NULL: none) over the defaults, as far as both know them, and
 * checks every range. */
mt_status mt__config_take(mt_server_config *config, const mt_server_config *theirs,
                          mt_error *error);

MT__HIDDEN_END

#endif
