package martlet

// #include "glue.h"
import "C"

import (
	"net/http"
	"runtime/cgo"
	"runtime/debug"
	"unsafe"
)

// InlineHandler answers a request in the library's thread: see Server.Inline. Neither of its arguments is of use once
// it has returned: what is asked of them then is empty, or ErrFinished.
type InlineHandler func(w *Response, r *Request)

// Request is what an inline handler is asked. Every string and slice is a copy, to keep.
type Request struct{ call *C.mtgo_call }

// Response is what an inline handler answers. A handler that sets nothing is answered for with 500.
type Response struct {
	call *C.mtgo_call
	in   *instance
}

type inlineRoute struct {
	in      *instance
	handler InlineHandler
	pattern string
}

// inlineCall is one allocation for both.
type inlineCall struct {
	request  Request
	response Response
}

//export martletInline
func martletInline(handle C.uintptr_t, call *C.mtgo_call) {
	route := cgo.Handle(handle).Value().(*inlineRoute)
	c := &inlineCall{Request{call}, Response{call, route.in}}
	defer c.end(route)
	route.handler(&c.response, &c.request)
}

// end takes the call away from who kept it, and answers for a handler that panicked: no panic may reach C.
func (c *inlineCall) end(route *inlineRoute) {
	call := c.request.call
	c.request.call, c.response.call = nil, nil
	if cause := recover(); cause != nil {
		route.in.logf("martlet: panic serving %s: %v\n%s", route.pattern, cause, debug.Stack())
		call.status, call.fields_size, call.has_body = http.StatusInternalServerError, 0, false
	}
}

func text(s C.mt_slice) string { return string(octets(s)) }

// octets are the library's own, and not to be kept.
func octets(s C.mt_slice) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(s.data)), s.size)
}

// Method is the request's method, such as "GET".
func (r *Request) Method() string {
	if r.call == nil {
		return ""
	}
	return text(r.call.method)
}

// Path is the target's path, not decoded.
func (r *Request) Path() string {
	if r.call == nil {
		return ""
	}
	return text(r.call.path)
}

// Query is what follows the target's "?", not decoded: for url.ParseQuery.
func (r *Request) Query() string {
	if r.call == nil {
		return ""
	}
	return text(r.call.query)
}

// Body is the whole body.
func (r *Request) Body() []byte {
	if r.call == nil {
		return nil
	}
	return append([]byte(nil), octets(r.call.body)...)
}

// Param is what the parameter of the route's pattern matched, percent-decoded; empty when there is none. It knows the
// first eight of a pattern.
func (r *Request) Param(name string) string {
	if r.call == nil {
		return ""
	}
	for _, p := range r.call.parameters[:r.call.parameter_count] {
		if string(octets(p.name)) == name {
			return text(p.value)
		}
	}
	return ""
}

// Header is the value of the first field of that name, in any case; empty when there is none.
func (r *Request) Header(name string) string {
	if r.call == nil || name == "" {
		return ""
	}
	octets := []byte(name)
	return text(C.mtgo_call_field(r.call, pointer(octets), C.size_t(len(octets))))
}

// Status sets the status code, 200 to 599; without it, it is 200.
func (w *Response) Status(status int) error {
	switch {
	case w.call == nil:
		return ErrFinished
	case status < 200 || status > 599:
		return &Error{Status: "MT_ERROR_INVALID_ARGUMENT", Message: "a status is a number of 200 to 599"}
	}
	w.call.status = C.int(status)
	return nil
}

// AddHeader adds a field. One that cannot be sent, or is the server's to send, is left out, and logged.
func (w *Response) AddHeader(name, value string) error {
	switch {
	case w.call == nil:
		return ErrFinished
	case w.call.status == 0:
		w.call.status = http.StatusOK
	}
	used := int(w.call.fields_size)
	if 8+len(name)+len(value) <= C.MTGO_INLINE_FIELDS-used {
		room := unsafe.Slice((*byte)(unsafe.Pointer(w.call.fields_out)), C.MTGO_INLINE_FIELDS)
		w.call.fields_size = C.size_t(len(appendField(room[:used], name, value)))
		return nil
	}
	n, v := []byte(name), []byte(value)
	return responseError(C.mtgo_call_add(w.call, pointer(n), C.size_t(len(n)), pointer(v), C.size_t(len(v))))
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
	switch {
	case w.call == nil:
		return ErrFinished
	case w.call.status == 0:
		w.call.status = http.StatusOK
	}
	w.call.has_body = len(body) <= C.MTGO_INLINE_BODY
	if !w.call.has_body {
		octets := []byte(body)
		return responseError(C.mtgo_call_body(w.call, pointer(octets), C.size_t(len(octets))))
	}
	room := unsafe.Slice((*byte)(unsafe.Pointer(w.call.body_out)), C.MTGO_INLINE_BODY)
	w.call.body_size = C.size_t(copy(room, body))
	return nil
}

// Later lets a goroutine answer instead, as a net/http handler with the same request: for what turns out to block.
// What was set before is dropped. An error is the system's lack of memory.
func (w *Response) Later(handler func(http.ResponseWriter, *http.Request)) error {
	if w.call == nil {
		return ErrFinished
	}
	c := C.mtgo_call_defer(w.call)
	if c == nil {
		return &Error{Status: "MT_ERROR_NO_MEMORY"}
	}
	w.call = nil
	e := newExchange(w.in, c)
	w.in.exchanges.add(e)
	w.in.crew.serve(e, http.HandlerFunc(handler))
	return nil
}
