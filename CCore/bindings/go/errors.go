package martlet

// #include "glue.h"
import "C"

import (
	"errors"
	"syscall"
	"unsafe"
)

// ErrFinished is what using a ResponseWriter or Response gives once its handler has returned.
var ErrFinished = errors.New("martlet: the handler has returned, and its response is sent")

// ErrGone is what reading a request's body or writing a response gives when the peer is gone.
var ErrGone = errors.New("martlet: the peer is gone")

// Error is a call that the C library refused.
type Error struct {
	Status  string        // the status' name, such as "MT_ERROR_ADDRESS_IN_USE"
	Message string        // one sentence for a person
	Errno   syscall.Errno // of the system call that failed, or 0
}

// Error gives the sentence, or the status' name where there is none.
func (e *Error) Error() string {
	if e.Message == "" {
		return "martlet: " + e.Status
	}
	return "martlet: " + e.Message
}

// Unwrap gives the system's error, if there is one: errors.Is(err, syscall.EADDRINUSE).
func (e *Error) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}

// calling hands the function somewhere to put a sentence, and makes an error of what it says.
func calling(call func(*C.mt_error) C.mt_status) error {
	said := (*C.mt_error)(C.calloc(1, C.sizeof_mt_error))
	defer C.free(unsafe.Pointer(said))
	said.struct_size = C.sizeof_mt_error
	status := call(said)
	if status == C.MT_OK {
		return nil
	}
	return &Error{statusName(status), C.GoString(&said.message[0]), syscall.Errno(said.system_errno)}
}

func statusName(status C.mt_status) string {
	return C.GoString(C.mt_status_name(status))
}
