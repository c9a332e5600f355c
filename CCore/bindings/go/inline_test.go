package martlet_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"martlet"
)

func startInline(t testing.TB, pattern string, handler martlet.InlineHandler) *started {
	t.Helper()
	return start(t, func(s *martlet.Server) { s.Inline(pattern, handler) })
}

func TestInlineHandlerSeesItsRequest(t *testing.T) {
	s := startInline(t, "POST /users/{id}/{rest...}", func(w *martlet.Response, r *martlet.Request) {
		w.AddHeader("Content-Type", "text/plain")
		w.SendString(fmt.Sprint(r.Method(), r.Path(), r.Query(), r.Param("id"), r.Param("rest"), r.Param("none"),
			r.Header("x-test"), r.Header("none"), r.Header(""), string(r.Body())))
	})
	r, _ := http.NewRequest("POST", s.url("/users/a%20b/c/d?e=f"), strings.NewReader("body"))
	r.Header.Set("X-Test", "value")
	got := ask(t, r)
	got.expect(t, 200, "POST/users/a%20b/c/de=fa bc/dvaluebody")
	if got.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("got %v", got.Header)
	}
}

func TestInlineAnswerMayBeOfAnySize(t *testing.T) {
	for _, size := range []int{0, 1, 4096, 4097, 1 << 20} {
		size := size
		s := startInline(t, "GET /", func(w *martlet.Response, r *martlet.Request) {
			w.SendString("replaced")
			w.Status(201)
			for i := 0; i < 40; i++ {
				w.AddHeader("X-Field", strings.Repeat("v", 100))
			}
			w.Send([]byte(strings.Repeat("x", size)))
		})
		got := get(t, s.url("/"))
		got.expect(t, 201, strings.Repeat("x", size))
		if values := got.Header["X-Field"]; len(values) != 40 || values[39] != strings.Repeat("v", 100) {
			t.Errorf("got %d fields", len(values))
		}
	}
}

func TestInlinePanicIsAnsweredWith500AndLogged(t *testing.T) {
	s := startInline(t, "GET /", func(w *martlet.Response, r *martlet.Request) {
		w.SendString("lost")
		panic("out of tea")
	})
	get(t, s.url("/")).expect(t, 500, "500 Internal Server Error\n")
	s.expectLog(t, "out of tea")
	get(t, s.url("/")).expect(t, 500, "500 Internal Server Error\n")
}

func TestInlineHandlerThatForgetsIsAnsweredFor(t *testing.T) {
	s := startInline(t, "GET /", func(w *martlet.Response, r *martlet.Request) {})
	if got := get(t, s.url("/")); got.StatusCode != 500 {
		t.Errorf("got %s", got.Status)
	}
	s.expectLog(t, "returned without an answer")
}

func TestInlineHandlersArgumentsAreOfNoUseLater(t *testing.T) {
	responses, requests := make(chan *martlet.Response, 1), make(chan *martlet.Request, 1)
	s := startInline(t, "GET /{id}", func(w *martlet.Response, r *martlet.Request) {
		w.SendString("sent")
		responses <- w
		requests <- r
	})
	get(t, s.url("/a")).expect(t, 200, "sent")
	w, r := <-responses, <-requests
	for _, err := range []error{w.Status(404), w.AddHeader("X-A", "b"), w.SendString("late"), w.Send(nil), w.Later(nil)} {
		if err != martlet.ErrFinished {
			t.Errorf("got %v", err)
		}
	}
	if r.Method()+r.Path()+r.Query()+r.Param("id")+r.Header("Host")+string(r.Body()) != "" {
		t.Error("the request still tells")
	}
}

func TestInlineHandlerCannotSendWhatIsNotHTTP(t *testing.T) {
	s := startInline(t, "GET /", func(w *martlet.Response, r *martlet.Request) {
		for _, status := range []int{0, 100, 199, 600, -1} {
			if w.Status(status) == nil {
				panic(fmt.Sprint("took ", status))
			}
		}
		w.AddHeader("Bad Name", "x")
		w.AddHeader("X-Lines", "a\r\nb")
		w.AddHeader("Content-Length", "7")
		w.SendString("fine")
	})
	get(t, s.url("/")).expect(t, 200, "fine")
	s.expectLog(t, "/: 3 of the header fields")
}

func TestInlineHandlerMayAnswerLaterFromAGoroutine(t *testing.T) {
	s := startInline(t, "POST /later/{id}", func(w *martlet.Response, r *martlet.Request) {
		id := r.Param("id")
		w.SendString("dropped")
		err := w.Later(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(10 * time.Millisecond)
			body, err := io.ReadAll(r.Body)
			fmt.Fprint(w, id, martlet.Param(r, "id"), r.URL, string(body), err)
		})
		if err != nil || w.SendString("late") != martlet.ErrFinished {
			panic(fmt.Sprint(err))
		}
	})
	for _, body := range []string{"", "body", strings.Repeat("long", 50000)} {
		r, _ := http.NewRequest("POST", s.url("/later/a"), strings.NewReader(body))
		ask(t, r).expect(t, 200, "aa/later/a"+body+"<nil>")
	}
}

func TestPanicBehindLaterHarmsNobody(t *testing.T) {
	s := startInline(t, "GET /", func(w *martlet.Response, r *martlet.Request) {
		w.Later(hello)
		panic("out of tea")
	})
	get(t, s.url("/")).expect(t, 200, "Hello, World!")
	s.expectLog(t, "out of tea")
}

func TestInlineHandlerMayCloseTheServer(t *testing.T) {
	var s *started
	ready := make(chan struct{})
	s = startInline(t, "GET /", func(w *martlet.Response, r *martlet.Request) {
		<-ready
		s.Close()
		w.SendString("closed")
	})
	close(ready)
	client(t).Get(s.url("/"))
	if err := wait(t, "Serve's return", s.ended); err != http.ErrServerClosed {
		t.Errorf("got %v", err)
	}
	s.ended <- http.ErrServerClosed
}
