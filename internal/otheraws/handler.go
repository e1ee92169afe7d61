package otheraws

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
)

// Options is what a Handler works with. All of it is required, but for Observe.
type Options struct {
	Log *slog.Logger
	// Rand is the source of request ids.
	Rand io.Reader
	// Observe is told of each answered call: no action's name, the error's code, how
	// long it took.
	Observe func(action, code string, took time.Duration)
}

// Handler answers the requests for which Meant is true with an error.
type Handler struct{ service *httpcall.Service }

// New returns a Handler.
func New(o Options) *Handler {
	return &Handler{httpcall.New(httpcall.Options{Log: o.Log, Rand: o.Rand, Observe: o.Observe, Refuse: internalError})}
}

// ServeHTTP answers one call. It leaves the body unread.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.service.Serve(w, r, func(hc *httpcall.Call) (httpcall.Answer, error) {
		service := Service(r)
		hc.More = []slog.Attr{slog.String("service", service)}
		a := Refuse(r, service, hc.ID)
		a.HangUp = true
		return a, nil
	})
}

// internalError answers a request if Refuse itself has failed.
func internalError(*httpcall.Call, error) (a httpcall.Answer, internal bool) {
	return httpcall.Answer{
		Status: http.StatusInternalServerError, ContentType: "application/json", Body: []byte("{}"), Code: "InternalFailure", HangUp: true,
	}, true
}
