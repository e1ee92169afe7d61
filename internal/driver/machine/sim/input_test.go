package sim

import (
	"bufio"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

func TestUnread_boundsWhatSessionsDoNotRead(t *testing.T) {
	var total atomic.Int64
	first, second := &unread{total: &total}, &unread{total: &total}
	if !first.received(100 * maxTotalUnread) {
		t.Error("a client whose sessions read everything is stopped")
	}
	first.beginWait()
	if !first.received(maxUnread) || first.received(1) {
		t.Errorf("a client whose session does not read may send more or less than %d bytes", maxUnread)
	}
	second.beginWait()
	total.Add(maxTotalUnread)
	if !second.received(fairUnread) || second.received(1) {
		t.Errorf("when all clients together have reached the limit, one may send more or less than %d bytes", fairUnread)
	}
	total.Add(-maxTotalUnread)
	first.endWait()
	second.endWait()
	if total.Load() != 0 || !first.received(1) {
		t.Errorf("%d bytes are counted after the sessions have read everything, want 0", total.Load())
	}
}

// A shell runs none of the lines that were read with the last one when its session ends.
func TestLiveInput_endsWithItsSession(t *testing.T) {
	inputs := map[string]func(sessionInput) shell.Input{
		"lines":      func(in sessionInput) shell.Input { return &lineInput{bufio.NewReader(in)} },
		"a terminal": func(in sessionInput) shell.Input { return newTerminal(in, &strings.Builder{}, &windowSize{}) },
	}
	for name, input := range inputs {
		t.Run(name, func(t *testing.T) {
			s := &session{input: sessionInput{newStream()}}
			in := liveInput{input(s.input), s.input}
			if _, err := s.input.write([]byte("a\nb\nc\n")); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"a\n", "b\n"} {
				if line, err := in.ReadLine(""); line != want || err != nil {
					t.Errorf("ReadLine = %q, %v; want %q", line, err, want)
				}
			}
			s.refuseInput()
			if line, err := in.ReadLine(""); !errors.Is(err, net.ErrClosed) {
				t.Errorf("after the session's end ReadLine = %q, %v; want %v", line, err, net.ErrClosed)
			}
		})
	}
}
