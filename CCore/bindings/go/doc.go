// Package martlet serves net/http handlers by libmartlet, an HTTP/1.1 server in C.
//
// A Server is used as net/http's: it has a Handler, or routes of its own, and Serve, Shutdown and Close. Each request
// runs in a goroutine of its own, while the C library's threads read, parse and write. What a handler finds in its
// http.Request, and what it may do with its http.ResponseWriter, is net/http's; README.md lists the exceptions.
//
// A handler that never blocks may run in the library's own threads, without a goroutine: see Server.Inline.
package martlet

/*
#cgo pkg-config: martlet
#cgo CFLAGS: -std=c11 -D_GNU_SOURCE -Wall -O2
#include "glue.h"
*/
import "C"

// Version is the version of the C library that the program runs with, such as "0.1.0".
func Version() string {
	return C.GoString(C.mt_version())
}
