package martlet

import (
	"net/http"
	"testing"
)

// TestWaitingRequestsTakeRoomForThemselvesAlone: however many came before them.
func TestWaitingRequestsTakeRoomForThemselvesAlone(t *testing.T) {
	c := crew{isOnWay: true} // nobody needs to be called
	handlers := make([]http.Handler, 1000)
	for i := range handlers {
		handlers[i] = http.NotFoundHandler()
	}
	for i := 0; i < 10; i++ {
		c.serve(nil, handlers[i])
	}
	for i := 10; i < 100000; i++ {
		c.serve(nil, handlers[i%1000])
		if c.first == len(c.waiting) || c.take().handler == nil {
			t.Fatal("a request was lost")
		}
	}
	if waiting := len(c.waiting) - c.first; waiting != 10 || cap(c.waiting) > 100 {
		t.Errorf("%d wait in room for %d", waiting, cap(c.waiting))
	}
}
