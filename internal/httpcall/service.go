package httpcall

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Options is what a Service works with. All of it is required, but for Observe.
type Options struct {
	Log *slog.Logger
	// Rand is the source of request ids.
	Rand io.Reader
	// Observe is told of each answered call: the action's name, or "" if the request named
	// none that is known; the error's code, or ""; how long it took.
	Observe func(action, code string, took time.Duration)
	// Refuse turns an error into the answer that the service's protocol has for it. It
	// reports whether the error is an internal one, which is logged; the answer does not
	// show it.
	Refuse func(c *Call, err error) (a Answer, internal bool)
	// Errors are the service's own errors for what goes wrong around its calls.
	Errors Errors
}

// Errors are a service's forms of the errors that all services have in common.
type Errors struct {
	// TooLarge, Slow and Unreadable are of bodies that could not be read.
	TooLarge, Slow, Unreadable error
	// Throttled is of a call that there is no room for.
	Throttled error
}

// ofBody gives an error of readBody the service's form. One that has none stays as it is:
// an internal error.
func (e *Errors) ofBody(err error) error {
	switch {
	case errors.Is(err, errTooLarge):
		return e.TooLarge
	case errors.Is(err, errSlow):
		return e.Slow
	case errors.Is(err, errUnreadable):
		return e.Unreadable
	}
	return err
}

// Service is one of the APIs on the endpoint.
type Service struct {
	o Options
	// throttled is the code of the error Throttled.
	throttled string
}

// New returns a Service.
func New(o Options) *Service {
	a, _ := o.Refuse(&Call{}, o.Errors.Throttled)
	return &Service{o, a.Code}
}

// Call is one call on its way through a service. Nothing of its request is trusted before
// its signature holds.
type Call struct {
	Context context.Context
	// HTTP is the request; nil for a call that is made inside the process.
	HTTP *http.Request
	// ID is the call's id in its answer and in the log.
	ID string
	// Body is what ReadBody has read.
	Body []byte
	Entry

	writer http.ResponseWriter
	errors *Errors
	// cutOff reports whether the body did not come, or not in time.
	cutOff bool
}

// Entry is what log and metrics say of a call besides its answer.
type Entry struct {
	// Action is the action's name, once it is known to be one.
	Action string
	// Notable calls are logged at the level info, also if they succeed.
	Notable bool
	// Signer is the access key's id once the signature was found good. Before that it does
	// not belong in a log: it may be a secret in the wrong place. Of a call inside the
	// process it is the caller's name for itself. Region is the call's.
	Signer, Region string
	// Hint is what the client probably did. It holds no secret and nothing else that a
	// client sent.
	Hint string
	// More is what only this service has to say.
	More []slog.Attr
}

// ReadBody reads the body of the call's request into Body, or returns the service's error
// if that fails.
func (c *Call) ReadBody() (err error) {
	if c.Body, err = readBody(c.writer, c.HTTP); err != nil {
		c.cutOff = !errors.Is(err, errTooLarge)
		return c.errors.ofBody(err)
	}
	return nil
}

// Gone reports whether a call failed with an error because its client went away.
func (c *Call) Gone(err error) bool {
	return errors.Is(err, context.Canceled) && c.Context.Err() != nil
}

// Serve answers a request with what run returns for it.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, run func(*Call) (Answer, error)) {
	start := time.Now()
	c := &Call{Context: r.Context(), HTTP: r, ID: newID(s.o.Rand), writer: w, errors: &s.o.Errors}
	a, internal := s.answer(c, run)
	a.send(w, c.ID)
	s.report(c, a, internal, time.Since(start))
}

// Throttle answers a request that there is no room for, without looking at it.
func (s *Service) Throttle(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, func(c *Call) (Answer, error) {
		a, _ := s.o.Refuse(c, s.o.Errors.Throttled)
		a.HangUp = true // its body is not worth reading
		return a, nil
	})
}

// Do runs a call that is made inside the process: it is guarded, logged and measured as
// one over HTTP. The error is what run returned; internal reports whether it is one that
// a client would not see.
func (s *Service) Do(ctx context.Context, run func(*Call) error) (internal bool, err error) {
	start := time.Now()
	c := &Call{Context: ctx, ID: newID(s.o.Rand), errors: &s.o.Errors}
	a, logged := s.answer(c, func(c *Call) (Answer, error) {
		err = Guard(func() error { return run(c) })
		return Answer{Status: http.StatusOK}, err
	})
	s.report(c, a, logged, time.Since(start))
	return logged != nil, err
}

// answer runs a call. internal is the internal error that it ended with, for the log.
func (s *Service) answer(c *Call, run func(*Call) (Answer, error)) (a Answer, internal error) {
	err := Guard(func() (err error) {
		a, err = run(c)
		return err
	})
	if err == nil {
		return a, nil
	}
	a, hidden := s.o.Refuse(c, err)
	if hidden {
		internal = err
	}
	return a, internal
}

// report writes the log line and feeds the metrics.
func (s *Service) report(c *Call, a Answer, internal error, took time.Duration) {
	level := slog.LevelDebug
	switch {
	case internal != nil:
		level = slog.LevelError
	case c.Notable, a.Code != "" && a.Code != s.throttled && !c.cutOff: // a line for each would be part of the overload
		level = slog.LevelInfo
	}
	if s.o.Log.Enabled(c.Context, level) {
		s.o.Log.LogAttrs(c.Context, level, "request", c.attrs(a, internal, took)...)
	}
	if s.o.Observe != nil {
		s.o.Observe(c.Action, a.Code, took)
	}
}

// attrs are what the log says of a call.
func (c *Call) attrs(a Answer, internal error, took time.Duration) []slog.Attr {
	attrs := []slog.Attr{slog.String("request_id", c.ID), slog.Int("status", a.Status), slog.Duration("took", took)}
	add := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value))
		}
	}
	add("action", c.Action)
	if c.Signer != "" {
		add("region", c.Region)
		add(c.signedBy(), c.Signer)
	}
	add("code", a.Code)
	attrs = append(attrs, c.More...)
	add("hint", c.Hint)
	if internal != nil {
		attrs = append(attrs, slog.Any("error", internal))
	}
	return attrs
}

// signedBy is what the log calls the signer: only requests have access keys.
func (c *Call) signedBy() string {
	if c.HTTP == nil {
		return "caller"
	}
	return "access_key_id"
}
