package martlet

import (
	"net/http"
	"sync"
)

// idleHands is how many goroutines may wait for another request.
const idleHands = 256

// crew is the goroutines that serve requests. They are kept, for a stack that has grown once need not grow again for
// each request.
type crew struct {
	mu     sync.Mutex
	idle   []hand
	isOver bool
}

// hand is where an idle goroutine waits.
type hand chan job

type job struct {
	e       *exchange
	handler http.Handler
}

// serve has the request served by who was idle last, or by a new goroutine. It never waits.
func (c *crew) serve(e *exchange, handler http.Handler) {
	work := job{e, handler}
	if h, ok := c.take(); ok {
		h <- work
	} else {
		go c.run(work)
	}
}

func (c *crew) run(work job) {
	h := make(hand, 1)
	for ok := true; ok; work, ok = <-h {
		work.e.serve(work.handler)
		work = job{} // what was served is not kept while nothing is to do
		if !c.give(h) {
			return
		}
	}
}

func (c *crew) take() (h hand, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := len(c.idle) - 1
	if last < 0 {
		return nil, false
	}
	h = c.idle[last]
	c.idle = c.idle[:last]
	return h, true
}

func (c *crew) give(h hand) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isOver || len(c.idle) == idleHands {
		return false
	}
	c.idle = append(c.idle, h)
	return true
}

// dismiss ends who is idle, and who becomes so.
func (c *crew) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isOver = true
	for _, h := range c.idle {
		close(h)
	}
	c.idle = nil
}
