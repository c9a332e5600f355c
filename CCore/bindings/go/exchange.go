package martlet

// #include "glue.h"
import "C"

import (
	"context"
	"net/http"
	"runtime/debug"
	"sync"
	"unsafe"
)

// exchange is one request and its one response: the Go half of a C.mtgo_exchange.
type exchange struct {
	in         *instance
	id         unsafe.Pointer // c, also once that is gone
	slot       int
	parameters []parameter

	mu      sync.Mutex
	c       *C.mtgo_exchange // nil once the answer is sent
	isGone  bool             // the peer
	isOver  bool             // the peer is gone, or the handler has returned
	context context.Context  // nil until the handler asks for it
	cancel  context.CancelFunc
	drained chan struct{} // made when a stream starts

	request  *http.Request
	body     body
	response response
}

func newExchange(in *instance, c *C.mtgo_exchange) *exchange {
	return &exchange{in: in, id: unsafe.Pointer(c), c: c}
}

// serve runs the handler, and sees to it that the exchange ends, however the handler does.
func (e *exchange) serve(handler http.Handler) {
	defer e.end()
	r, err := e.makeRequest()
	w := e.response.init(e)
	if err != nil {
		http.Error(w, "400 Bad Request", http.StatusBadRequest)
	} else if !e.run(handler, w, r) {
		return
	}
	w.finish()
}

// run gives whether the handler returned: one that panicked is answered for.
func (e *exchange) run(handler http.Handler, w *response, r *http.Request) (ok bool) {
	defer func() {
		if ok {
			return
		}
		cause := recover()
		if cause != nil && cause != http.ErrAbortHandler {
			e.in.logf("martlet: panic serving %s: %v\n%s", r.RemoteAddr, cause, debug.Stack())
		}
		w.fail(cause == http.ErrAbortHandler)
	}()
	handler.ServeHTTP(w, r)
	return true
}

func (e *exchange) end() {
	e.mu.Lock()
	e.over()
	e.mu.Unlock()
	if e.request != nil && e.request.MultipartForm != nil {
		e.request.MultipartForm.RemoveAll()
	}
	e.in.forget(e)
}

// hear is told what happened to the exchange. Thread: the receiver.
func (e *exchange) hear(kind C.mtgo_event_kind) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if kind == C.MTGO_CANCELLED {
		e.isGone = true
		e.over()
	}
	if kind != C.MTGO_DRAINED {
		signal(e.body.arrived)
	}
	if kind != C.MTGO_BODY {
		signal(e.drained)
	}
}

// signal leaves a word for who waits, now or soon.
func signal(waiting chan struct{}) {
	select {
	case waiting <- struct{}{}:
	default:
	}
}
