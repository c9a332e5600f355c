package martlet

// #include "glue.h"
import "C"

import (
	"math"
	"runtime"
	"time"
)

// Config holds the C library's settings; config.h says what each of them is. Zero is the library's default. A negative
// value switches a limit off, where it can be; anything else out of its range is refused when the server starts.
type Config struct {
	Reactors    int  // event loops; default: one for each four of GOMAXPROCS; negative: one per CPU
	PinReactors bool // pins each to a CPU (Linux)

	MaxRequestLineBytes      int   // past it 414; default 8192
	MaxHeaderFields          int   // past it 431; default 100
	MaxHeaderBytes           int   // past it 431; default 16384
	MaxBodyBytes             int64 // past it 413; default: no limit, for inline routes 1 MiB; negative: none for these too
	MaxConnections           int   // past it accepting pauses; default 65536; negative: no limit
	MaxConnectionsPerPeer    int   // past it closed at once; default: no limit
	MaxPipelinedRequests     int   // past it reading pauses; default 64
	MaxRequestsPerConnection int64 // then it is closed; default: no limit

	HeaderTimeout             time.Duration // default 10 s; negative: none
	BodyTimeout               time.Duration // without a byte of the body; default 30 s; negative: none
	IdleTimeout               time.Duration // between requests; default 60 s; negative: none
	WriteTimeout              time.Duration // without the peer taking a byte; default 30 s; negative: none
	MinTransferBytesPerSecond int           // of a request's body; default 100; negative: off
	LingerTimeout             time.Duration // half open after a close with unread input; default 2 s; negative: none
	HandlerWarning            time.Duration // an inline handler that runs longer is logged; default 250 ms; negative: off

	OutputHighWaterBytes int    // waiting for one peer: writers wait; default 262144
	OutputLowWaterBytes  int    // … and go on; default 65536
	Backlog              int    // of connections not yet accepted; default 4096
	AnswerHalfClosed     bool   // a peer that sends no more is answered; default: it counts as gone, as for net/http
	ServerName           string // the Server field; default "martlet"
	NoServerName         bool   // sends no Server field
}

// number puts a setting that was made; out of its type's range it becomes one that the library refuses.
func number[C ~uint32 | ~uint64](setting *C, value int64) {
	switch {
	case value < 0:
		*setting = 0
	case value > 0 && value > int64(^C(0)>>1):
		*setting = ^C(0)
	case value > 0:
		*setting = C(value)
	}
}

func duration(setting *C.uint32_t, value time.Duration) {
	milliseconds := value.Milliseconds()
	if value > 0 && milliseconds == 0 {
		milliseconds = 1
	}
	number(setting, milliseconds)
}

// fill changes the defaults that are in the library's struct by what was set here.
func (c *Config) fill(out *C.mt_server_config) {
	out.workers = 0 // goroutines are what may block
	out.pin_reactors = C.bool(c.PinReactors)
	number(&out.reactors, int64(c.reactors()))
	number(&out.max_request_line_bytes, int64(c.MaxRequestLineBytes))
	number(&out.max_header_fields, int64(c.MaxHeaderFields))
	number(&out.max_header_bytes, int64(c.MaxHeaderBytes))
	if number(&out.max_body_bytes, c.MaxBodyBytes); c.MaxBodyBytes < 0 {
		out.max_body_bytes = math.MaxInt64
	}
	number(&out.max_connections, int64(c.MaxConnections))
	number(&out.max_connections_per_peer, int64(c.MaxConnectionsPerPeer))
	number(&out.max_pipelined_requests, int64(c.MaxPipelinedRequests))
	number(&out.max_requests_per_connection, c.MaxRequestsPerConnection)
	duration(&out.header_timeout_ms, c.HeaderTimeout)
	duration(&out.body_timeout_ms, c.BodyTimeout)
	duration(&out.idle_timeout_ms, c.IdleTimeout)
	duration(&out.write_timeout_ms, c.WriteTimeout)
	number(&out.min_transfer_bytes_per_second, int64(c.MinTransferBytesPerSecond))
	duration(&out.linger_timeout_ms, c.LingerTimeout)
	duration(&out.handler_warning_ms, c.HandlerWarning)
	number(&out.output_high_water_bytes, int64(c.OutputHighWaterBytes))
	number(&out.output_low_water_bytes, int64(c.OutputLowWaterBytes))
	number(&out.backlog, int64(c.Backlog))
	out.cancel_on_half_close = C.bool(!c.AnswerHalfClosed)
	if c.NoServerName {
		out.server_name = C.mt_slice{}
	}
}

// reactors leaves most of the processors to the handlers: one reactor reads and writes for several.
func (c *Config) reactors() int {
	if c.Reactors != 0 {
		return c.Reactors
	}
	return (runtime.GOMAXPROCS(0) + 3) / 4
}

// bodyLimit is what a route of net/http handlers takes.
func (c *Config) bodyLimit() C.uint64_t {
	if c.MaxBodyBytes > 0 {
		return C.uint64_t(c.MaxBodyBytes)
	}
	return ^C.uint64_t(0)
}
