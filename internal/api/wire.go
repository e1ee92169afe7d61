package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/codec"
)

const (
	contentTypeJSON = "application/x-amz-json-1.1"
	targetPrefix    = "Lightsail_20161128."
	// maxBody bounds a request's body.
	maxBody = 1 << 20
)

// answer is what goes back to the client.
type answer struct {
	status      int
	contentType string
	body        []byte
	// code is the error's name for log and metrics; "" for success.
	code   string
	hangUp bool
}

// ServeHTTP answers one API call.
func (p *Pipeline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.serve(w, r, func(rq *request) (answer, error) { return p.answer(w, rq) })
}

// Throttle answers a call that there is no room for, without looking at it.
func (p *Pipeline) Throttle(w http.ResponseWriter, r *http.Request) {
	p.serve(w, r, func(*request) (answer, error) {
		a, _ := answerOf(errThrottled)
		a.hangUp = true // its body is not worth reading
		return a, nil
	})
}

// serve sends what find makes of the call. The error that find returns is what the
// log should say of a fault of ours.
func (p *Pipeline) serve(w http.ResponseWriter, r *http.Request, find func(*request) (answer, error)) {
	start := time.Now()
	rq := &request{http: r, id: p.newID()}
	// The header goes out as AWS spells it; Set would make it X-Amzn-Requestid.
	w.Header()["x-amzn-RequestId"] = []string{rq.id}
	a, err := find(rq)
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.hangUp {
		h.Set("Connection", "close")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that is gone cannot be told
	p.report(rq, a, err, time.Since(start))
}

// answer runs the call. err is what the log should say of a fault of ours.
func (p *Pipeline) answer(w http.ResponseWriter, rq *request) (a answer, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			a, _ = answerOf(err)
		}
	}()
	if err = p.receive(w, rq); err == nil {
		out, runErr := p.run(rq.http.Context(), rq)
		if runErr == nil {
			return answer{status: http.StatusOK, contentType: contentTypeJSON, body: codec.Encode(out)}, nil
		}
		err = runErr
	}
	if errors.Is(err, context.Canceled) && rq.http.Context().Err() != nil {
		err = errGone
	}
	a, ours := answerOf(err)
	if !ours {
		err = nil
	}
	return a, err
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
	if r.ContentLength > maxBody {
		return errTooLarge
	}
	rq.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	return bodyError(err)
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
	errTooLarge = &FrontError{
		Status: http.StatusRequestEntityTooLarge, Type: "RequestEntityTooLargeException", hangUp: true,
		Message: "The request body is larger than 1048576 bytes.",
	}
)

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

// bodyError gives a body that could not be read its form on the wire.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &FrontError{
			Status: http.StatusRequestTimeout, Type: "RequestTimeoutException", hangUp: true,
			Message: "The request body did not arrive in time.",
		}
	}
	return &FrontError{Type: "MalformedHttpRequestException", Message: "The request body could not be read.", hangUp: true}
}

// report writes the log line and feeds the metrics.
func (p *Pipeline) report(rq *request, a answer, err error, took time.Duration) {
	name := ""
	attrs := []slog.Attr{slog.String("request_id", rq.id), slog.Int("status", a.status), slog.Duration("took", took)}
	level := slog.LevelDebug
	if rq.action != nil {
		name = rq.action.name
		attrs = append(attrs, slog.String("action", name))
		if rq.action.access.write {
			level = slog.LevelInfo
		}
	}
	if rq.signer != "" {
		attrs = append(attrs, slog.String("region", rq.sig.Region), slog.String("access_key_id", rq.signer))
	}
	if a.code != "" {
		if a.code != errThrottled.Type { // a line for each would be part of the overload
			level = slog.LevelInfo
		}
		attrs = append(attrs, slog.String("code", a.code))
	}
	if err != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", err))
	}
	p.o.Log.LogAttrs(rq.http.Context(), level, "request", attrs...)
	if p.o.Observe != nil {
		p.o.Observe(name, a.code, took)
	}
}
