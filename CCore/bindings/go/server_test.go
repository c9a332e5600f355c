package martlet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"martlet"
)

func hello(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "Hello, World!") }

func TestShutdownWaitsForWhatIsServed(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-goOn
		io.WriteString(w, "served")
	})
	answers := make(chan answer, 1)
	go func() { answers <- get(t, s.url("/")) }()
	wait(t, "the handler", begun)
	done := make(chan error, 1)
	go func() { done <- shutDown(t, s) }()
	if err := wait(t, "Serve's return", s.ended); err != http.ErrServerClosed {
		t.Errorf("Serve gave %v", err)
	}
	s.ended <- http.ErrServerClosed
	eventually(t, "nobody listens", func() bool { _, err := net.Dial("tcp", s.address); return err != nil })
	select {
	case err := <-done:
		t.Fatalf("Shutdown did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(goOn)
	wait(t, "the answer", answers).expect(t, 200, "served")
	if err := wait(t, "Shutdown's return", done); err != nil {
		t.Errorf("Shutdown gave %v", err)
	}
}

func TestShutdownGivesUpWhenItsContextEnds(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan error, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		ended <- r.Context().Err()
	})
	c := dial(t, s)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	wait(t, "the handler", begun)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); err != context.DeadlineExceeded {
		t.Errorf("Shutdown gave %v", err)
	}
	s.Close()
	wait(t, "the request's end", ended)
}

func TestCloseWaitsForNoHandler(t *testing.T) {
	begun, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-goOn
		io.WriteString(w, strings.Repeat("lost", 20000))
		_, err := io.WriteString(w, strings.Repeat("lost", 20000))
		ended <- err
	})
	c := dial(t, s)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	wait(t, "the handler", begun)
	s.Close()
	if all, err := io.ReadAll(c); len(all) != 0 && err == nil {
		t.Errorf("got %q", all)
	}
	close(goOn)
	if err := wait(t, "the handler's error", ended); err != martlet.ErrGone {
		t.Errorf("writing gave %v", err)
	}
}

func TestServerServesOnce(t *testing.T) {
	s := startHandler(t, hello)
	get(t, s.url("/")).expect(t, 200, "Hello, World!")
	if err := s.ListenAndServe(); err == nil || !strings.Contains(err.Error(), "serves already") {
		t.Errorf("serving twice gave %v", err)
	}
	s.Close()
	if err := s.ListenAndServe(); err != http.ErrServerClosed {
		t.Errorf("serving once it was closed gave %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice gave %v", err)
	}
	if err := shutDown(t, s); err != nil {
		t.Errorf("shutting down once it was closed gave %v", err)
	}
	var unused martlet.Server
	if unused.Close() != nil || unused.ListenAndServe() != http.ErrServerClosed {
		t.Error("a server that was closed before it served, serves")
	}
}

func TestListenAndServeListens(t *testing.T) {
	taken, _ := net.Listen("tcp", "127.0.0.1:0")
	address := taken.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	err := martlet.ListenAndServe(address, http.HandlerFunc(hello))
	var refused *martlet.Error
	if !errors.As(err, &refused) || refused.Status != "MT_ERROR_ADDRESS_IN_USE" || !strings.Contains(err.Error(), port) {
		t.Errorf("got %v", err)
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("%v is not EADDRINUSE", err)
	}
	taken.Close()
	s := martlet.Server{Addr: address, Handler: http.HandlerFunc(hello)}
	ended := make(chan error, 1)
	go func() { ended <- s.ListenAndServe() }()
	eventually(t, "it serves", func() bool { _, err := net.Dial("tcp", address); return err == nil })
	get(t, "http://"+address).expect(t, 200, "Hello, World!")
	s.Close()
	if err := wait(t, "its end", ended); err != http.ErrServerClosed {
		t.Errorf("got %v", err)
	}
}

func TestAddressThatCannotBeIsAnError(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "127.0.0.1:none", "127.0.0.1:70000", "192.0.2.1:0"} {
		if err := martlet.ListenAndServe(address, http.HandlerFunc(hello)); err == nil {
			t.Errorf("%s: served", address)
		}
	}
}

type noDescriptor struct{ net.Listener }

func TestListenerWithoutDescriptorIsAnError(t *testing.T) {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	err := martlet.Serve(noDescriptor{l}, http.HandlerFunc(hello))
	if err == nil || !strings.Contains(err.Error(), "noDescriptor") {
		t.Errorf("got %v", err)
	}
}

func TestUnixSocketIsServed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := startOn(t, l, func(s *martlet.Server) {
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) })
	})
	c := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", path)
	}, DisableKeepAlives: true}}
	response, err := c.Get("http://unix/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); string(body) != "unix" {
		t.Errorf("got %q", body)
	}
	s.Close()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestSettingOutOfRangeIsRefusedByName(t *testing.T) {
	for name, config := range map[string]martlet.Config{
		"max_header_bytes":        {MaxHeaderBytes: 1},
		"max_header_fields":       {MaxHeaderFields: -1},
		"output_high_water_bytes": {OutputHighWaterBytes: 1 << 40},
		"reactors":                {Reactors: 5000},
		"backlog":                 {Backlog: 100000},
	} {
		s := martlet.Server{Addr: "127.0.0.1:0", Config: config, Handler: http.HandlerFunc(hello)}
		if err := s.ListenAndServe(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSettingsHold(t *testing.T) {
	s := start(t, func(s *martlet.Server) {
		s.Handler = http.HandlerFunc(hello)
		s.Config.MaxHeaderBytes = 1000
		s.Config.ServerName = "test"
		s.Config.IdleTimeout = 200 * time.Millisecond
	})
	c := dial(t, s)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	began := time.Now()
	got, _ := io.ReadAll(c)
	if took := time.Since(began); took < 100*time.Millisecond || took > 5*time.Second {
		t.Errorf("an idle connection lasted %v", took)
	}
	if !strings.Contains(string(got), "\r\nServer: test\r\n") {
		t.Errorf("got %q", got)
	}
	got2 := exchangeRaw(t, s, "GET / HTTP/1.1\r\nHost: a\r\nX-Long: "+strings.Repeat("x", 1000)+"\r\n\r\n")
	if !strings.HasPrefix(got2, "HTTP/1.1 431 ") {
		t.Errorf("got %q", got2)
	}
	nameless := start(t, func(s *martlet.Server) { s.Handler, s.Config.NoServerName = http.HandlerFunc(hello), true })
	if got := get(t, nameless.url("/")); got.Header["Server"] != nil {
		t.Errorf("got %v", got.Header)
	}
}

func TestManyAreServedAtOnce(t *testing.T) {
	for _, reactors := range []int{1, 3} {
		s := start(t, func(s *martlet.Server) {
			s.Config.Reactors = reactors
			s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				fmt.Fprint(w, r.URL.Path, " ", len(body), strings.Repeat("x", len(body)))
			})
		})
		c := client(t)
		var all sync.WaitGroup
		for i := 0; i < 32; i++ {
			all.Add(1)
			go func(i int) {
				defer all.Done()
				for j := 0; j < 50; j++ {
					size := i * j * 40
					r, _ := http.NewRequest("POST", s.url(fmt.Sprintf("/%d/%d", i, j)), strings.NewReader(strings.Repeat("y", size)))
					response, err := c.Do(r)
					if err != nil {
						t.Error(err)
						return
					}
					body, err := io.ReadAll(response.Body)
					response.Body.Close()
					if want := fmt.Sprintf("/%d/%d %d%s", i, j, size, strings.Repeat("x", size)); string(body) != want || err != nil {
						t.Errorf("got %.50q, %v, not %.50q", body, err, want)
					}
				}
			}(i)
		}
		all.Wait()
	}
}

// TestCloseDuringRequests: whatever a handler is about to do, a server's end is nothing to crash from.
func TestCloseDuringRequests(t *testing.T) {
	for i := 0; i < 20; i++ {
		s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(w, io.LimitReader(r.Body, 1000))
			w.(http.Flusher).Flush()
			io.Copy(w, r.Body)
		})
		for j := 0; j < 8; j++ {
			c := dial(t, s)
			io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n"+strings.Repeat("x", 1000*j))
		}
		time.Sleep(time.Duration(i) * time.Millisecond / 2)
		s.Close()
	}
}

func TestNoGoroutineAndNoDescriptorIsLeftBehind(t *testing.T) {
	serveAndClose := func() {
		s := &martlet.Server{}
		s.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), time.Hour)
			defer cancel()
			fmt.Fprint(w, ctx.Err())
		})
		s.Inline("GET /inline", func(w *martlet.Response, r *martlet.Request) { w.SendString("inline") })
		l, _ := net.Listen("tcp", "127.0.0.1:0")
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(l) }()
		c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		for i := 0; i < 20; i++ {
			for _, path := range []string{"/", "/inline"} {
				if response, err := c.Get("http://" + l.Addr().String() + path); err == nil {
					io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
			}
		}
		s.Close()
		<-ended
	}
	serveAndClose()
	before, open := goroutines(), descriptors(t)
	for i := 0; i < 5; i++ {
		serveAndClose()
	}
	if after := goroutines(); after > before {
		t.Errorf("there were %d goroutines, and are %d", before, after)
	}
	if after := descriptors(t); after > open {
		t.Errorf("there were %d open files, and are %d", open, after)
	}
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}
