package sts

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/otheraws"
	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// request is a call as it came over the wire: nothing in it is trusted before its
// signature holds.
type request struct {
	http *http.Request
	id   string
	body []byte
	sig  *sigv4.Signature
	// signer is the access key's id once the signature was found good. Before that it
	// does not belong in a log: it may be a secret in the wrong place.
	signer string
	// action is the action's name once it is known to be one.
	action string
	// cutOff reports whether the body did not come, or not in time.
	cutOff bool
	// issued is the access key id of the credentials that the call made.
	issued string
	// hint is what the log says of an answer that the client does not understand at once.
	hint string
}

// ServeHTTP answers one call.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.serve(w, r, func(rq *request) (httpcall.Answer, error) { return h.answer(w, rq) })
}

// Throttle answers a call that there is no room for, without looking at it.
func (h *Handler) Throttle(w http.ResponseWriter, r *http.Request) {
	h.serve(w, r, func(rq *request) (httpcall.Answer, error) {
		a, _ := answerOf(errThrottled, rq.id)
		a.HangUp = true // its body is not worth reading
		return a, nil
	})
}

// serve sends what find makes of the call. The error that find returns is what the
// log should say of a fault of ours.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, find func(*request) (httpcall.Answer, error)) {
	start := time.Now()
	rq := &request{http: r, id: httpcall.NewID(h.o.Rand)}
	a, fault := find(rq)
	a.Send(w, rq.id)
	h.report(rq, a, fault, time.Since(start))
}

// answer runs the call. fault is what the log should say of a fault of ours.
func (h *Handler) answer(w http.ResponseWriter, rq *request) (a httpcall.Answer, fault error) {
	err := httpcall.Guard(func() error {
		if err := rq.receive(w); err != nil {
			return err
		}
		var stray bool
		if a, stray = rq.stray(); stray {
			return nil
		}
		result, err := h.run(rq)
		if err == nil {
			a = success(rq.action, rq.id, result)
		}
		return err
	})
	if err == nil {
		return a, nil
	}
	if httpcall.Gone(rq.http, err) {
		err = errGone
	}
	if e, ok := errors.AsType[*apiError](err); ok {
		rq.hint = e.hint
	}
	a, ours := answerOf(err, rq.id)
	if ours {
		fault = err
	}
	return a, fault
}

// receive checks the request's form and reads its body. It looks at nothing inside.
func (rq *request) receive(w http.ResponseWriter) error {
	r := rq.http
	encoding := r.Header.Get("Content-Encoding")
	switch {
	case r.URL.Path != "/":
		return errPath
	case r.URL.RawQuery != "" && r.Header.Get("Authorization") != "":
		return errQueryString
	case encoding != "" && encoding != "identity":
		return errCompressed
	}
	var err error
	if rq.body, err = httpcall.ReadBody(w, r); err != nil {
		rq.cutOff = !errors.Is(err, httpcall.ErrTooLarge)
		return bodyErrors[err]
	}
	return nil
}

// stray answers what cannot have a signature for STS, and would get one of its
// errors in place of a clear one: a call that by its scope and its action is for
// another service, and one of the actions that AWS has without signature.
func (rq *request) stray() (httpcall.Answer, bool) {
	service := otheraws.Service(rq.http)
	unsigned := rq.http.Header.Get("Authorization") == ""
	if service == "" && !unsigned {
		return httpcall.Answer{}, false
	}
	f, err := parseForm(rq.body)
	if err != nil {
		return httpcall.Answer{}, false // the signature's error says enough
	}
	action, known := actions[f["Action"]]
	switch {
	case unsigned && action.unsigned:
		rq.action = f["Action"]
		a, _ := answerOf(notBuilt(rq.action), rq.id)
		return a, true
	case service != "" && !known:
		return otheraws.Refuse(rq.http, service, rq.id), true
	}
	return httpcall.Answer{}, false
}

// report writes the log line and feeds the metrics.
func (h *Handler) report(rq *request, a httpcall.Answer, fault error, took time.Duration) {
	name := ""
	attrs := []slog.Attr{slog.String("request_id", rq.id), slog.Int("status", a.Status), slog.Duration("took", took)}
	level := slog.LevelDebug
	if rq.action != "" {
		name = "sts:" + rq.action
		attrs = append(attrs, slog.String("action", name))
	}
	if rq.signer != "" {
		attrs = append(attrs, slog.String("region", rq.sig.Region), slog.String("access_key_id", rq.signer))
	}
	if rq.issued != "" {
		level = slog.LevelInfo
		attrs = append(attrs, slog.String("issued_access_key_id", rq.issued))
	}
	if a.Code != "" {
		if a.Code != errThrottled.code && !rq.cutOff { // a line for each would be part of the overload
			level = slog.LevelInfo
		}
		attrs = append(attrs, slog.String("code", a.Code))
	}
	if rq.hint != "" {
		attrs = append(attrs, slog.String("hint", rq.hint))
	}
	if fault != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", fault))
	}
	h.o.Log.LogAttrs(rq.http.Context(), level, "request", attrs...)
	if h.o.Observe != nil {
		h.o.Observe(name, a.Code, took)
	}
}
