package martlet

// #include "glue.h"
import "C"

import (
	"io"
	"net/http"
	"os"
	"syscall"
)

// filePart is a body that the library sends from a file: what the handler copied into the response.
type filePart struct {
	descriptor     int // the part's own
	offset, length int64
}

// wholeFile gives the part of a regular file that reading the source would read.
func wholeFile(source io.Reader) (file *os.File, part filePart, ok bool) {
	limit := int64(-1)
	limited, isLimited := source.(*io.LimitedReader)
	if isLimited {
		source, limit = limited.R, limited.N
	}
	file, ok = source.(*os.File)
	if !ok {
		return nil, part, false
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, part, false
	}
	part.offset, err = file.Seek(0, io.SeekCurrent)
	part.length = info.Size() - part.offset
	if limit >= 0 && limit < part.length {
		part.length = limit
	}
	return file, part, err == nil && part.length > 0
}

// takeFile makes the source the response's body, if it is all of it; the source is then read to its end.
func (w *response) takeFile(source io.Reader) (n int64, err error, ok bool) {
	file, part, ok := wholeFile(source)
	if !ok {
		return 0, nil, false
	}
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	if !w.takes(part.length) || !part.own(file) {
		return 0, nil, false
	}
	if _, err = file.Seek(part.length, io.SeekCurrent); err != nil {
		syscall.Close(part.descriptor)
		return 0, err, true
	}
	if limited, isLimited := source.(*io.LimitedReader); isLimited {
		limited.N -= part.length
	}
	w.file = &part
	w.written = part.length
	return part.length, nil, true
}

// takes says whether so many octets are exactly the body that was announced.
func (w *response) takes(length int64) bool {
	if w.buffers == nil || w.isStarted || w.written > 0 {
		return false
	}
	if w.status == 0 {
		w.fix(http.StatusOK)
	}
	return w.declared == length && w.head.hasType && allowsBody(w.status) && !w.isHead()
}

// own takes a descriptor that stays open when the handler closes the file.
func (p *filePart) own(file *os.File) bool {
	var err error
	p.descriptor, err = duplicate(file)
	return err == nil
}

func (w *response) answerFile() {
	part := w.file
	w.file = nil
	fields := w.buffers.fields
	w.complain(C.mtgo_answer_file(w.e.c, C.int(w.status), C.bool(w.head.closes), pointer(fields), C.size_t(len(fields)),
		C.int(part.descriptor), C.uint64_t(part.offset), C.uint64_t(part.length)))
}

func (w *response) closeFile() {
	if w.file != nil {
		syscall.Close(w.file.descriptor)
		w.file = nil
	}
}
