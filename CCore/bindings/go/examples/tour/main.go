// Tour shows each way to answer: tour [FILE] serves on a port that the system chooses, says it in its first line, and
// ends with SIGTERM or SIGINT, once what it was asked is answered.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"martlet"
)

// --- in the library's thread, which must not block ---

func hello(w *martlet.Response, r *martlet.Request) {
	w.AddHeader("Content-Type", "text/plain")
	w.SendString("Hello, World!")
}

func user(w *martlet.Response, r *martlet.Request) {
	w.AddHeader("Content-Type", "text/plain")
	w.SendString("user " + r.Param("id"))
}

func later(w *martlet.Response, r *martlet.Request) {
	w.Later(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		io.WriteString(w, "later")
	})
}

func fail(w *martlet.Response, r *martlet.Request) { panic("this handler always fails") }

func forget(w *martlet.Response, r *martlet.Request) {}

// --- in a goroutine, by net/http's rules ---

func greet(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	text, _ := json.Marshal(map[string]string{"message": "Hello, World!"})
	w.Write(text)
}

func echo(w http.ResponseWriter, r *http.Request) {
	if kind := r.Header.Get("Content-Type"); kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	io.Copy(w, r.Body)
}

func stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	for number := 0; number < 10; number++ {
		fmt.Fprintf(w, "line %d\n", number)
		w.(http.Flusher).Flush()
	}
}

func upload(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%d bytes", n)
}

func work(w http.ResponseWriter, r *http.Request) {
	time.Sleep(20 * time.Millisecond)
	io.WriteString(w, "worked")
}

func serveFile(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) }
}

func routes(server *martlet.Server, path string) {
	server.Inline("GET /hello", hello)
	server.Inline("GET /users/{id}", user)
	server.Inline("GET /later", later)
	server.Inline("GET /fail", fail)
	server.Inline("GET /forget", forget)
	server.HandleFunc("GET /json", greet)
	server.HandleFunc("POST /echo", echo)
	server.HandleFunc("GET /stream", stream)
	server.HandleFunc("POST /upload", upload)
	server.HandleFunc("GET /file", serveFile(path))
	server.HandleFunc("GET /worker", work)
}

func fileToSend() string {
	if len(os.Args) > 1 {
		return os.Args[1]
	}
	return os.Args[0]
}

func main() {
	asked, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	var server martlet.Server
	routes(&server, fileToSend())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	select {
	case err = <-ended:
		log.Fatal(err)
	case <-asked.Done():
	}
	if err := server.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
}
