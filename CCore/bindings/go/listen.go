package martlet

// #include "glue.h"
import "C"

import (
	"fmt"
	"net"
	"syscall"
	"unsafe"
)

// splitAddress reads "host:port" as net.Listen does.
func splitAddress(address string) (host string, port int, err error) {
	if address == "" {
		address = ":http"
	}
	host, name, err := net.SplitHostPort(address)
	if err == nil {
		port, err = net.LookupPort("tcp", name)
	}
	return host, port, err
}

func (in *instance) listen(host string, port int) error {
	text := C.CString(host)
	defer C.free(unsafe.Pointer(text))
	return calling(func(said *C.mt_error) C.mt_status {
		return C.mt_server_listen_tcp(in.server, C.mt_slice{text, C.size_t(len(host))}, C.uint16_t(port), said)
	})
}

// adopt listens on a copy of the listener's descriptor, which the library closes in the end.
func (in *instance) adopt(l net.Listener) error {
	source, ok := l.(syscall.Conn)
	if !ok {
		return fmt.Errorf("martlet: cannot serve on a %T: it has no descriptor, as a *net.TCPListener or *net.UnixListener has", l)
	}
	descriptor, err := duplicate(source)
	if err != nil {
		return err
	}
	return calling(func(said *C.mt_error) C.mt_status {
		return C.mt_server_listen_descriptor(in.server, C.int(descriptor), said)
	})
}

// duplicate gives another descriptor of the same file.
func duplicate(source syscall.Conn) (descriptor int, err error) {
	raw, err := source.SyscallConn()
	if err != nil {
		return -1, err
	}
	controlled := raw.Control(func(original uintptr) {
		copied, _, errno := syscall.Syscall(syscall.SYS_FCNTL, original, syscall.F_DUPFD_CLOEXEC, 0)
		if descriptor = int(copied); errno != 0 {
			err = errno
		}
	})
	if controlled != nil {
		return -1, controlled
	}
	return descriptor, err
}

// address is where the server listens, for http.LocalAddrContextKey.
func (in *instance) address() net.Addr {
	if in.listener != nil {
		return in.listener.Addr()
	}
	var text [64]C.char
	C.mt_server_address(in.server, 0, &text[0], C.size_t(len(text)))
	address, err := net.ResolveTCPAddr("tcp", C.GoString(&text[0]))
	if err != nil {
		return &net.TCPAddr{}
	}
	return address
}
