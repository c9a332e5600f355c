package martlet_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"martlet"
)

// What README.md says does not hold of net/http, and what the server itself answers.

func TestResponseWriterIsNoHijackerAndNoPusher(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		_, hijacks := w.(http.Hijacker)
		_, pushes := w.(http.Pusher)
		_, notifies := w.(http.CloseNotifier)
		fmt.Fprint(w, hijacks, pushes, notifies)
	})
	get(t, s.url("/")).expect(t, 200, "false false false")
}

func TestRequestsThatTheServerAnswersItself(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { panic("the handler was asked") })
	for request, status := range map[string]string{
		"BREW / HTTP/1.1": "501", "CONNECT a:80 HTTP/1.1": "501", "OPTIONS * HTTP/1.1": "204",
		"GET /a/../b HTTP/1.1": "400", "GET /%2e%2e/b HTTP/1.1": "400", "GET /%zz HTTP/1.1": "400",
	} {
		got := exchangeRaw(t, s, request+"\r\nHost: a:80\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 "+status+" ") {
			t.Errorf("%s: got %.40q, not %s", request, got, status)
		}
	}
}

func TestInformationalStatusAndTrailersAreNotSent(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, "sent")
		w.Header().Set("X-Sum", "1")
		w.Header().Set(http.TrailerPrefix+"X-More", "2")
	})
	got := get(t, s.url("/"))
	got.expect(t, 200, "sent")
	if len(got.Trailer) > 0 || got.Header["Trailer"] != nil {
		t.Errorf("got %v, %v", got.Header, got.Trailer)
	}
}

// TestPeerThatHalfClosesIsAnsweredOnDemand: whether a peer that sends no more is gone, nobody can tell.
func TestPeerThatHalfClosesIsAnsweredOnDemand(t *testing.T) {
	for answers, want := range map[bool]string{true: "answered", false: ""} {
		long := patience
		if answers {
			long = 100 * time.Millisecond
		}
		begun, ended := make(chan struct{}), make(chan error, 1)
		s := start(t, func(s *martlet.Server) {
			s.Config.AnswerHalfClosed = answers
			s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				close(begun)
				select {
				case <-r.Context().Done():
				case <-time.After(long):
				}
				ended <- r.Context().Err()
				io.WriteString(w, "answered")
			})
		})
		c := dial(t, s)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		wait(t, "the handler", begun)
		c.CloseWrite()
		all, _ := io.ReadAll(c)
		err := wait(t, "the handler's end", ended)
		if _, body, _ := strings.Cut(string(all), "\r\n\r\n"); body != want || answers != (err == nil) {
			t.Errorf("AnswerHalfClosed %v: got %q, %v", answers, all, err)
		}
	}
}

// TestProxyRuns: net/http/httputil's uses most of what a handler may use.
func TestProxyRuns(t *testing.T) {
	goOn := make(chan struct{})
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %d\n", r.Method, r.URL, len(body))
		w.(http.Flusher).Flush()
		<-goOn
		if r.URL.Path == "/broken" {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "end")
	}))
	defer behind.Close()
	target, _ := url.Parse(behind.URL)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	s := start(t, func(s *martlet.Server) {
		s.Handler = proxy
		proxy.ErrorLog = s.ErrorLog
	})
	for path, isWhole := range map[string]bool{"/whole?a=b": true, "/broken": false} {
		response, err := client(t).Post(s.url(path), "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body := bufio.NewReader(response.Body)
		if line, _ := body.ReadString('\n'); line != "POST "+path+" 4\n" {
			t.Errorf("got %q", line)
		}
		goOn <- struct{}{}
		rest, err := io.ReadAll(body)
		if isWhole != (err == nil) || isWhole != (string(rest) == "end") {
			t.Errorf("%s: got %q, %v", path, rest, err)
		}
	}
}
