package martlet

// #include "glue.h"
import "C"

import (
	"errors"
	"net/http"
	"os"
	"runtime"
	"syscall"
	"time"
)

// turner turns the library's first reactor in a goroutine, which waits for the reactor's descriptor as for any socket:
// a request then costs no change of threads, for the scheduler runs its handler where its head was read.
type turner struct {
	in    *instance
	file  *os.File  // a copy of the reactor's descriptor
	alarm time.Time // when the wait ends at the latest
	ended error
}

// turn serves until the server has stopped, which gives http.ErrServerClosed, or cannot go on.
func (in *instance) turn() error {
	t := turner{in: in}
	if err := t.open(); err != nil {
		return err
	}
	defer t.file.Close()
	raw, err := t.file.SyscallConn()
	if err != nil {
		return err
	}
	for t.ended == nil {
		if err := raw.Read(t.serve); errors.Is(err, os.ErrDeadlineExceeded) {
			t.setAlarm(time.Time{})
		} else if err != nil {
			return err
		}
	}
	return t.ended
}

func (t *turner) open() error {
	original := uintptr(C.mt_server_poll_descriptor(t.in.server))
	copied, _, errno := syscall.Syscall(syscall.SYS_FCNTL, original, syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return errno
	}
	if err := syscall.SetNonblock(int(copied), true); err != nil {
		syscall.Close(int(copied))
		return err
	}
	t.file = os.NewFile(copied, "reactor")
	return nil
}

// serve turns as long as there is something to do, and gives whether the server has stopped. Between two turns those
// run whom the first one woke: their answers then leave together.
func (t *turner) serve(uintptr) (done bool) {
	for {
		turn := C.mtgo_queue_turn(t.in.queue, t.in.server)
		t.in.takeAll(turn.events)
		switch {
		case turn.status == C.MT_ERROR_CLOSED:
			t.ended = http.ErrServerClosed
			return true
		case turn.status == C.MT_ERROR_WRONG_THREAD: // mt_server_stop turns it to its end meanwhile
			time.Sleep(time.Millisecond)
		case turn.status != C.MT_OK:
			t.ended = &Error{Status: statusName(turn.status)}
			return true
		case !bool(turn.is_readable):
			return t.waitFor(int(turn.timeout_ms))
		}
		runtime.Gosched()
	}
}

// waitFor sees to it that the wait is not longer than that. An alarm that is set already and comes earlier stays: it
// costs a turn for nothing, now and then, and no clock of the system's for each wait.
func (t *turner) waitFor(milliseconds int) (done bool) {
	if milliseconds < 0 {
		return false
	}
	alarm := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	if t.alarm.IsZero() || alarm.Before(t.alarm) {
		t.setAlarm(alarm)
	}
	return false
}

func (t *turner) setAlarm(alarm time.Time) {
	t.alarm = alarm
	t.file.SetReadDeadline(alarm)
}
