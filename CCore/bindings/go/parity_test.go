package martlet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"martlet"
)

// question is a request, but for the server that it goes to.
type question struct {
	method, target string
	header         http.Header
	body           string
	chunked        bool
}

func (q question) String() string { return q.method + " " + q.target }

func (q question) to(t testing.TB, base string) *http.Request {
	var body io.Reader
	if q.body != "" {
		body = strings.NewReader(q.body)
	}
	if q.chunked {
		body = io.MultiReader(body)
	}
	r, err := http.NewRequest(q.method, base+q.target, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range q.header {
		r.Header[name] = values
	}
	return r
}

func gets(targets ...string) (questions []question) {
	for _, target := range targets {
		questions = append(questions, question{method: "GET", target: target})
	}
	return questions
}

func getWith(target, name, value string) question {
	return question{method: "GET", target: target, header: http.Header{name: {value}}}
}

func posts(target, kind, body string) question {
	return question{method: "POST", target: target, header: http.Header{"Content-Type": {kind}}, body: body}
}

// likeness is what has to be alike of two answers. How a body is framed is not, and Date and Server are the server's.
func likeness(a answer) string {
	var lines []string
	for name, values := range a.Header {
		switch name {
		case "Date", "Server", "Connection", "Content-Length":
		default:
			lines = append(lines, fmt.Sprintf("%s: %q", name, values))
		}
	}
	sort.Strings(lines)
	return fmt.Sprintf("%d\n%s\n\n%s", a.StatusCode, strings.Join(lines, "\n"), a.body)
}

// sawWhole is a handler that answers with everything it finds in its request.
func sawWhole(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s %d.%d\n", r.Method, r.URL, r.Proto, r.ProtoMajor, r.ProtoMinor)
	fmt.Fprintf(w, "path %q raw %q query %v\n", r.URL.Path, r.URL.RawPath, r.URL.Query())
	fmt.Fprintf(w, "target %q length %d encoding %q close %v\n", r.RequestURI, r.ContentLength, r.TransferEncoding, r.Close)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(w, "%s: %q\n", name, r.Header[name])
	}
	fmt.Fprintf(w, "host %v peer %v user %q\n", r.Host != "", strings.HasPrefix(r.RemoteAddr, "127.0.0.1:"), r.UserAgent())
	fmt.Fprintf(w, "trailer %v\nbody %q %v\n", r.Trailer, body, err)
	if auth, password, ok := r.BasicAuth(); ok {
		fmt.Fprintln(w, auth, password)
	}
	if cookie, err := r.Cookie("taste"); err == nil {
		fmt.Fprintln(w, "cookie", cookie.Value)
	}
}

func form(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprint(w, r.Form.Encode(), " ", r.PostForm.Encode(), " ", r.FormValue("a"))
}

func upload(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(1024); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer file.Close()
	n, err := io.Copy(io.Discard, file)
	fmt.Fprint(w, header.Filename, " ", header.Size, " ", n, " ", err, " ", r.FormValue("note"))
}

func multipartBody() (kind, body string) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	w.WriteField("note", "with a file")
	part, _ := w.CreateFormFile("file", "letters.txt")
	part.Write(bytes.Repeat([]byte("letters "), 20000))
	w.Close()
	return w.FormDataContentType(), out.String()
}

func echoJSON(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, "no JSON", http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(map[string]string{"hello": in.Name})
}

type gzipWriter struct {
	http.ResponseWriter
	out io.Writer
}

func (w gzipWriter) Write(p []byte) (int, error) { return w.out.Write(p) }

func gzipped(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Add("Vary", "Accept-Encoding")
		out := gzip.NewWriter(w)
		defer out.Close()
		next.ServeHTTP(gzipWriter{w, out}, r)
	})
}

func streamed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for i := 0; i < 5; i++ {
		fmt.Fprintf(w, "data: %d\n\n", i)
		w.(http.Flusher).Flush()
	}
}

func large(w http.ResponseWriter, r *http.Request) {
	for i := 0; i < 3000; i++ {
		fmt.Fprintf(w, "line %d of an answer that is longer than any buffer\n", i)
	}
}

func limited(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1000)
	_, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	fmt.Fprint(w, "fits ", err)
}

func headers(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("X-Many", "one")
	h.Add("X-Many", "two")
	h.Set("X-Empty", "")
	h.Set("X-Lines", "first\r\nsecond\nthird")
	h.Set("X-Space", "  padded  ")
	h["x-lower"] = []string{"kept"}
	http.SetCookie(w, &http.Cookie{Name: "taste", Value: "sweet"})
	w.WriteHeader(http.StatusAccepted)
	h.Set("X-Late", "not sent")
	io.WriteString(w, "<html>")
}

// status answers with the number that it is asked for, with and without a body.
func status(w http.ResponseWriter, r *http.Request) {
	var number int
	fmt.Sscan(r.URL.Query().Get("n"), &number)
	w.Header().Set("Etag", `"tag"`)
	w.WriteHeader(number)
	if text := r.URL.Query().Get("body"); text != "" {
		_, err := io.WriteString(w, text)
		w.Header().Set("X-Late", fmt.Sprint(err))
	}
}

func sniffed(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/suppressed":
		w.Header()["Content-Type"] = nil
		io.WriteString(w, "<html>")
	case "/encoded":
		w.Header().Set("Content-Encoding", "br")
		io.WriteString(w, "<html>")
	case "/binary":
		w.Write([]byte{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})
	case "/pieces":
		io.WriteString(w, "<ht")
		io.WriteString(w, "ml>")
	case "/flushed":
		w.(http.Flusher).Flush()
		io.WriteString(w, "<html>")
	}
}

func filesBelow(t testing.TB) string {
	folder := t.TempDir()
	for name, content := range map[string]string{"index.html": "<p>index", "plain.txt": "plain text, and more",
		"large.bin": strings.Repeat("0123456789abcdef", 20000), "sub/page.html": "<p>page", "empty.txt": ""} {
		path := filepath.Join(folder, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		os.Chtimes(path, time.Unix(1700000000, 0), time.Unix(1700000000, 0))
	}
	return folder
}

func muxed() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "root ", r.URL.Path) })
	mux.HandleFunc("/exact", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "exact") })
	mux.HandleFunc("/tree/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "tree ", r.URL.Path) })
	mux.Handle("/strip/", http.StripPrefix("/strip", http.HandlerFunc(sawWhole)))
	mux.Handle("/moved", http.RedirectHandler("/exact?a=b", http.StatusMovedPermanently))
	mux.Handle("/gone", http.NotFoundHandler())
	return mux
}

func slowly(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/slow" {
		<-r.Context().Done()
		return
	}
	w.Header().Set("X-Kind", "fast")
	fmt.Fprint(w, "in time")
}

// cases are handlers, each with what it is asked.
func cases(t testing.TB) map[string]struct {
	handler   http.Handler
	questions []question
} {
	kind, body := multipartBody()
	folder := filesBelow(t)
	type entry = struct {
		handler   http.Handler
		questions []question
	}
	both := func(targets ...string) (questions []question) {
		for _, target := range targets {
			questions = append(questions, question{method: "GET", target: target}, question{method: "HEAD", target: target})
		}
		return questions
	}
	return map[string]entry{
		"request": {http.HandlerFunc(sawWhole), []question{
			{method: "GET", target: "/a%20b/c%2Fd;e?x=1&y=%41&x=2"},
			{method: "DELETE", target: "/a"}, {method: "OPTIONS", target: "/a"}, {method: "PATCH", target: "/a", body: "patch"},
			{method: "PUT", target: "/a", body: "put"}, {method: "POST", target: "/chunked", body: "in pieces", chunked: true},
			{method: "GET", target: "/", header: http.Header{"Cookie": {"taste=sour; b=c"}, "X-Many": {"1", "2"}, "Authorization": {"Basic dTpw"}}},
			{method: "GET", target: "/", header: http.Header{"Connection": {"close"}}},
			{method: "GET", target: "//double//slash"}, {method: "POST", target: "/empty"},
		}},
		"mux": {muxed(), append(gets("/", "/exact", "/tree", "/tree/", "/tree/a/b", "/strip/x?y=z", "/moved", "/gone", "//exact", "/none"),
			question{method: "POST", target: "/tree", body: "x"})},
		"form": {http.HandlerFunc(form), []question{posts("/?a=1&b=2", "application/x-www-form-urlencoded", "a=3&c=%20d"),
			posts("/?a=1", "text/plain", "a=3"), posts("/", "application/x-www-form-urlencoded", "a=%zz")}},
		"multipart": {http.HandlerFunc(upload), []question{posts("/", kind, body), posts("/", "text/plain", "x"), posts("/", kind, body[:200])}},
		"json":      {http.HandlerFunc(echoJSON), []question{posts("/", "application/json", `{"name": "Ada"}`), posts("/", "application/json", `{`)}},
		"gzip": {gzipped(http.HandlerFunc(large)), []question{getWith("/", "Accept-Encoding", "gzip"), getWith("/", "Accept-Encoding", "br"),
			{method: "GET", target: "/"}}},
		"streamed": {http.HandlerFunc(streamed), both("/")},
		"large":    {http.HandlerFunc(large), both("/")},
		"limited": {http.HandlerFunc(limited), []question{posts("/", "text/plain", strings.Repeat("x", 1000)),
			posts("/", "text/plain", strings.Repeat("x", 1001)), {method: "POST", target: "/", body: strings.Repeat("x", 5000), chunked: true}}},
		"headers": {http.HandlerFunc(headers), both("/")},
		"status": {http.HandlerFunc(status), append(both("/?n=200", "/?n=204", "/?n=304", "/?n=404&body=lost", "/?n=500&body=oh", "/?n=418",
			"/?n=204&body=x", "/?n=304&body=x", "/?n=599"), gets("/?n=205")...)},
		"sniffed": {http.HandlerFunc(sniffed), both("/suppressed", "/encoded", "/binary", "/pieces", "/flushed", "/nothing")},
		"files": {http.FileServer(http.Dir(folder)), append(both("/", "/index.html", "/plain.txt", "/large.bin", "/sub", "/sub/", "/empty.txt", "/none"),
			getWith("/plain.txt", "Range", "bytes=0-4"), getWith("/plain.txt", "Range", "bytes=5-"), getWith("/plain.txt", "Range", "bytes=-4"),
			getWith("/plain.txt", "Range", "bytes=100-"), getWith("/large.bin", "Range", "bytes=100000-299999"),
			getWith("/plain.txt", "If-Modified-Since", "Tue, 14 Nov 2023 22:13:20 GMT"),
			getWith("/plain.txt", "If-Unmodified-Since", "Tue, 14 Nov 2000 22:13:20 GMT"), question{method: "POST", target: "/plain.txt", body: "x"})},
		"content": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"v1"`)
			http.ServeContent(w, r, "a.txt", time.Unix(1700000000, 0), strings.NewReader("the content"))
		}), append(both("/"), getWith("/", "If-None-Match", `"v1"`), getWith("/", "If-Match", `"v2"`), getWith("/", "Range", "bytes=4-6"))},
		"timeout": {http.TimeoutHandler(http.HandlerFunc(slowly), 400*time.Millisecond, "too late"), gets("/fast", "/slow")},
		"nothing": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), both("/")},
		"announced": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "5")
			_, err := io.WriteString(w, "five!")
			_, excess := io.WriteString(w, "more")
			if err != nil || excess != http.ErrContentLength {
				panic(fmt.Sprint(err, excess))
			}
		}), both("/")},
	}
}

// TestAnswersAsNetHTTP asks Martlet and net/http's own server the same, of the same handlers.
func TestAnswersAsNetHTTP(t *testing.T) {
	for name, c := range cases(t) {
		c := c
		t.Run(name, func(t *testing.T) {
			theirs := httptest.NewUnstartedServer(c.handler)
			theirs.Config.ErrorLog = log.New(io.Discard, "", 0)
			theirs.Start()
			defer theirs.Close()
			ours := start(t, func(s *martlet.Server) { s.Handler = c.handler })
			for _, q := range c.questions {
				want := likeness(ask(t, q.to(t, theirs.URL)))
				got := likeness(ask(t, q.to(t, ours.url(""))))
				want = strings.ReplaceAll(want, strings.TrimPrefix(theirs.URL, "http://"), ours.address)
				if got != want {
					t.Errorf("%v: got\n%.2000s\nwant\n%.2000s", q, got, want)
				}
			}
		})
	}
}

func TestRedirectsAreFollowedWithTheirForms(t *testing.T) {
	s := start(t, func(s *martlet.Server) { s.Handler = muxed() })
	c := client(t)
	c.CheckRedirect = nil
	response, err := c.PostForm(s.url("/moved"), url.Values{"a": {"b"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); string(body) != "exact" {
		t.Errorf("got %q", body)
	}
}
