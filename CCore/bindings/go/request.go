package martlet

// #include "glue.h"
import "C"

import (
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"unsafe"
)

type parameter struct{ name, value string }

func lookUp(parameters []parameter, name string) string {
	for _, p := range parameters {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// texts takes strings one after the other from what C packed: they share one copy of it.
type texts struct {
	lengths []C.uint32_t
	rest    string
}

func textsOf(lengths *C.uint32_t, count int, text *C.char, size C.size_t) texts {
	return texts{unsafe.Slice(lengths, count), string(unsafe.Slice((*byte)(unsafe.Pointer(text)), size))}
}

func (t *texts) next() string {
	size := t.lengths[0]
	text := t.rest[:size]
	t.lengths, t.rest = t.lengths[1:], t.rest[size:]
	return text
}

// nextHeader takes fields; their values share one slice, as net/textproto has it.
func (t *texts) nextHeader(fields int) http.Header {
	header := make(http.Header, fields)
	values := make([]string, fields)
	for i := 0; i < fields; i++ {
		name := textproto.CanonicalMIMEHeaderKey(t.next())
		values[i] = t.next()
		if before, ok := header[name]; ok {
			header[name] = append(before, values[i])
		} else {
			header[name] = values[i : i+1 : i+1]
		}
	}
	return header
}

func (t *texts) nextParameters(count int) []parameter {
	if count == 0 {
		return nil
	}
	parameters := make([]parameter, count)
	for i := range parameters {
		parameters[i] = parameter{t.next(), t.next()}
	}
	return parameters
}

var protocols = [...]string{"HTTP/1.0", "HTTP/1.1"}

// makeRequest unpacks the request. An error is a target that net/url does not take.
func (e *exchange) makeRequest() (*http.Request, error) {
	c := e.c
	count := C.MTGO_FIXED_TEXTS + 2*(int(c.parameter_count)+int(c.field_count))
	t := textsOf(c.lengths, count, c.text, c.text_size)
	var r http.Request
	r.Method, r.RequestURI, r.Host, r.RemoteAddr = t.next(), t.next(), t.next(), t.next()
	parameters := t.nextParameters(int(c.parameter_count))
	if !e.in.routes[c.route].isRest {
		e.parameters = parameters
	}
	r.Header = t.nextHeader(int(c.field_count))
	r.Proto, r.ProtoMajor, r.ProtoMinor = protocols[c.minor_version], 1, int(c.minor_version)
	var err error
	r.URL, err = url.ParseRequestURI(r.RequestURI)
	setFraming(&r, int64(c.content_length))
	e.request = r.WithContext(requestContext{e})
	e.request.Body = e.body.init(e)
	return e.request, err
}

// setFraming moves what net/http has elsewhere out of the header.
func setFraming(r *http.Request, length int64) {
	r.ContentLength = length
	if length < 0 {
		r.TransferEncoding = []string{"chunked"}
		delete(r.Header, "Transfer-Encoding")
		r.Trailer = announcedTrailers(r.Header)
	}
	delete(r.Header, "Host")
	if connection := r.Header["Connection"]; r.ProtoMinor == 0 || connection != nil {
		r.Close = hasToken(connection, "close") || r.ProtoMinor == 0 && !hasToken(connection, "keep-alive")
	}
}

func announcedTrailers(header http.Header) http.Header {
	names := header["Trailer"]
	if names == nil {
		return nil
	}
	delete(header, "Trailer")
	trailer := make(http.Header)
	for _, name := range strings.Split(strings.Join(names, ","), ",") {
		if name = textproto.TrimString(name); name != "" {
			trailer[textproto.CanonicalMIMEHeaderKey(name)] = nil
		}
	}
	return trailer
}

func hasToken(values []string, token string) bool {
	for _, value := range values {
		for _, word := range strings.Split(value, ",") {
			if strings.EqualFold(textproto.TrimString(word), token) {
				return true
			}
		}
	}
	return false
}
