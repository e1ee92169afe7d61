// Package confirm serves the page on which the owner of an e-mail address confirms that alarms may
// be sent there. A link in a mail leads to it. It does not send the mail.
//
// A client that has the link may confirm the address: there is no signature. The page itself does not change
// anything, since programs that check mails open the links in them. Its button does.
package confirm

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// path is where the pages are; a token follows.
const path = "/contact-methods/confirm/"

// Options is what a Handler works with. All of it is required, but for Running and Observe.
type Options struct {
	Store  *store.DB
	Sealer *seal.Sealer
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Rand is the source of request ids.
	Rand io.Reader
	// Running bounds the requests that run at one time; nil admits all.
	Running *limit.Gate
	// Observe is told of each answered request, as of a call.
	Observe func(action, code string, took time.Duration)
}

// Handler serves the pages for confirmations.
type Handler struct {
	o       Options
	service *httpcall.Service
}

// New returns a Handler.
func New(o Options) *Handler {
	return &Handler{o, httpcall.New(httpcall.Options{
		Log: o.Log, Rand: o.Rand, Observe: o.Observe, Refuse: refuse, Errors: httpcall.Errors{Throttled: errBusy},
	})}
}

// Meant reports whether a request is for a Handler.
func Meant(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, path) }

// Link is the link to the page for a confirmation, on a server with a URL.
func Link(server string, s *seal.Sealer, c contactmethod.Confirmation) string {
	return strings.TrimSuffix(server, "/") + path + c.Token(s)
}

// ServeHTTP answers one request. It leaves the body unread, since nothing is in it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	h.service.Serve(w, r, func(hc *httpcall.Call) (httpcall.Answer, error) {
		hc.Action = "lanyard:ConfirmContactMethod"
		a, err := h.answer(r)
		a.HangUp = r.ContentLength != 0
		return a, err
	})
}

func (h *Handler) answer(r *http.Request) (httpcall.Answer, error) {
	c, err := contactmethod.OpenConfirmation(h.o.Sealer, strings.TrimPrefix(r.URL.Path, path))
	if err != nil {
		return httpcall.Answer{}, errUnknown
	}
	if !h.o.Running.Enter() {
		return httpcall.Answer{}, errBusy
	}
	defer h.o.Running.Leave()
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return h.ask(r.Context(), c)
	case http.MethodPost:
		return h.confirm(r.Context(), c)
	}
	return httpcall.Answer{}, errMethod
}

// ask answers with the page that has the button.
func (h *Handler) ask(ctx context.Context, c contactmethod.Confirmation) (a httpcall.Answer, err error) {
	err = h.o.Store.View(ctx, func(tx *store.Tx) error {
		m, err := open(tx, c, h.now())
		if err == nil {
			a = asking(c.To, m.Resource.Region)
		}
		return err
	})
	return a, err
}

// confirm makes the address valid.
func (h *Handler) confirm(ctx context.Context, c contactmethod.Confirmation) (a httpcall.Answer, err error) {
	err = h.o.Store.Update(ctx, func(tx *store.Tx) error {
		now := h.now()
		m, err := open(tx, c, now)
		if err != nil {
			return err
		}
		m.Confirm(now)
		if err := m.Pack(); err != nil {
			return err
		}
		a = confirmed(c.To, m.Resource.Region)
		return tx.UpdateResource(m.Resource)
	})
	return a, err
}

// now is the time as the store keeps it, in milliseconds.
func (h *Handler) now() time.Time { return h.o.Clock().Truncate(time.Millisecond) }

// open opens the contact method that waits for a confirmation.
func open(tx *store.Tx, c contactmethod.Confirmation, now time.Time) (*contactmethod.ContactMethod, error) {
	tx.SetNow(now)
	r, err := tx.ResourceByID(c.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.Kind != resource.ContactMethod {
		return nil, errSpent
	}
	if err != nil {
		return nil, err
	}
	m := &contactmethod.ContactMethod{}
	if err := m.Open(r); err != nil {
		return nil, err
	}
	if asked, awaited := m.Asked(now); !awaited || asked != c {
		return nil, errSpent
	}
	return m, nil
}
