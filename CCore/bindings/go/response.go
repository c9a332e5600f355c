package martlet

// #include "glue.h"
import "C"

import (
	"io"
	"net/http"
	"runtime"
	"strconv"
	"unsafe"
)

// bufferBytes of a body are held back: an answer that ends within them leaves whole, with its length.
const bufferBytes = 32768

// response is the http.ResponseWriter, and an http.Flusher, io.StringWriter and io.ReaderFrom. Everything below header
// is under e.mu, so that a handler's stray goroutine gets an error and not another's memory.
type response struct {
	e      *exchange
	header http.Header

	status    int // 0: WriteHeader is to come
	head      head
	declared  int64 // the Content-Length that the handler set, or -1
	written   int64
	buffers   *buffers // nil once finished
	file      *filePart
	isStarted bool // the head is on its way, and the body follows in pieces
}

func (w *response) init(e *exchange) *response {
	w.e, w.header, w.declared = e, make(http.Header), -1
	w.buffers = takeBuffers()
	return w
}

// Header gives what WriteHeader will send.
func (w *response) Header() http.Header { return w.header }

// WriteHeader fixes status and header. A second call is logged; an informational status is not sent.
func (w *response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic("martlet: invalid WriteHeader code " + strconv.Itoa(status))
	}
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	switch {
	case w.buffers == nil:
		w.e.in.logf("martlet: WriteHeader after the handler returned, from %s", caller())
	case w.status != 0:
		w.e.in.logf("martlet: superfluous response.WriteHeader call from %s", caller())
	case status >= 200:
		w.fix(status)
	}
}

// caller is the place outside of this package that the call came from.
func caller() string {
	_, file, line, _ := runtime.Caller(2)
	return file + ":" + strconv.Itoa(line)
}

// fix packs the header as it is now: what the handler does to it later has no effect.
func (w *response) fix(status int) {
	w.status = status
	w.declared = w.head.pack(w.buffers, w.header)
}

func (w *response) Write(p []byte) (int, error)       { return write(w, p) }
func (w *response) WriteString(s string) (int, error) { return write(w, s) }

func write[T []byte | string](w *response, p T) (int, error) {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if err := w.admit(len(p)); err != nil || len(p) == 0 {
		return 0, err
	}
	if len(w.buffers.body)+len(p) <= bufferBytes {
		w.buffers.body = append(w.buffers.body, p...)
		return len(p), nil
	}
	return w.overflow([]byte(p))
}

// admit counts octets that the handler writes, and refuses those that have no place in the answer.
func (w *response) admit(n int) error {
	if w.buffers == nil {
		return ErrFinished
	}
	if w.status == 0 {
		w.fix(http.StatusOK)
	}
	if n > 0 && !allowsBody(w.status) {
		return http.ErrBodyNotAllowed
	}
	if w.declared >= 0 && w.written+int64(n) > w.declared {
		return http.ErrContentLength
	}
	w.written += int64(n)
	return nil
}

func allowsBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

func (w *response) isHead() bool {
	return w.e.request.Method == http.MethodHead
}

// overflow sends what fits no longer into the buffer. Of an answer to HEAD it is only the length that matters.
func (w *response) overflow(p []byte) (int, error) {
	if w.isHead() {
		return len(p), nil
	}
	if err := w.start(); err != nil {
		return 0, err
	}
	if err := w.empty(); err != nil {
		return 0, err
	}
	if len(p) <= bufferBytes {
		w.buffers.body = append(w.buffers.body, p...)
		return len(p), nil
	}
	if err := w.send(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush sends what was written so far; a file, which is all of its answer, leaves when the handler returns.
func (w *response) Flush() {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if w.admit(0) == nil && w.file == nil && w.start() == nil {
		w.empty()
	}
}

// --- to the library ---

func pointer(p []byte) *C.char {
	if len(p) == 0 {
		return nil
	}
	return (*C.char)(unsafe.Pointer(&p[0]))
}

// start sends the head, once: the body follows piece by piece.
func (w *response) start() error {
	if w.isStarted {
		return nil
	}
	length := C.uint64_t(C.MT_LENGTH_UNKNOWN)
	if w.declared >= 0 {
		length = C.uint64_t(w.declared)
	}
	w.head.sniff(w.buffers)
	w.e.drained = make(chan struct{}, 1)
	w.isStarted = true
	var refused C.int
	fields := w.buffers.fields
	status := C.mtgo_stream_start(w.e.c, C.int(w.status), C.bool(w.head.closes), pointer(fields), C.size_t(len(fields)),
		length, &refused)
	w.complain(refused)
	return streamError(status)
}

func (w *response) empty() error {
	waiting := w.buffers.body
	w.buffers.body = waiting[:0]
	if len(waiting) == 0 {
		return nil
	}
	return w.send(waiting)
}

// send hands octets over, and waits as long as the peer is too slow for more. Others may use the response meanwhile.
func (w *response) send(p []byte) error {
	status := C.mtgo_stream_write(w.e.c, pointer(p), C.size_t(len(p)))
	if status != C.MT_BACKPRESSURE {
		return streamError(status)
	}
	w.e.mu.Unlock()
	<-w.e.drained
	w.e.mu.Lock()
	if w.buffers != nil && !w.e.isGone {
		return nil
	}
	signal(w.e.drained) // whoever else waits waits in vain too
	if w.buffers == nil {
		return ErrFinished
	}
	return ErrGone
}

func streamError(status C.mt_status) error {
	switch status {
	case C.MT_OK, C.MT_BACKPRESSURE:
		return nil
	case C.MT_ERROR_CLOSED:
		return ErrGone
	}
	return &Error{Status: statusName(status), Message: "the response could not be sent: " + statusName(status)}
}

// complain: the library refuses what cannot be sent, such as a name that is no token.
func (w *response) complain(refused C.int) {
	if refused > 0 {
		w.e.in.logf("martlet: %s %s: %d of the status and header fields cannot be sent, and were left out",
			w.e.request.Method, w.e.request.RequestURI, int(refused))
	}
}

// --- the end ---

// finish sends the answer, or what is left of it. Nothing can be written from then on.
func (w *response) finish() {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if w.status == 0 {
		w.fix(http.StatusOK)
	}
	switch {
	case w.isStarted:
		w.finishStream()
	case w.file != nil:
		w.answerFile()
	case w.declared >= 0 && w.declared != int64(len(w.buffers.body)) && allowsBody(w.status),
		w.isHead() && w.written > 0:
		w.answerByLength()
	default:
		w.answerWhole()
	}
	w.close()
}

func (w *response) answerWhole() {
	w.head.sniff(w.buffers)
	fields, body := w.buffers.fields, w.buffers.body
	w.complain(C.mtgo_answer(w.e.c, C.int(w.status), C.bool(w.head.closes), pointer(fields), C.size_t(len(fields)),
		pointer(body), C.size_t(len(body))))
}

// answerByLength announces a length that the body does not have: to HEAD, or because the handler wrote less than it
// said, which ends the connection.
func (w *response) answerByLength() {
	if w.declared < 0 {
		w.declared = w.written
	}
	if w.start() == nil && !w.isHead() {
		w.empty()
	}
	C.mtgo_stream_end(w.e.c)
}

func (w *response) finishStream() {
	w.empty()
	C.mtgo_stream_end(w.e.c)
}

// fail ends the answer of a handler that did not return: 500, or, where that is too late or not wanted, the
// connection's end.
func (w *response) fail(cuts bool) {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if !cuts && !w.isStarted {
		C.mtgo_fail(w.e.c)
	} else {
		w.cut()
	}
	w.close()
}

// cut breaks the answer off, so that the peer sees that it is not whole.
func (w *response) cut() {
	if !w.isStarted {
		if w.status == 0 {
			w.fix(http.StatusInternalServerError)
		}
		w.declared = -1
		w.start()
	}
	C.mtgo_abandon(w.e.c)
}

func (w *response) close() {
	w.e.c = nil
	w.closeFile()
	giveBuffers(w.buffers)
	w.buffers = nil
	signal(w.e.body.arrived)
	signal(w.e.drained)
}

// ReadFrom sends a regular file without its octets passing through the program, where the whole body is of that file:
// the handler has set its Content-Length. Anything else is copied.
func (w *response) ReadFrom(source io.Reader) (int64, error) {
	if n, err, ok := w.takeFile(source); ok {
		return n, err
	}
	return io.Copy(struct{ io.Writer }{w}, source)
}
