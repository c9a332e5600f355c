package martlet

import (
	"encoding/binary"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
)

// buffers are a response's, lent while its handler runs.
type buffers struct {
	fields []byte // as C.mtgo_head has them
	body   []byte
}

var bufferPool = sync.Pool{New: func() any { return new(buffers) }}

func takeBuffers() *buffers { return bufferPool.Get().(*buffers) }

func giveBuffers(b *buffers) {
	b.fields, b.body = b.fields[:0], b.body[:0]
	bufferPool.Put(b)
}

// head is what of a response's header matters here, once it is packed.
type head struct {
	hasType, isEncoded, closes bool
}

// pack writes the header's fields, but those that are the server's to send, and gives the length that the handler set,
// or -1.
func (h *head) pack(b *buffers, header http.Header) (length int64) {
	length = -1
	b.fields = b.fields[:0]
	for name, values := range header {
		switch name {
		case "Content-Length":
			length = parseLength(values)
			continue
		case "Connection":
			h.closes = hasToken(values, "close")
			continue
		case "Date", "Server", "Keep-Alive", "Transfer-Encoding", "Trailer":
			continue
		case "Content-Type":
			h.hasType = true
		case "Content-Encoding":
			h.isEncoded = len(values) > 0 && values[0] != ""
		}
		if strings.HasPrefix(name, http.TrailerPrefix) {
			continue
		}
		for _, value := range values {
			b.fields = appendField(b.fields, name, clean(value))
		}
	}
	return length
}

func parseLength(values []string) int64 {
	if len(values) == 0 {
		return -1
	}
	length, err := strconv.ParseInt(textproto.TrimString(values[0]), 10, 64)
	if err != nil || length < 0 {
		return -1
	}
	return length
}

// sniff adds the type that the body's first octets speak of, as net/http does.
func (h *head) sniff(b *buffers) {
	if h.hasType || h.isEncoded || len(b.body) == 0 {
		return
	}
	h.hasType = true
	b.fields = appendField(b.fields, "Content-Type", http.DetectContentType(b.body))
}

var newlineToSpace = strings.NewReplacer("\n", " ", "\r", " ")

// clean makes one line of a value.
func clean(value string) string {
	if strings.ContainsAny(value, "\r\n") {
		value = newlineToSpace.Replace(value)
	}
	return textproto.TrimString(value)
}

func appendField(out []byte, name, value string) []byte {
	out = binary.LittleEndian.AppendUint32(out, uint32(len(name)))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(value)))
	out = append(out, name...)
	return append(out, value...)
}
