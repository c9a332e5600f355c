package martlet_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"martlet"
)

func named(name string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, name, " ", r.Method, " ", martlet.Param(r, "id"), martlet.Param(r, "path"))
	}
}

func TestRoutesAreMartlets(t *testing.T) {
	s := start(t, func(s *martlet.Server) {
		s.HandleFunc("GET /users/{id}", named("user"))
		s.HandleFunc("POST /users/{id}", named("change"))
		s.HandleFunc("GET /users/me", named("me"))
		s.HandleFunc("/files/{path...}", named("files"))
	})
	for target, want := range map[string]string{
		"GET /users/a%2Fb": "200 user GET a/b", "POST /users/7": "200 change POST 7", "GET /users/me": "200 me GET ",
		"GET /files/a/b": "200 files GET a/b", "PUT /files/": "200 files PUT ", "GET /none": "404 404 Not Found\n",
		"DELETE /users/7": "405 405 Method Not Allowed\n", "OPTIONS /users/7": "204 ",
	} {
		method, path, _ := strings.Cut(target, " ")
		r, _ := http.NewRequest(method, s.url(path), nil)
		got := ask(t, r)
		if answer := fmt.Sprint(got.StatusCode, " ", got.body); answer != want {
			t.Errorf("%s: got %q, not %q", target, answer, want)
		}
	}
}

func TestHandlerTakesWhatNoRouteDoes(t *testing.T) {
	s := start(t, func(s *martlet.Server) {
		s.HandleFunc("GET /a", named("route"))
		s.Handler = http.HandlerFunc(named("handler"))
	})
	get(t, s.url("/a")).expect(t, 200, "route GET ")
	get(t, s.url("/b")).expect(t, 200, "handler GET ")
	r, _ := http.NewRequest("PUT", s.url("/a"), nil)
	ask(t, r).expect(t, 200, "handler PUT ")
}

func TestDefaultServeMuxIsTheDefault(t *testing.T) {
	before := http.DefaultServeMux
	t.Cleanup(func() { http.DefaultServeMux = before })
	http.DefaultServeMux = http.NewServeMux()
	http.HandleFunc("/of-the-default-mux", hello)
	s := start(t, func(*martlet.Server) {})
	get(t, s.url("/of-the-default-mux")).expect(t, 200, "Hello, World!")
}

func TestRouteThatCannotBeIsAnError(t *testing.T) {
	for pattern, words := range map[string]string{
		"users": "users", "FETCH /": "GET, HEAD", "GET /{a}/{a}": "{a}", "GET /a/{b...}/c": "/a/{b...}/c", "GET": "GET",
	} {
		s := martlet.Server{Addr: "127.0.0.1:0"}
		s.HandleFunc(pattern, hello)
		if err := s.ListenAndServe(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: got %v", pattern, err)
		}
	}
	var s martlet.Server
	s.Handle("GET /", nil)
	if err := s.ListenAndServe(); err == nil || !strings.Contains(err.Error(), "no handler") {
		t.Errorf("got %v", err)
	}
	s = martlet.Server{Addr: "127.0.0.1:0"}
	s.HandleFunc("GET /{a}", hello)
	s.HandleFunc("GET /{b}", hello)
	if err := s.ListenAndServe(); err == nil || !strings.Contains(err.Error(), "/{b}") {
		t.Errorf("got %v", err)
	}
}

func TestRouteThatComesTooLatePanics(t *testing.T) {
	s := startHandler(t, hello)
	get(t, s.url("/")).expect(t, 200, "Hello, World!")
	defer func() {
		if cause := fmt.Sprint(recover()); !strings.Contains(cause, "GET /late comes too late") {
			t.Errorf("got %v", cause)
		}
	}()
	s.HandleFunc("GET /late", hello)
}

func TestParamOfAnotherRequestIsEmpty(t *testing.T) {
	r, _ := http.NewRequest("GET", "http://localhost/", nil)
	if martlet.Param(r, "id") != "" {
		t.Error("got a parameter")
	}
}

// --- files ---

func TestFileIsSentWhole(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 200000)
	path := filepath.Join(t.TempDir(), "file.bin")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	copyFile := func(w http.ResponseWriter, r *http.Request) {
		file, err := os.Open(path)
		if err != nil {
			panic(err)
		}
		defer file.Close()
		from := int64(0)
		if r.URL.Query().Has("from") {
			from, _ = file.Seek(1000, io.SeekStart)
		}
		if r.URL.Query().Has("announced") {
			w.Header().Set("Content-Type", "x/y")
			w.Header().Set("Content-Length", fmt.Sprint(int64(len(content))-from))
		}
		n, err := io.Copy(w, file)
		if at, _ := file.Seek(0, io.SeekCurrent); n != int64(len(content))-from || at != int64(len(content)) || err != nil {
			panic(fmt.Sprint(n, at, err))
		}
		if r.URL.Query().Has("flushed") {
			w.(http.Flusher).Flush()
		}
		if _, err := io.WriteString(w, "more"); r.URL.Query().Has("announced") != (err == http.ErrContentLength) {
			panic(fmt.Sprint(err))
		}
	}
	s := startHandler(t, copyFile)
	for query, want := range map[string]string{
		"?announced": string(content), "?announced&from": string(content[1000:]), "?announced&flushed": string(content),
		"": string(content) + "more", "?from": string(content[1000:]) + "more",
	} {
		if got := get(t, s.url("/"+query)); got.body != want {
			t.Errorf("%q: got %d bytes, not %d; %s", query, len(got.body), len(want), s.journal)
		}
	}
	r, _ := http.NewRequest("HEAD", s.url("/?announced"), nil)
	if got := ask(t, r); got.ContentLength != int64(len(content)) || got.body != "" {
		t.Errorf("HEAD got %d, %q", got.ContentLength, got.body)
	}
}
