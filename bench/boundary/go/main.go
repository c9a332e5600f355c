// Hello gives the C handler's answer from Go, by an inline handler or, behind the word "http", by an http.Handler:
// hello PORT [http].
package main

import (
	"io"
	"log"
	"net/http"
	"os"

	"martlet"
)

func answerInline(w *martlet.Response, r *martlet.Request) {
	w.AddHeader("Content-Type", "text/plain; charset=utf-8")
	w.SendString("Hello, World!")
}

func answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "Hello, World!")
}

func main() {
	server := martlet.Server{Addr: "127.0.0.1:" + os.Args[1], Config: martlet.Config{Reactors: 1}}
	if len(os.Args) > 2 {
		server.Handler = http.HandlerFunc(answer)
	} else {
		server.Inline("GET /hello", answerInline)
	}
	log.Fatal(server.ListenAndServe())
}
