package martlet

// #include "glue.h"
import "C"

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
)

// Server serves a Handler, and routes of its own, on one listener. Its fields and routes are set before it serves.
type Server struct {
	Addr     string          // for ListenAndServe, "host:port"; default ":http"
	Handler  http.Handler    // takes what no route does; default, where there are no routes: http.DefaultServeMux
	Config   Config          // limits, timeouts, threads
	ErrorLog *log.Logger     // panics, and what the library warns of; default: the log package's
	Context  context.Context // what requests' contexts come from; default: context.Background()

	mu       sync.Mutex
	routes   []route
	instance *instance
	isClosed bool
}

// ListenAndServe serves the handler on the TCP address until the program ends, or there is an error.
func ListenAndServe(addr string, handler http.Handler) error {
	return (&Server{Addr: addr, Handler: handler}).ListenAndServe()
}

// Serve serves the handler on the listener, as Server.Serve does.
func Serve(l net.Listener, handler http.Handler) error {
	return (&Server{Handler: handler}).Serve(l)
}

// ListenAndServe serves on the TCP address Addr, where the library's threads listen side by side. Its error is
// http.ErrServerClosed once Shutdown or Close was called.
func (s *Server) ListenAndServe() error {
	host, port, err := splitAddress(s.Addr)
	if err != nil {
		return err
	}
	return s.serve(func(in *instance) error { return in.listen(host, port) }, nil)
}

// Serve serves on the listener, which has to have a descriptor as those of package net do: the library accepts from it,
// and so it may not be tls.NewListener's. It is closed when Serve returns, with an error as ListenAndServe's.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	return s.serve(func(in *instance) error { return in.adopt(l) }, l)
}

func (s *Server) serve(listen func(*instance) error, l net.Listener) error {
	in, err := s.begin(listen, l)
	if err != nil {
		return err
	}
	go in.receive()
	go in.run()
	select {
	case <-in.closing:
		return http.ErrServerClosed
	case <-in.stopped:
		return in.failure
	}
}

var errServing = errors.New("martlet: the server serves already; each of its kind serves once")

func (s *Server) begin(listen func(*instance) error, l net.Listener) (*instance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.isClosed:
		return nil, http.ErrServerClosed
	case s.instance != nil:
		return nil, errServing
	}
	in, err := newInstance(s, l)
	if err != nil {
		return nil, err
	}
	if err := in.prepare(s.allRoutes(), &s.Config, listen); err != nil {
		in.discard()
		return nil, err
	}
	s.instance = in
	return in, nil
}

// close gives what there is to end, if there is something.
func (s *Server) close() *instance {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in := s.instance; in != nil && !s.isClosed {
		close(in.closing)
		in.closeListener()
	}
	s.isClosed = true
	return s.instance
}

// Close ends the server at once: connections are cut, and the contexts of requests that are still served cancelled.
// Goroutines that serve them are not waited for; the library's threads are, unless one of them is who calls.
func (s *Server) Close() error {
	in := s.close()
	if in == nil {
		return nil
	}
	in.stop()
	return nil
}

// Shutdown ends the server when it has answered what it was asked: no more connections are accepted, and idle ones are
// closed. When the context ends first, its error is returned and the rest goes on being served, until Close.
func (s *Server) Shutdown(ctx context.Context) error {
	in := s.close()
	if in == nil {
		return nil
	}
	in.drain()
	select {
	case <-in.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
