// Hello serves an ordinary net/http mux by Martlet.
package main

import (
	"fmt"
	"log"
	"net/http"

	"martlet"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Hello, World!") })
	log.Fatal(martlet.ListenAndServe("127.0.0.1:8080", mux))
}
