package martlet

import (
	"net/http"
	"sync"
)

// idleHands is how many goroutines may wait for another request.
const idleHands = 256

// crew is the goroutines that serve requests. Each serves what waits, one after the other; as long as something waits,
// one more is on its way. So requests that are served without blocking cost hardly a change of goroutines, one that
// blocks holds nobody up, and stacks that have grown once need not grow again.
type crew struct {
	mu      sync.Mutex
	waiting []job
	first   int // of waiting: those before it are taken
	idle    []hand
	isOver  bool
	isOnWay bool // a hand was called, and has not looked what waits; true while something does
}

type job struct {
	e       *exchange
	handler http.Handler
}

// hand is where an idle goroutine waits to be called.
type hand chan struct{}

// serve sees to it that the request is served. It never waits.
func (c *crew) serve(e *exchange, handler http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeRoom()
	c.waiting = append(c.waiting, job{e, handler})
	c.callOne()
}

// makeRoom moves those that wait to the front, once as many were taken: so the slice grows with them alone.
func (c *crew) makeRoom() {
	if len(c.waiting) < cap(c.waiting) || c.first < len(c.waiting)/2 || c.first == 0 {
		return
	}
	left := copy(c.waiting, c.waiting[c.first:])
	for i := left; i < len(c.waiting); i++ {
		c.waiting[i] = job{}
	}
	c.waiting, c.first = c.waiting[:left], 0
}

// callOne: under c.mu, as take and rest.
func (c *crew) callOne() {
	if c.isOnWay {
		return
	}
	c.isOnWay = true
	if last := len(c.idle) - 1; last >= 0 {
		c.idle[last] <- struct{}{}
		c.idle = c.idle[:last]
	} else {
		go c.run(make(hand, 1))
	}
}

func (c *crew) run(h hand) {
	for isCalled := true; isCalled; {
		for work, ok := c.next(true, h); ok; work, ok = c.next(false, h) {
			work.e.serve(work.handler)
		}
		_, isCalled = <-h
	}
}

// next gives what to serve; without that the hand is idle, or, where there are enough, dismissed.
func (c *crew) next(isCalled bool, h hand) (work job, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if isCalled {
		c.isOnWay = false
	}
	if c.first == len(c.waiting) {
		c.rest(h)
		return work, false
	}
	return c.take(), true
}

func (c *crew) take() job {
	work := c.waiting[c.first]
	c.waiting[c.first] = job{}
	if c.first++; c.first < len(c.waiting) {
		c.callOne()
	} else {
		c.waiting, c.first = c.waiting[:0], 0
	}
	return work
}

func (c *crew) rest(h hand) {
	if c.isOver || len(c.idle) == idleHands {
		close(h)
	} else {
		c.idle = append(c.idle, h)
	}
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
