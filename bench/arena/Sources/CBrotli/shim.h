/** Gives brotli's encoder a module, so that SwiftPM finds and links it. */
#ifndef CBROTLI_SHIM_H
#define CBROTLI_SHIM_H

#include <brotli/encode.h>

#endif
