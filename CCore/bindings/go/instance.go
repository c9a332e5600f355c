package martlet

// #include "glue.h"
import "C"

import (
	"context"
	"log"
	"math"
	"net"
	"net/http"
	"os"
	"runtime/cgo"
	"sync"
	"unsafe"
)

// instance is a server that serves: the library's, and what of Go's belongs to it.
type instance struct {
	errorLog *log.Logger
	context  context.Context
	routes   []route
	inlines  []cgo.Handle // of the inline routes, once for each method
	listener net.Listener // or nil

	queue     *C.mtgo_queue
	wake      *os.File // the queue's other end
	exchanges table
	crew      crew
	hasEnded  bool // under exchanges.mu: no further request comes

	mu      sync.RWMutex
	server  *C.mt_server  // nil once it is destroyed
	closing chan struct{} // closed by Server.close
	stopped chan struct{} // closed when the library's threads have ended
	failure error         // why, when nobody asked for it; before stopped
}

func newInstance(s *Server, l net.Listener) (*instance, error) {
	in := &instance{errorLog: s.ErrorLog, context: s.Context, listener: l}
	in.closing, in.stopped = make(chan struct{}), make(chan struct{})
	if in.context == nil {
		in.context = context.Background()
	}
	in.context = context.WithValue(in.context, http.ServerContextKey, &http.Server{Addr: s.Addr, Handler: s.Handler})
	return in, in.openQueue()
}

func (in *instance) openQueue() error {
	wake, other, err := os.Pipe()
	if err != nil {
		return err
	}
	defer other.Close()
	descriptor, err := duplicate(other)
	if err != nil {
		wake.Close()
		return err
	}
	in.wake, in.queue = wake, C.mtgo_queue_create(C.int(descriptor))
	return nil
}

func (in *instance) create(config *Config) error {
	settings := (*C.mt_server_config)(C.malloc(C.sizeof_mt_server_config))
	defer C.free(unsafe.Pointer(settings))
	C.mt_server_config_init(settings, C.sizeof_mt_server_config)
	config.fill(settings)
	settings.log, settings.log_user_data = C.mt_log_fn(C.mtgo_log_push), unsafe.Pointer(in.queue)
	settings.log_level = C.MT_LOG_WARNING
	if config.ServerName != "" {
		name := C.CString(config.ServerName)
		defer C.free(unsafe.Pointer(name))
		settings.server_name = C.mt_slice{name, C.size_t(len(config.ServerName))}
	}
	return calling(func(said *C.mt_error) C.mt_status { return C.mt_server_create(settings, &in.server, said) })
}

// prepare does all that may fail because of what the caller wants.
func (in *instance) prepare(routes []route, config *Config, listen func(*instance) error) error {
	if err := in.create(config); err != nil {
		return err
	}
	for _, r := range routes {
		if err := in.register(r, config); err != nil {
			return err
		}
	}
	if err := listen(in); err != nil {
		return err
	}
	in.context = context.WithValue(in.context, http.LocalAddrContextKey, in.address())
	return nil
}

// run starts the library's threads, and turns its first reactor until the server has stopped.
func (in *instance) run() {
	in.failure = in.start()
	if in.failure == nil {
		in.failure = in.turn()
		C.mt_server_wait(in.server, math.MaxUint32) // for its other reactors
	}
	in.closeListener()
	in.destroy()
	in.end()
	close(in.stopped)
}

func (in *instance) start() error {
	return calling(func(said *C.mt_error) C.mt_status { return C.mt_server_start_polled(in.server, said) })
}

// discard gives back what was prepared, but is not to run.
func (in *instance) discard() {
	in.destroy()
	in.end()
	in.receive()
}

func (in *instance) destroy() {
	in.mu.Lock()
	defer in.mu.Unlock()
	C.mt_server_destroy(in.server)
	in.server = nil
	for _, handle := range in.inlines {
		handle.Delete()
	}
}

// drain begins the end that Shutdown waits for; its context says when it is enough.
func (in *instance) drain() {
	in.mu.RLock()
	defer in.mu.RUnlock()
	if in.server != nil {
		C.mt_server_drain(in.server, math.MaxUint32)
	}
}

// stop cuts what is open, and waits for the library's threads, unless one of them is who calls.
func (in *instance) stop() {
	if in.cut() != C.MT_ERROR_WRONG_THREAD {
		<-in.stopped
	}
}

func (in *instance) cut() C.mt_status {
	in.mu.RLock()
	defer in.mu.RUnlock()
	if in.server == nil {
		return C.MT_OK
	}
	return C.mt_server_stop(in.server)
}

func (in *instance) closeListener() {
	if in.listener != nil {
		in.listener.Close()
	}
}

func (in *instance) logf(format string, values ...any) {
	if in.errorLog != nil {
		in.errorLog.Printf(format, values...)
	} else {
		log.Printf(format, values...)
	}
}
