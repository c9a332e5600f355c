package martlet

import (
	"context"
	"time"
)

type exchangeKey struct{}

// requestContext is an exchange as its request's context. Hardly any handler asks when it is done, so what tells it is
// made when that is asked first.
type requestContext struct{ e *exchange }

// Deadline is the server's context's.
func (c requestContext) Deadline() (time.Time, bool) { return c.e.in.context.Deadline() }

// Done is closed when the handler has returned or the peer is gone.
func (c requestContext) Done() <-chan struct{} { return c.make().Done() }

func (c requestContext) Err() error { return c.make().Err() }

// Value knows the exchange, and then asks the context that tells the end: so package context finds the one that it can
// derive others from without a goroutine.
func (c requestContext) Value(key any) any {
	if key == (exchangeKey{}) {
		return c.e
	}
	c.e.mu.Lock()
	made := c.e.context
	c.e.mu.Unlock()
	if made != nil {
		return made.Value(key)
	}
	return c.e.in.context.Value(key)
}

func (c requestContext) make() context.Context {
	e := c.e
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.context == nil {
		e.context, e.cancel = context.WithCancel(e.in.context)
		if e.isOver {
			e.cancel()
		}
	}
	return e.context
}

// over ends the context, if there is one. Under e.mu.
func (e *exchange) over() {
	e.isOver = true
	if e.cancel != nil {
		e.cancel()
	}
}
