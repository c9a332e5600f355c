package martlet

// #include "glue.h"
import "C"

import (
	"sync"
	"unsafe"
)

// table finds an exchange again by the number that its C half keeps: C holds no pointer of Go's.
type table struct {
	mu    sync.Mutex
	items []*exchange
	free  []int
	count int
}

func (t *table) add(e *exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	if last := len(t.free) - 1; last >= 0 {
		e.slot = t.free[last]
		t.free = t.free[:last]
		t.items[e.slot] = e
	} else {
		e.slot = len(t.items)
		t.items = append(t.items, e)
	}
	e.c.slot = C.size_t(e.slot)
}

// find gives nil when the exchange has ended: its number may be another's by now.
func (t *table) find(c *C.mtgo_exchange) *exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.items[int(c.slot)]
	if e == nil || e.id != unsafe.Pointer(c) {
		return nil
	}
	return e
}

func (t *table) remove(e *exchange) {
	t.items[e.slot] = nil
	t.free = append(t.free, e.slot)
	t.count--
}

// receive hands out what the library's threads push, until the server has ended and its last exchange is gone. While
// nothing comes it waits as for any other file: no thread is held.
func (in *instance) receive() {
	var octets [64]byte
	for !in.isOver() {
		event := C.mtgo_queue_take(in.queue)
		if event == nil {
			in.wake.Read(octets[:])
		}
		in.takeAll(event)
	}
	C.mtgo_queue_destroy(in.queue)
	in.wake.Close()
	in.crew.dismiss()
}

func (in *instance) takeAll(event *C.mtgo_event) {
	for event != nil {
		next := event.next // the event may be gone once it is taken
		in.take(event)
		event = next
	}
}

func (in *instance) take(event *C.mtgo_event) {
	switch event.kind {
	case C.MTGO_REQUEST:
		e := newExchange(in, event.exchange)
		in.exchanges.add(e)
		in.crew.serve(e, in.routes[event.exchange.route].handler)
	case C.MTGO_LOG:
		line := (*C.mtgo_log)(unsafe.Pointer(event))
		in.logf("martlet: %s", C.GoStringN((*C.char)(unsafe.Add(unsafe.Pointer(line), C.sizeof_mtgo_log)), C.int(line.size)))
		C.mtgo_log_free(event)
	default:
		C.mtgo_event_taken(event)
		if e := in.exchanges.find(event.exchange); e != nil {
			e.hear(event.kind)
		}
		C.mtgo_exchange_release(event.exchange)
	}
}

// isOver: once it is, nobody touches the queue any more.
func (in *instance) isOver() bool {
	t := &in.exchanges
	t.mu.Lock()
	defer t.mu.Unlock()
	return in.hasEnded && t.count == 0 && in.isQueueEmpty()
}

func (in *instance) isQueueEmpty() bool {
	return bool(C.mtgo_queue_is_empty(in.queue))
}

// end tells that no further request can come.
func (in *instance) end() {
	t := &in.exchanges
	t.mu.Lock()
	defer t.mu.Unlock()
	in.hasEnded = true
	C.mtgo_queue_wake(in.queue)
}

// forget takes the exchange out, and wakes the receiver if it waits for that.
func (in *instance) forget(e *exchange) {
	t := &in.exchanges
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(e)
	if in.hasEnded {
		C.mtgo_queue_wake(in.queue)
	}
}
