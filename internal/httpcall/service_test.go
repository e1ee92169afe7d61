package httpcall

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// coded is a service's own error.
type coded string

func (c coded) Error() string { return string(c) }

// witness is a service whose log and metrics a test can read.
type witness struct {
	*Service
	log      bytes.Buffer
	observed []string
}

func newWitness() *witness {
	w := &witness{}
	w.Service = New(Options{
		Log: slog.New(slog.NewTextHandler(&w.log, nil)), Rand: rand.Reader,
		Observe: func(action, code string, _ time.Duration) { w.observed = append(w.observed, action+" "+code) },
		Refuse: func(c *Call, err error) (Answer, bool) {
			known, ok := errors.AsType[coded](err)
			switch {
			case ok && c.Gone(err):
				known = "Gone"
			case !ok:
				known = "Internal"
			}
			return Answer{Status: http.StatusBadRequest, Body: []byte(known), Code: string(known)}, !ok
		},
		Errors: Errors{TooLarge: coded("TooLarge"), Slow: coded("Slow"), Unreadable: coded("Unreadable"), Throttled: coded("Throttled")},
	})
	return w
}

// TestErrors_ofBody gives each error of a body the service's form. An error that has none is
// an internal error, and never none at all.
func TestErrors_ofBody(t *testing.T) {
	w := newWitness()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errTooLarge, "TooLarge"},
		{errSlow, "Slow"},
		{errUnreadable, "Unreadable"},
		{fmt.Errorf("wrapped: %w", errSlow), "Slow"},
		{errors.New("another"), "Internal"},
	} {
		a, internal := w.answer(&Call{Context: t.Context()}, func(*Call) (Answer, error) { return Answer{}, w.o.Errors.ofBody(tt.err) })
		if a.Code != tt.want || (internal != nil) != (tt.want == "Internal") {
			t.Errorf("answer to the body error %q = %s, logged as %v, want %s", tt.err, a.Code, internal, tt.want)
		}
	}
}

// TestService_Serve sends requests that end in each way that all services have in common.
func TestService_Serve(t *testing.T) {
	read := func(c *Call) (Answer, error) {
		c.Action = "Act"
		if err := c.ReadBody(); err != nil {
			return Answer{}, err
		}
		return Answer{Status: http.StatusOK, Body: c.Body}, nil
	}
	for _, tt := range []struct {
		name     string
		body     io.Reader
		run      func(*Call) (Answer, error)
		status   int
		answer   string
		observed string
		log      string
	}{
		{"a call that succeeds", strings.NewReader("hello"), read, http.StatusOK, "hello", "Act ", ""},
		{"a body that is too large", strings.NewReader(strings.Repeat("x", MaxBody+1)), read, http.StatusBadRequest, "TooLarge", "Act TooLarge", "level=INFO"},
		{"a body that breaks off", iotest.ErrReader(io.ErrUnexpectedEOF), read, http.StatusBadRequest, "Unreadable", "Act Unreadable", ""},
		{"a panic", strings.NewReader(""), func(*Call) (Answer, error) { panic("broken") }, http.StatusBadRequest, "Internal", " Internal", "level=ERROR"},
		{
			"a call without room", strings.NewReader(""), func(*Call) (Answer, error) { return Answer{}, coded("Throttled") },
			http.StatusBadRequest, "Throttled", " Throttled", "",
		},
		{"a notable call", strings.NewReader(""), func(c *Call) (Answer, error) {
			c.Notable, c.Signer, c.Region = true, "AKIA", "us-east-1"
			return Answer{Status: http.StatusOK}, nil
		}, http.StatusOK, "", " ", "region=us-east-1 access_key_id=AKIA"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, answer := newWitness(), httptest.NewRecorder()
			w.Serve(answer, httptest.NewRequest(http.MethodPost, "/", tt.body), tt.run)
			if answer.Code != tt.status || answer.Body.String() != tt.answer {
				t.Errorf("answer = %d %q, want %d %q", answer.Code, answer.Body, tt.status, tt.answer)
			}
			if len(w.observed) != 1 || w.observed[0] != tt.observed {
				t.Errorf("metrics = %q, want %q once", w.observed, tt.observed)
			}
			if !strings.Contains(w.log.String(), tt.log) || tt.log == "" && w.log.Len() > 0 {
				t.Errorf("log = %q, want %q in it", w.log.String(), tt.log)
			}
		})
	}
}

// TestService_Do guards, logs and measures a call inside the process as one over HTTP.
func TestService_Do(t *testing.T) {
	for _, tt := range []struct {
		name, observed, log string
		run                 func(*Call) error
		internal            bool
	}{
		{"a call that succeeds", "Act ", "level=INFO msg=request", func(c *Call) error {
			c.Action, c.Notable, c.Signer, c.Region = "Act", true, "seed", "us-east-1"
			return nil
		}, false},
		{"a call that is refused", " Refused", "code=Refused", func(*Call) error { return coded("Refused") }, false},
		{"a panic", " Internal", "panic: broken", func(*Call) error { panic("broken") }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWitness()
			internal, err := w.Do(context.Background(), tt.run)
			if internal != tt.internal || (err == nil) != (tt.observed == "Act ") {
				t.Errorf("Do of %s = internal %t, error %v", tt.name, internal, err)
			}
			if len(w.observed) != 1 || w.observed[0] != tt.observed {
				t.Errorf("metrics = %q, want %q once", w.observed, tt.observed)
			}
			if !strings.Contains(w.log.String(), tt.log) {
				t.Errorf("log = %q, want %q in it", w.log.String(), tt.log)
			}
		})
	}
}
