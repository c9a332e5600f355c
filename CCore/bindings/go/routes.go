package martlet

// #include "glue.h"
import "C"

import (
	"fmt"
	"net/http"
	"runtime/cgo"
	"strings"
	"unsafe"
)

// methods are those that a pattern without one is registered for: all that the library routes.
var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"}

var methodNumbers = map[string]C.mt_method{
	"GET": C.MT_METHOD_GET, "HEAD": C.MT_METHOD_HEAD, "POST": C.MT_METHOD_POST, "PUT": C.MT_METHOD_PUT,
	"DELETE": C.MT_METHOD_DELETE, "OPTIONS": C.MT_METHOD_OPTIONS, "TRACE": C.MT_METHOD_TRACE, "PATCH": C.MT_METHOD_PATCH,
}

// route is a pattern with one of two kinds of handler.
type route struct {
	pattern string
	handler http.Handler
	inline  InlineHandler
	isRest  bool // takes what no other route does, and has no parameters to tell of
}

// Handle registers a handler for a pattern of Martlet's own router, such as "GET /users/{id}", "/files/{path...}" or,
// for every method, "/about". What the parameters matched is told by Param. A GET route answers HEAD too. A path that
// no pattern matches goes to the server's Handler or, without one, is answered 404, and 405 where another method would
// have matched. Patterns are read when the server starts, which fails when one is wrong; a route that comes later panics.
func (s *Server) Handle(pattern string, handler http.Handler) {
	s.addRoute(route{pattern: pattern, handler: handler})
}

// HandleFunc is Handle with a function.
func (s *Server) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	s.Handle(pattern, http.HandlerFunc(handler))
}

// Inline registers a handler that runs in the thread of the library that read the request, without a goroutine, once
// the request's whole body is there. It must not block: everyone else of that thread waits meanwhile. The pattern is
// as Handle's.
func (s *Server) Inline(pattern string, handler InlineHandler) {
	s.addRoute(route{pattern: pattern, inline: handler})
}

// Param is what the parameter of the route's pattern matched, percent-decoded; empty when there is none, and for
// requests that the server's Handler answers.
func Param(r *http.Request, name string) string {
	e, _ := r.Context().Value(exchangeKey{}).(*exchange)
	if e == nil {
		return ""
	}
	return lookUp(e.parameters, name)
}

func (s *Server) addRoute(r route) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instance != nil {
		panic("martlet: the route " + r.pattern + " comes too late: the server serves already")
	}
	s.routes = append(s.routes, r)
}

// allRoutes adds the one that takes what no other does.
func (s *Server) allRoutes() []route {
	handler := s.Handler
	if handler == nil && len(s.routes) == 0 {
		handler = http.DefaultServeMux
	}
	if handler == nil {
		return s.routes
	}
	return append(s.routes[:len(s.routes):len(s.routes)], route{pattern: "/{path...}", handler: handler, isRest: true})
}

func (in *instance) register(r route, config *Config) error {
	wanted, pattern := methods, r.pattern
	if method, path, ok := strings.Cut(r.pattern, " "); ok {
		wanted, pattern = []string{method}, path
	}
	if (r.handler == nil) == (r.inline == nil) {
		return fmt.Errorf("martlet: the route %q has no handler", r.pattern)
	}
	in.routes = append(in.routes, r)
	for _, method := range wanted {
		if err := in.registerOne(method, pattern, r, config); err != nil {
			return err
		}
	}
	return nil
}

func (in *instance) registerOne(method, pattern string, r route, config *Config) error {
	number, ok := methodNumbers[method]
	if !ok {
		return fmt.Errorf("martlet: the route %q wants a method out of %s", r.pattern, strings.Join(methods, ", "))
	}
	text := C.CString(pattern)
	defer C.free(unsafe.Pointer(text))
	size := C.size_t(len(pattern))
	return calling(func(said *C.mt_error) C.mt_status {
		if r.inline != nil {
			handle := cgo.NewHandle(&inlineRoute{in, r.inline, r.pattern})
			in.inlines = append(in.inlines, handle)
			return C.mtgo_route_inline(in.server, number, text, size, in.queue, C.uintptr_t(handle), said)
		}
		id := C.uintptr_t(len(in.routes) - 1)
		return C.mtgo_route(in.server, number, text, size, in.queue, id, config.bodyLimit(), said)
	})
}
