package martlet_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"martlet"
)

const patience = 10 * time.Second

// client is what the tests ask with: it follows no redirect, and unpacks nothing.
func client(t testing.TB) *http.Client {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 6 * patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// journal is a log that a test looks into.
type journal struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines.String()
}

// started is a server that serves until the test ends, and must have ended then.
type started struct {
	*martlet.Server
	address string
	journal *journal
	ended   chan error
}

func (s *started) url(path string) string { return "http://" + s.address + path }

// start serves what prepare set up, on a port of its own.
func start(t testing.TB, prepare func(*martlet.Server)) *started {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, l, prepare)
}

func startOn(t testing.TB, l net.Listener, prepare func(*martlet.Server)) *started {
	s := &started{Server: &martlet.Server{}, address: l.Addr().String(), journal: &journal{}, ended: make(chan error, 1)}
	s.ErrorLog = log.New(s.journal, "", 0)
	s.Config.Reactors = 2
	prepare(s.Server)
	go func() { s.ended <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-s.ended; err != http.ErrServerClosed {
			t.Errorf("Serve gave %v", err)
		}
	})
	return s
}

func startHandler(t testing.TB, handler http.HandlerFunc) *started {
	t.Helper()
	return start(t, func(s *martlet.Server) { s.Handler = handler })
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

func ask(t testing.TB, request *http.Request) answer {
	t.Helper()
	response, err := client(t).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(body)}
}

func get(t testing.TB, url string) answer {
	t.Helper()
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, request)
}

func (a answer) expect(t testing.TB, status int, body string) {
	t.Helper()
	if a.StatusCode != status || a.body != body {
		t.Errorf("got %d %q, not %d %q", a.StatusCode, a.body, status, body)
	}
}

// dial connects; the connection is closed when the test ends, if it is not before.
func dial(t testing.TB, s *started) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(6 * patience))
	return c.(*net.TCPConn)
}

// exchangeRaw sends octets, and gives all that comes until the server closes.
func exchangeRaw(t testing.TB, s *started, octets string) string {
	t.Helper()
	c := dial(t, s)
	io.WriteString(c, octets)
	all, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func readHead(t testing.TB, r *bufio.Reader) *http.Response {
	t.Helper()
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// wait gives what comes over the channel, or fails.
func wait[T any](t testing.TB, what string, c <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-c:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
	return value
}

// eventually waits until it holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came true: %s", what)
		}
	}
}

func (s *started) expectLog(t testing.TB, words string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%q in the log", words), func() bool { return strings.Contains(s.journal.String(), words) })
}

// goroutines counts those that there are, when no more end.
func goroutines() int {
	count := runtime.NumGoroutine()
	for still := 0; still < 20; still++ {
		time.Sleep(5 * time.Millisecond)
		if now := runtime.NumGoroutine(); now != count {
			count, still = now, 0
		}
	}
	return count
}

func shutDown(t testing.TB, s *started) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.Shutdown(ctx)
}
