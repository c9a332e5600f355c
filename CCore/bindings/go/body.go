package martlet

// #include "glue.h"
import "C"

import (
	"io"
	"net/http"
	"unsafe"
)

// body is a request's. The library reads ahead a little, and no further while nobody takes it: the peer has to wait.
type body struct {
	e        *exchange
	arrived  chan struct{}
	isClosed bool  // under e.mu
	ended    error // under e.mu
}

// init gives what the request's Body is to be.
func (b *body) init(e *exchange) io.ReadCloser {
	if e.request.ContentLength == 0 {
		return http.NoBody
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	b.e, b.arrived = e, make(chan struct{}, 1)
	return b
}

// Read waits for octets, the end, or the peer's going.
func (b *body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err, waits := b.take(p)
		if !waits {
			return n, err
		}
		<-b.arrived
	}
}

// Close lets the rest of the body go unread.
func (b *body) Close() error {
	b.e.mu.Lock()
	defer b.e.mu.Unlock()
	if b.e.c != nil && !b.isClosed {
		C.mtgo_body_drop(b.e.c)
	}
	b.isClosed = true
	signal(b.arrived)
	return nil
}

func (b *body) take(p []byte) (n int, err error, waits bool) {
	b.e.mu.Lock()
	defer b.e.mu.Unlock()
	if b.isClosed || b.e.c == nil {
		signal(b.arrived) // whoever else waits waits in vain too
		return 0, http.ErrBodyReadAfterClose, false
	}
	if b.ended != nil {
		signal(b.arrived)
		return 0, b.ended, false
	}
	var failure C.int
	taken := int(C.mtgo_body_read(b.e.c, (*C.char)(unsafe.Pointer(&p[0])), C.size_t(len(p)), &failure))
	switch taken {
	case 0:
		b.ended = io.EOF
		b.takeTrailers()
	case -1:
		return 0, nil, true
	case -2:
		b.ended = bodyError(C.mt_status(failure))
	default:
		return taken, nil, false
	}
	return 0, b.ended, false
}

func bodyError(failure C.mt_status) error {
	if failure == C.MT_ERROR_CLOSED {
		return io.ErrUnexpectedEOF
	}
	return &Error{Status: statusName(failure), Message: "the request's body did not come whole: " + statusName(failure)}
}

func (b *body) takeTrailers() {
	count := int(b.e.c.body.trailer_count)
	if count == 0 {
		return
	}
	lengths := (*C.uint32_t)(unsafe.Pointer(b.e.c.body.trailers))
	var size C.size_t
	for _, length := range unsafe.Slice(lengths, 2*count) {
		size += C.size_t(length)
	}
	text := (*C.char)(unsafe.Add(unsafe.Pointer(lengths), 2*count*C.sizeof_uint32_t))
	t := textsOf(lengths, 2*count, text, size)
	for name, values := range t.nextHeader(count) {
		if b.e.request.Trailer == nil {
			b.e.request.Trailer = make(http.Header)
		}
		b.e.request.Trailer[name] = values
	}
}
