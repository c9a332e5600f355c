package martlet_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"martlet"
)

func TestPanicIsAnsweredWith500AndLogged(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Before", "lost")
		io.WriteString(w, "lost")
		panic("out of tea")
	})
	got := get(t, s.url("/"))
	got.expect(t, 500, "500 Internal Server Error\n")
	if got.Header.Get("X-Before") != "" {
		t.Error("a field of the broken answer was sent")
	}
	s.expectLog(t, "out of tea")
	s.expectLog(t, "end_test.go")
	get(t, s.url("/")).expect(t, 500, "500 Internal Server Error\n")
}

func TestPanicBehindTheHeadCutsTheAnswer(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		panic("too late")
	})
	got := exchangeRaw(t, s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if !strings.Contains(got, "some") || strings.HasSuffix(got, "0\r\n\r\n") {
		t.Errorf("got %q", got)
	}
	s.expectLog(t, "too late")
}

func TestErrAbortHandlerCutsTheConnectionUnlogged(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	response, err := client(t).Get(s.url("/"))
	if err == nil {
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	if err == nil {
		t.Errorf("got a whole answer, %s", response.Status)
	}
	if log := s.journal.String(); strings.Contains(log, "panic") {
		t.Errorf("the log has %q", log)
	}
}

func TestGoexitIsAnsweredWith500(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { runtime.Goexit() })
	get(t, s.url("/")).expect(t, 500, "500 Internal Server Error\n")
}

func TestContextEndsWhenThePeerBreaksOff(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan error, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		derived, cancel := context.WithTimeout(r.Context(), time.Hour)
		defer cancel()
		close(begun)
		<-derived.Done()
		ended <- derived.Err()
	})
	c := dial(t, s)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	wait(t, "the handler", begun)
	c.SetLinger(0)
	c.Close()
	if err := wait(t, "the context's end", ended); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestContextEndsWhenAWriteFindsThePeerGone(t *testing.T) {
	ended := make(chan error, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		for {
			select {
			case <-r.Context().Done():
				ended <- r.Context().Err()
				return
			case <-time.After(time.Millisecond):
				io.WriteString(w, "tick\n")
				w.(http.Flusher).Flush()
			}
		}
	})
	c := dial(t, s)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	bufio.NewReader(c).ReadString('\n')
	c.Close()
	wait(t, "the context's end", ended)
}

func TestContextEndsWithItsHandler(t *testing.T) {
	contexts := make(chan context.Context, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { contexts <- r.Context() })
	get(t, s.url("/")).expect(t, 200, "")
	ctx := <-contexts
	wait(t, "the context's end", ctx.Done())
	if ctx.Err() != context.Canceled {
		t.Errorf("got %v", ctx.Err())
	}
}

type key struct{}

func TestContextComesFromTheServers(t *testing.T) {
	ended := make(chan error, 1)
	outer, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "value"))
	s := start(t, func(s *martlet.Server) {
		s.Context = outer
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			fmt.Fprint(w, ctx.Value(key{}), " ", ctx.Value(http.LocalAddrContextKey), " ", ctx.Value(http.ServerContextKey) != nil)
			cancel()
			<-ctx.Done()
			ended <- ctx.Err()
		})
	})
	get(t, s.url("/")).expect(t, 200, "value "+s.address+" true")
	wait(t, "the context's end", ended)
}

func TestResponseIsOfNoUseOnceItsHandlerHasReturned(t *testing.T) {
	kept := make(chan http.ResponseWriter, 1)
	bodies := make(chan io.Reader, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		kept <- w
		bodies <- r.Body
	})
	r, _ := http.NewRequest("POST", s.url("/"), strings.NewReader("body"))
	ask(t, r).expect(t, 200, "")
	w, body := <-kept, <-bodies
	eventually(t, "the response has ended", func() bool { _, err := w.Write([]byte("late")); return err == martlet.ErrFinished })
	if n, err := io.Copy(w, strings.NewReader("late")); n != 0 || err != martlet.ErrFinished {
		t.Errorf("copying gave %d, %v", n, err)
	}
	if _, err := body.Read(make([]byte, 4)); err != http.ErrBodyReadAfterClose {
		t.Errorf("reading gave %v", err)
	}
	w.(http.Flusher).Flush()
	w.WriteHeader(500)
	w.Header().Set("X-Late", "harmless")
	s.expectLog(t, "WriteHeader after the handler returned")
}

func TestSecondWriteHeaderIsLoggedWithItsPlace(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(201)
		w.WriteHeader(202)
	})
	get(t, s.url("/")).expect(t, 201, "")
	s.expectLog(t, "superfluous response.WriteHeader call from")
	s.expectLog(t, "end_test.go:")
}

func TestStatusThatCannotBeIsAPanic(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(42) })
	get(t, s.url("/")).expect(t, 500, "500 Internal Server Error\n")
	s.expectLog(t, "invalid WriteHeader code 42")
}

func TestFieldThatCannotBeSentIsLeftOutAndLogged(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Bad Name"] = []string{"x"}
		w.Header().Set("X-Bell", "\a")
		w.Header().Set("X-Good", "y")
	})
	got := get(t, s.url("/"))
	if got.StatusCode != 200 || got.Header.Get("X-Good") != "y" || len(got.Header["X-Bell"]) != 0 {
		t.Errorf("got %v", got.Header)
	}
	s.expectLog(t, "2 of the status and header fields")
}

func TestBodyShorterThanAnnouncedEndsTheConnection(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "five!")
	})
	if got := exchangeRaw(t, s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); !strings.HasSuffix(got, "\r\n\r\nfive!") {
		t.Errorf("got %q", got)
	}
	head := "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
	got := exchangeRaw(t, s, head+strings.Replace(head, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
	if strings.Count(got, "Content-Length: 10\r\n") != 2 || strings.Contains(got, "five!") {
		t.Errorf("HEAD got %q", got)
	}
}

func TestHandlerMayCloseTheConnection(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Connection", "close") })
	if got := exchangeRaw(t, s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); !strings.Contains(got, "Connection: close\r\n") {
		t.Errorf("got %q", got)
	}
}

func TestOldPeerIsServedUntilTheEnd(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto, r.ProtoAtLeast(1, 1), r.Close, " ")
		w.(http.Flusher).Flush()
		io.WriteString(w, "streamed")
	})
	if got := exchangeRaw(t, s, "GET / HTTP/1.0\r\n\r\n"); !strings.HasSuffix(got, "\r\n\r\nHTTP/1.0false true streamed") {
		t.Errorf("got %q", got)
	}
}

func TestPipelinedAnswersLeaveInOrder(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "0") {
			time.Sleep(20 * time.Millisecond)
		}
		io.WriteString(w, r.URL.Path)
	})
	var request, want strings.Builder
	for i := 0; i < 50; i++ {
		fmt.Fprintf(&request, "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i)
		fmt.Fprintf(&want, "/%d ", i)
	}
	c := dial(t, s)
	io.WriteString(c, request.String())
	r := bufio.NewReader(c)
	var got strings.Builder
	for i := 0; i < 50; i++ {
		body, _ := io.ReadAll(readHead(t, r).Body)
		got.Write(append(body, ' '))
	}
	if got.String() != want.String() {
		t.Errorf("got %s", got.String())
	}
}

// TestAllWhoWaitForAPeerAreToldOfItsEnd: writers that overlap are no good idea, and still none is forgotten.
func TestAllWhoWaitForAPeerAreToldOfItsEnd(t *testing.T) {
	ended := make(chan error, 3)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		var all sync.WaitGroup
		for i := 0; i < cap(ended); i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				for {
					if _, err := w.Write(make([]byte, 65536)); err != nil {
						ended <- err
						return
					}
				}
			}()
		}
		all.Wait()
	})
	c := dial(t, s)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	time.Sleep(100 * time.Millisecond)
	c.SetLinger(0)
	c.Close()
	for i := 0; i < cap(ended); i++ {
		if err := wait(t, "a writer's end", ended); err != martlet.ErrGone {
			t.Errorf("got %v", err)
		}
	}
}
