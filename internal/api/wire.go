package api

import (
	"mime"
	"net/http"
	"strings"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
)

const (
	contentTypeJSON = "application/x-amz-json-1.1"
	targetPrefix    = "Lightsail_20161128."
)

// ServeHTTP answers one API call.
func (p *Pipeline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.service.Serve(w, r, p.answer)
}

// Throttle answers a call that there is no room for, without looking at it.
func (p *Pipeline) Throttle(w http.ResponseWriter, r *http.Request) { p.service.Throttle(w, r) }

// answer runs a call that came as a request.
func (p *Pipeline) answer(hc *httpcall.Call) (httpcall.Answer, error) {
	action, err := p.receive(hc)
	if err != nil {
		return httpcall.Answer{}, err
	}
	var out smithy.Serializable
	err = p.admitted(func() error {
		caller, err := p.signedBy(hc)
		if err == nil {
			out, err = p.route(p.newCall(hc, caller, caller.sig.Region, action))
		}
		return err
	})
	if err != nil {
		return httpcall.Answer{}, err
	}
	return httpcall.Answer{Status: http.StatusOK, ContentType: contentTypeJSON, Body: codec.Encode(out)}, nil
}

// receive checks the request's form and reads its body. It looks at nothing inside.
func (p *Pipeline) receive(hc *httpcall.Call) (*Action, error) {
	r := hc.HTTP
	if r.Method != http.MethodPost {
		return nil, errNoOperation
	}
	if r.URL.Path != "/" {
		return nil, &FrontError{
			Status: http.StatusNotFound, Type: "UnknownOperationException", hangUp: true,
			Message: "The Lightsail API is served at the path / only.",
		}
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, &FrontError{Type: "MalformedHttpRequestException", Message: "Content-Encoding is not supported.", hangUp: true}
	}
	action, err := p.target(r)
	if err != nil {
		return nil, err
	}
	action.note(hc)
	return action, hc.ReadBody()
}

// note says in the log which action a call is of. Writes are worth a line.
func (a *Action) note(hc *httpcall.Call) { hc.Action, hc.Notable = a.name, a.access.Write }

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
	if !ok {
		return nil, errNoAction
	}
	return p.action(name)
}

// action finds an action by its name.
func (p *Pipeline) action(name string) (*Action, error) {
	if a := p.actions[name]; a != nil {
		return a, nil
	}
	return nil, errNoAction
}

// errNoAction is AWS's answer to a name that is no action's.
var errNoAction = &FrontError{Type: "UnknownOperationException", hangUp: true}
