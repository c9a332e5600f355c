package martlet_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"martlet"
)

// pattern is a body of any length, which differs from place to place.
type pattern struct{ left, at int64 }

func (p *pattern) Read(out []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	if int64(len(out)) > p.left {
		out = out[:p.left]
	}
	for i := range out {
		out[i] = byte(p.at >> 8 * 31)
		p.at++
	}
	p.left -= int64(len(out))
	return len(out), nil
}

func digest(r io.Reader) (string, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	return fmt.Sprintf("%d %x", n, sum.Sum(nil)), err
}

func answerDigest(w http.ResponseWriter, r *http.Request) {
	sum, err := digest(r.Body)
	fmt.Fprint(w, sum, " ", err)
}

const largeBytes = 64 << 20

func TestLargeUploadArrivesWhole(t *testing.T) {
	s := startHandler(t, answerDigest)
	want, _ := digest(&pattern{left: largeBytes})
	for _, length := range []int64{largeBytes, -1} {
		r, _ := http.NewRequest("POST", s.url("/"), &pattern{left: largeBytes})
		r.ContentLength = length
		ask(t, r).expect(t, 200, want+" <nil>")
	}
}

func TestLargeDownloadArrivesWhole(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(w, &pattern{left: largeBytes}) })
	response, err := client(t).Get(s.url("/"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	want, _ := digest(&pattern{left: largeBytes})
	if got, err := digest(response.Body); got != want || err != nil {
		t.Errorf("got %s, %v, not %s", got, err, want)
	}
}

// TestHandlerThatReadsSlowlyHoldsThePeerUp: what a peer may send ahead is what sockets and buffers hold, not all.
func TestHandlerThatReadsSlowlyHoldsThePeerUp(t *testing.T) {
	goOn := make(chan struct{})
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		<-goOn
		answerDigest(w, r)
	})
	c := dial(t, s)
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", largeBytes)
	c.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
	body := &pattern{left: largeBytes}
	sent, err := io.Copy(struct{ io.Writer }{c}, body)
	if err == nil || sent > largeBytes/2 {
		t.Fatalf("the peer could send %d bytes, %v", sent, err)
	}
	close(goOn)
	c.SetWriteDeadline(time.Time{})
	left := &pattern{left: largeBytes - sent, at: sent}
	if _, err := io.Copy(c, left); err != nil {
		t.Fatal(err)
	}
	want, _ := digest(&pattern{left: largeBytes})
	response := readHead(t, bufio.NewReader(c))
	if got, _ := io.ReadAll(response.Body); string(got) != want+" <nil>" {
		t.Errorf("got %q, not %q", got, want)
	}
}

// TestPeerThatReadsSlowlyHoldsTheHandlerUp, and a peer that goes lets it go on.
func TestPeerThatReadsSlowlyHoldsTheHandlerUp(t *testing.T) {
	written, ended := make(chan int64, 1), make(chan error, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		piece := make([]byte, 65536)
		var sum int64
		for {
			n, err := w.Write(piece)
			if sum += int64(n); err != nil {
				written <- sum
				ended <- err
				return
			}
		}
	})
	c := dial(t, s)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	time.Sleep(300 * time.Millisecond)
	select {
	case <-ended:
		t.Fatal("the handler was not held up")
	default:
	}
	c.SetLinger(0)
	c.Close()
	if err := wait(t, "the handler's error", ended); err != martlet.ErrGone {
		t.Errorf("got %v", err)
	}
	if sum := <-written; sum > largeBytes/2 {
		t.Errorf("%d bytes waited for a peer that took none", sum)
	}
}

func TestBodyIsReadAsItComes(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		line, _ := bufio.NewReader(r.Body).ReadString('\n')
		io.WriteString(w, line)
		w.(http.Flusher).Flush()
		rest, err := io.ReadAll(r.Body)
		fmt.Fprint(w, len(rest), " ", err)
	})
	c := dial(t, s)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n")
	r := bufio.NewReader(c)
	response := readHead(t, r)
	body := bufio.NewReader(response.Body)
	if line, _ := body.ReadString('\n'); line != "first\n" {
		t.Fatalf("got %q before the rest was sent", line)
	}
	io.WriteString(c, "4\r\nrest\r\n0\r\n\r\n")
	if rest, err := io.ReadAll(body); string(rest) != "4 <nil>" {
		t.Errorf("got %q, %v", rest, err)
	}
}

func TestTrailersAreThereBehindTheBody(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		before := fmt.Sprint(r.Trailer)
		io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, before, " ", r.Trailer, " ", r.Header["Trailer"])
	})
	got := exchangeRaw(t, s, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"+
		"3\r\nabc\r\n0\r\nX-Sum: 6\r\nx-other: 7\r\n\r\n")
	if !strings.Contains(got, "map[X-Sum:[]] map[X-Other:[7] X-Sum:[6]] []") {
		t.Errorf("got %q", got)
	}
}

func TestBodyThatBreaksOffIsAnError(t *testing.T) {
	ended := make(chan error, 1)
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		ended <- err
	})
	c := dial(t, s)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
	time.Sleep(20 * time.Millisecond)
	c.Close()
	if err := wait(t, "the error", ended); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v", err)
	}
}

func TestBodyThatIsNotReadLeavesTheConnectionUsable(t *testing.T) {
	s := startHandler(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Method) })
	got := exchangeRaw(t, s, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if strings.Count(got, "200 OK") != 2 || !strings.HasSuffix(got, "GET") {
		t.Errorf("got %q", got)
	}
}

func TestContinueIsSaidToWhoWaitsForIt(t *testing.T) {
	s := startHandler(t, answerDigest)
	c := dial(t, s)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
	r := bufio.NewReader(c)
	if line, err := r.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	r.ReadString('\n')
	io.WriteString(c, "abc")
	if response := readHead(t, r); response.StatusCode != 200 {
		t.Errorf("got %v", response.Status)
	}
}

func TestBodyPastTheLimitIsRefused(t *testing.T) {
	s := start(t, func(s *martlet.Server) {
		s.Config.MaxBodyBytes = 1000
		s.Handler = http.HandlerFunc(answerDigest)
	})
	for length, status := range map[int64]int{1000: 200, 1001: 413} {
		r, _ := http.NewRequest("POST", s.url("/"), &pattern{left: length})
		r.ContentLength = length
		if got := ask(t, r); got.StatusCode != status {
			t.Errorf("%d bytes: got %s, not %d", length, got.Status, status)
		}
	}
}
