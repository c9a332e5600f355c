/** Gives libevent's core a module, so that SwiftPM finds and links it; CCore includes its headers directly. */
#ifndef CLIBEVENT_SHIM_H
#define CLIBEVENT_SHIM_H

#include <event2/event.h>

#endif
