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

// Handler refuses the requests for which Meant is true.
type Handler struct{ o Options }

// New returns a Handler.
func New(o Options) *Handler { return &Handler{o} }

// ServeHTTP answers one call. It leaves the body unread.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	id, service := httpcall.NewID(h.o.Rand), Service(r)
	a := Refuse(r, service, id)
	a.HangUp = true
	a.Send(w, id)
	took := time.Since(start)
	h.o.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("request_id", id),
		slog.Int("status", a.Status), slog.Duration("took", took), slog.String("code", Code), slog.String("service", service))
	if h.o.Observe != nil {
		h.o.Observe("", Code, took)
	}
}
