// Go's net/http as a contestant: main PORT. GOMAXPROCS comes from the environment.
package main

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

var greeting = []byte("Hello, World!")
var piece = make([]byte, 65536)

func hello(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(greeting)
}

func sendNumber(w http.ResponseWriter, number int64) {
	io.WriteString(w, strconv.FormatInt(number, 10))
}

func echoSize(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		sendNumber(w, int64(len(body)))
	}
}

func upload(w http.ResponseWriter, r *http.Request) {
	count, err := io.Copy(io.Discard, r.Body)
	if err == nil {
		sendNumber(w, count)
	}
}

func download(w http.ResponseWriter, r *http.Request) {
	left, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/download/"))
	w.Header().Set("Content-Length", strconv.Itoa(left))
	for err == nil && left > 0 {
		count := len(piece)
		if left < count {
			count = left
		}
		_, err = w.Write(piece[:count])
		left -= count
	}
}

func main() {
	http.HandleFunc("/hello", hello)
	http.HandleFunc("/echo-size", echoSize)
	http.HandleFunc("/upload", upload)
	http.HandleFunc("/download/", download)
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], nil); err != nil {
		println(err.Error())
		os.Exit(1)
	}
}
