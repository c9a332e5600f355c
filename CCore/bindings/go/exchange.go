package martlet

// #include "glue.h"
import "C"

import (
	"context"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"
)

type exchangeKey struct{}

// exchange is one request and its one response: the Go half of a C.mtgo_exchange, and the root of its request's
// context. One allocation holds all that a request needs.
type exchange struct {
	context.Context // the server's
	in              *instance
	id              unsafe.Pointer // c, also once that is gone
	slot            int
	parameters      []parameter
	isGone          atomic.Bool

	mu      sync.Mutex
	c       *C.mtgo_exchange // nil once the answer is sent
	cancel  context.CancelFunc
	drained chan struct{} // made when a stream starts

	request  *http.Request
	body     body
	response response
}

func newExchange(in *instance, c *C.mtgo_exchange) *exchange {
	return &exchange{Context: in.context, in: in, id: unsafe.Pointer(c), c: c}
}

// Value finds the exchange itself in a context of its request's.
func (e *exchange) Value(key any) any {
	if key == (exchangeKey{}) {
		return e
	}
	return e.Context.Value(key)
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
	cancel := e.cancel
	e.mu.Unlock()
	if cancel != nil {
		cancel()
	}
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
		e.isGone.Store(true)
		if e.cancel != nil {
			e.cancel()
		}
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

// makeContext makes what the handler's request carries: it ends with the handler, or when the peer is gone.
func (e *exchange) makeContext() context.Context {
	ctx, cancel := context.WithCancel(e)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cancel = cancel
	if e.isGone.Load() {
		cancel()
	}
	return ctx
}
