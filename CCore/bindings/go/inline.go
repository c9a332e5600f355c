package martlet

// #include "glue.h"
import "C"

import (
	"net/http"
	"runtime/cgo"
	"runtime/debug"
	"sync"
	"unsafe"
)

// InlineHandler answers a request in the library's thread: see Server.Inline. Neither of its arguments is of use once
// it has returned: what is asked of them then is empty, or ErrFinished.
type InlineHandler func(w *Response, r *Request)

// Request is what an inline handler is asked. Every string and slice is a copy, to keep.
type Request struct{ inlineCall }

// Response is what an inline handler answers. A handler that sets nothing is answered for with 500.
type Response struct {
	inlineCall
	in *instance
}

// inlineCall is the way of both to the library, and locked by who goes it: a stray goroutine finds it closed, not
// another request's.
type inlineCall struct {
	mu sync.Mutex
	c  *C.mtgo_call // nil once the handler has returned
}

type inlineRoute struct {
	in      *instance
	handler InlineHandler
	pattern string
}

//export martletInline
func martletInline(handle C.uintptr_t, c *C.mtgo_call) {
	route := cgo.Handle(handle).Value().(*inlineRoute)
	var both struct {
		w Response
		r Request
	}
	both.w.c, both.r.c = c, c
	both.w.in = route.in
	defer route.end(&both.w, &both.r, c)
	route.handler(&both.w, &both.r)
}

// end takes the call away from who kept it, and answers for a handler that panicked: no panic may reach C.
func (route *inlineRoute) end(w *Response, r *Request, c *C.mtgo_call) {
	w.close()
	r.close()
	if cause := recover(); cause != nil {
		route.in.logf("martlet: panic serving %s: %v\n%s", route.pattern, cause, debug.Stack())
		c.has_failed = true
	}
}

func (i *inlineCall) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.c = nil
}

func text(s C.mt_slice) string { return string(octets(s)) }

// octets are the library's own, and not to be kept.
func octets(s C.mt_slice) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(s.data)), s.size)
}

// Method is the request's method, such as "GET".
func (r *Request) Method() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil {
		return ""
	}
	return text(r.c.method)
}

// Path is the target's path, not decoded.
func (r *Request) Path() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil {
		return ""
	}
	return text(r.c.path)
}

// Query is what follows the target's "?", not decoded: for url.ParseQuery.
func (r *Request) Query() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil {
		return ""
	}
	return text(r.c.query)
}

// Body is the whole body.
func (r *Request) Body() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil {
		return nil
	}
	return append([]byte(nil), octets(r.c.body)...)
}

// Param is what the parameter of the route's pattern matched, percent-decoded; empty when there is none. It knows the
// first eight of a pattern.
func (r *Request) Param(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil {
		return ""
	}
	for _, p := range r.c.parameters[:r.c.parameter_count] {
		if string(octets(p.name)) == name {
			return text(p.value)
		}
	}
	return ""
}

// Header is the value of the first field of that name, in any case; empty when there is none.
func (r *Request) Header(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil || name == "" {
		return ""
	}
	octets := []byte(name)
	return text(C.mtgo_call_field(r.c, pointer(octets), C.size_t(len(octets))))
}

// Status sets the status code, 200 to 599; without it, it is 200.
func (w *Response) Status(status int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.c == nil:
		return ErrFinished
	case status < 200 || status > 599:
		return &Error{Status: "MT_ERROR_INVALID_ARGUMENT", Message: "a status is a number of 200 to 599"}
	}
	w.c.status = C.int(status)
	return nil
}

// AddHeader adds a field. One that cannot be sent, or is the server's to send, is left out, and logged.
func (w *Response) AddHeader(name, value string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.c == nil:
		return ErrFinished
	case w.c.status == 0:
		w.c.status = http.StatusOK
	}
	used := int(w.c.fields_size)
	if 8+len(name)+len(value) <= C.MTGO_INLINE_FIELDS-used {
		room := unsafe.Slice((*byte)(unsafe.Pointer(w.c.fields_out)), C.MTGO_INLINE_FIELDS)
		w.c.fields_size = C.size_t(len(appendField(room[:used], name, value)))
		return nil
	}
	n, v := []byte(name), []byte(value)
	return responseError(C.mtgo_call_add(w.c, pointer(n), C.size_t(len(n)), pointer(v), C.size_t(len(v))))
}

func responseError(status C.mt_status) error {
	if status == C.MT_OK {
		return nil
	}
	return &Error{Status: statusName(status)}
}

// Send makes a copy of the octets the body, instead of any that was sent before.
func (w *Response) Send(body []byte) error { return send(w, body) }

// SendString is Send of a string.
func (w *Response) SendString(body string) error { return send(w, body) }

// send leaves a small body where the library finds it when the handler returns: no call into C is made for it.
func send[T []byte | string](w *Response, body T) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.c == nil:
		return ErrFinished
	case w.c.status == 0:
		w.c.status = http.StatusOK
	}
	w.c.has_body = len(body) <= C.MTGO_INLINE_BODY
	if !w.c.has_body {
		octets := []byte(body)
		return responseError(C.mtgo_call_body(w.c, pointer(octets), C.size_t(len(octets))))
	}
	room := unsafe.Slice((*byte)(unsafe.Pointer(w.c.body_out)), C.MTGO_INLINE_BODY)
	w.c.body_size = C.size_t(copy(room, body))
	return nil
}

// Later lets a goroutine answer instead, as a net/http handler with the same request: for what turns out to block.
// What was set before is dropped. An error is the system's lack of memory.
func (w *Response) Later(handler func(http.ResponseWriter, *http.Request)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.c == nil {
		return ErrFinished
	}
	c := C.mtgo_call_defer(w.c)
	if c == nil {
		return &Error{Status: "MT_ERROR_NO_MEMORY"}
	}
	w.c = nil
	e := newExchange(w.in, c)
	w.in.exchanges.add(e)
	w.in.crew.serve(e, http.HandlerFunc(handler))
	return nil
}
