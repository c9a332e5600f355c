package martlet_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"martlet"
)

func Example() {
	var server martlet.Server
	server.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "user %s", martlet.Param(r, "id"))
	})
	server.Inline("GET /hello", func(w *martlet.Response, r *martlet.Request) {
		w.SendString("Hello, World!")
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()

	for _, path := range []string{"/users/7", "/hello"} {
		response, err := http.Get("http://" + listener.Addr().String() + path)
		if err != nil {
			panic(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Printf("%s\n", body)
	}

	server.Shutdown(context.Background())
	fmt.Println(<-ended)
	// Output:
	// user 7
	// Hello, World!
	// http: Server closed
}
