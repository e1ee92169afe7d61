// Package sts answers AWS STS calls on the endpoint of the Lightsail API: who am I,
// and temporary credentials for a role or for oneself. It speaks the query protocol:
// a form comes in, XML goes out.
//
// It stores nothing: a session is inside its own token (package identity). It has no
// federation, by SAML, web identity or GetFederationToken, and no MFA devices.
//
// What it says and how, down to white space, is as observed of AWS STS, unless a
// comment says otherwise.
package sts

import (
	"io"
	"log/slog"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sigv4"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	version = "2011-06-15"
	// clockSkew is how far a signature's time may be from the server's.
	clockSkew = 15 * time.Minute
)

// globalRegion may be in the credential scope for the global endpoint, which is
// us-east-1's.
const (
	globalRegion = "aws-global"
	globalMeans  = "us-east-1"
)

// Options is what a Handler works with. All of it is required, but for Running and
// Observe. Sessions follow real time, as signatures do.
type Options struct {
	Store  *store.DB
	Sealer *seal.Sealer
	Log    *slog.Logger
	// Rand is the source of request ids.
	Rand io.Reader
	// Running bounds the calls that run at one time; nil admits all.
	Running *limit.Gate
	// Observe is told of each answered call: the action's name, as sts:AssumeRole, or ""
	// when the request named none that is known; the error's code, or ""; how long it
	// took.
	Observe func(action, code string, took time.Duration)
}

// Handler answers STS calls.
type Handler struct {
	o        Options
	verifier *sigv4.Verifier
	resolver *identity.Resolver
	service  *httpcall.Service
}

// New returns a Handler.
func New(o Options) *Handler {
	return &Handler{
		o:        o,
		resolver: identity.NewResolver(o.Sealer),
		verifier: sigv4.New(sigv4.Options{
			Service:   "sts",
			ClockSkew: clockSkew,
			ValidRegion: func(name string) bool {
				_, ok := catalogue.LookupRegion(name)
				return ok || name == globalRegion
			},
		}),
		service: httpcall.New(httpcall.Options{
			Log: o.Log, Rand: o.Rand, Observe: o.Observe, Refuse: refuse,
			Errors: httpcall.Errors{TooLarge: errTooLarge, Slow: errSlow, Unreadable: errUnreadable, Throttled: errThrottled},
		}),
	}
}
