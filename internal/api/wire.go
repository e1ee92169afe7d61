package api

import (
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	contentTypeJSON = "application/x-amz-json-1.1"
	targetPrefix    = "Lightsail_20161128."
)

// ServeHTTP answers one API call.
func (p *Pipeline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.serve(w, r, func(rq *request) (httpcall.Answer, error) { return p.answer(w, rq) })
}

// Throttle answers a call that there is no room for, without looking at it.
func (p *Pipeline) Throttle(w http.ResponseWriter, r *http.Request) {
	p.serve(w, r, func(*request) (httpcall.Answer, error) {
		a, _ := answerOf(errThrottled)
		a.HangUp = true // its body is not worth reading
		return a, nil
	})
}

// serve sends what find makes of the call. The error that find returns is what the
// log should say of a fault of ours.
func (p *Pipeline) serve(w http.ResponseWriter, r *http.Request, find func(*request) (httpcall.Answer, error)) {
	start := time.Now()
	rq := &request{http: r, id: httpcall.NewID(p.o.Rand)}
	a, fault := find(rq)
	a.Send(w, rq.id)
	p.report(rq, a, fault, time.Since(start))
}

// answer runs the call. fault is what the log should say of a fault of ours.
func (p *Pipeline) answer(w http.ResponseWriter, rq *request) (a httpcall.Answer, fault error) {
	err := httpcall.Guard(func() error {
		if err := p.receive(w, rq); err != nil {
			return err
		}
		out, err := p.run(rq.http.Context(), rq)
		if err == nil {
			a = httpcall.Answer{Status: http.StatusOK, ContentType: contentTypeJSON, Body: codec.Encode(out)}
		}
		return err
	})
	if err == nil {
		return a, nil
	}
	if h, ok := errors.AsType[*hintedError](err); ok {
		rq.hint = h.hint
	}
	if httpcall.Gone(rq.http, err) && !errors.Is(err, store.ErrUnknownOutcome) {
		err = errGone
	}
	a, ours := answerOf(err)
	if ours {
		fault = err
	}
	return a, fault
}

// receive checks the request's form and reads its body. It looks at nothing inside.
func (p *Pipeline) receive(w http.ResponseWriter, rq *request) error {
	r := rq.http
	if r.Method != http.MethodPost {
		return errNoOperation
	}
	if r.URL.Path != "/" {
		return &FrontError{
			Status: http.StatusNotFound, Type: "UnknownOperationException", hangUp: true,
			Message: "The Lightsail API is served at the path / only.",
		}
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return &FrontError{Type: "MalformedHttpRequestException", Message: "Content-Encoding is not supported.", hangUp: true}
	}
	var err error
	if rq.action, err = p.target(r); err != nil {
		return err
	}
	if rq.body, err = httpcall.ReadBody(w, r); err != nil {
		rq.cutOff = !errors.Is(err, httpcall.ErrTooLarge)
		return bodyErrors[err]
	}
	return nil
}

// Errors of AWS's front ends for requests that name no operation (AWS-wide
// behaviour of its JSON services).
var (
	errNoOperation = &FrontError{
		Status: http.StatusForbidden, Type: "AccessDeniedException", ContentType: "text/xml", hangUp: true,
		Body: "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n",
	}
	errWrongType = &FrontError{
		Status: http.StatusNotFound, Type: "UnknownOperationException", ContentType: "text/xml", hangUp: true,
		Body: "<UnknownOperationException/>\n",
	}
	errPlainJSON = &FrontError{
		Status: http.StatusNotFound, Type: "UnknownOperationException", ContentType: "application/json", hangUp: true,
		Body: `{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}`,
	}
)

// bodyErrors are the answers to bodies that could not be read.
var bodyErrors = map[error]error{
	httpcall.ErrTooLarge: &FrontError{
		Status: http.StatusRequestEntityTooLarge, Type: "RequestEntityTooLargeException", hangUp: true,
		Message: fmt.Sprintf("The request body is larger than %d bytes.", httpcall.MaxBody),
	},
	httpcall.ErrSlow: &FrontError{
		Status: http.StatusRequestTimeout, Type: "RequestTimeoutException", hangUp: true,
		Message: "The request body did not arrive in time.",
	},
	httpcall.ErrUnreadable: &FrontError{Type: "MalformedHttpRequestException", Message: "The request body could not be read.", hangUp: true},
}

// target finds the action by content type and X-Amz-Target.
func (p *Pipeline) target(r *http.Request) (*Action, error) {
	target := r.Header.Get("X-Amz-Target")
	contentType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && contentType == contentTypeJSON:
	case err == nil && contentType == "application/json":
		return nil, errPlainJSON
	case target != "":
		return nil, errWrongType
	default:
		return nil, errNoOperation
	}
	name, ok := strings.CutPrefix(target, targetPrefix)
	action := p.actions[name]
	if !ok || action == nil {
		return nil, &FrontError{Type: "UnknownOperationException", hangUp: true}
	}
	return action, nil
}

// report writes the log line and feeds the metrics.
func (p *Pipeline) report(rq *request, a httpcall.Answer, fault error, took time.Duration) {
	name := ""
	attrs := []slog.Attr{slog.String("request_id", rq.id), slog.Int("status", a.Status), slog.Duration("took", took)}
	level := slog.LevelDebug
	if rq.action != nil {
		name = rq.action.name
		attrs = append(attrs, slog.String("action", name))
		if rq.action.access.Write {
			level = slog.LevelInfo
		}
	}
	if rq.signer != "" {
		attrs = append(attrs, slog.String("region", rq.sig.Region), slog.String("access_key_id", rq.signer))
	}
	if a.Code != "" {
		if a.Code != errThrottled.Type && !rq.cutOff { // a line for each would be part of the overload
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
	p.o.Log.LogAttrs(rq.http.Context(), level, "request", attrs...)
	if p.o.Observe != nil {
		p.o.Observe(name, a.Code, took)
	}
}
