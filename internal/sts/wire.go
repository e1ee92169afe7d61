package sts

import (
	"log/slog"
	"net/http"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/otheraws"
	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// request is a call as it came over the wire: nothing in it is trusted before its
// signature holds.
type request struct {
	*httpcall.Call
	sig *sigv4.Signature
	// action is the action's name once it is known to be one.
	action string
}

// named sets the action, for the answer and for the log.
func (rq *request) named(action string) { rq.action, rq.Action = action, "sts:"+action }

// issued adds the access key id of the credentials that the call made to the log.
func (rq *request) issued(id string) {
	rq.Notable, rq.More = true, []slog.Attr{slog.String("issued_access_key_id", id)}
}

// ServeHTTP answers one call.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.service.Serve(w, r, h.answer) }

// Throttle answers a call that there is no room for, without looking at it.
func (h *Handler) Throttle(w http.ResponseWriter, r *http.Request) { h.service.Throttle(w, r) }

// answer runs a call.
func (h *Handler) answer(hc *httpcall.Call) (httpcall.Answer, error) {
	rq := &request{Call: hc}
	if err := rq.receive(); err != nil {
		return httpcall.Answer{}, err
	}
	if a, stray := rq.stray(); stray {
		return a, nil
	}
	result, err := h.run(rq)
	if err != nil {
		return httpcall.Answer{}, err
	}
	return success(rq.action, rq.ID, result), nil
}

// receive checks the request's form and reads its body. It looks at nothing inside.
func (rq *request) receive() error {
	r := rq.HTTP
	encoding := r.Header.Get("Content-Encoding")
	switch {
	case r.URL.Path != "/":
		return errPath
	case r.URL.RawQuery != "" && r.Header.Get("Authorization") != "":
		return errQueryString
	case encoding != "" && encoding != "identity":
		return errCompressed
	}
	return rq.ReadBody()
}

// stray answers what cannot have a signature for STS, and would get one of its
// errors in place of a clear one: a call that by its scope and its action is for
// another service, and one of the actions that AWS has without signature.
func (rq *request) stray() (httpcall.Answer, bool) {
	service := otheraws.Service(rq.HTTP)
	unsigned := rq.HTTP.Header.Get("Authorization") == ""
	if service == "" && !unsigned {
		return httpcall.Answer{}, false
	}
	f, err := parseForm(rq.Body)
	if err != nil {
		return httpcall.Answer{}, false // the signature's error says enough
	}
	action, known := actions[f["Action"]]
	switch {
	case unsigned && action.unsigned:
		rq.named(f["Action"])
		a, _ := answerOf(notBuilt(rq.action), rq.ID)
		return a, true
	case service != "" && !known:
		return otheraws.Refuse(rq.HTTP, service, rq.ID), true
	}
	return httpcall.Answer{}, false
}
