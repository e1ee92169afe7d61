// Package wirecheck stands between a client and a Lightsail server under test and checks every answer against the
// API model: status and headers, the members and their JSON types at every depth, and the form of errors.
//
// It changes nothing on the way, neither requests (their Host header is signed) nor answers, and it judges only
// what the model says: whether an answer is the right one is checked by the test that uses the client.
package wirecheck

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

const targetPrefix = "Lightsail_20161128."

// Checker is a reverse proxy that checks what it passes on.
type Checker struct {
	// URL is where clients reach a checker that Start made.
	URL string

	proxy http.Handler

	mu         sync.Mutex
	violations []string
	ids        map[string]bool
	outcomes   map[string]bool
	codes      map[string]bool
	succeeded  map[Call]bool
}

// Call is an action that a client called, and the client's User-Agent header.
type Call struct{ UserAgent, Action string }

// Start starts a checker before the server at endpoint until the test is over. The test fails with everything
// that the checker found.
func Start(t testing.TB, endpoint string) *Checker {
	t.Helper()
	c, err := New(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(c)
	c.URL = front.URL
	t.Cleanup(func() {
		front.Close()
		for _, v := range c.Violations() {
			t.Errorf("on the wire: %s", v)
		}
	})
	return c
}

// New makes a checker of the answers of the server at endpoint, a URL such as http://127.0.0.1:2016.
func New(endpoint string) (*Checker, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint of the server under test: %w", err)
	}
	c := &Checker{ids: map[string]bool{}, outcomes: map[string]bool{}, codes: map[string]bool{}, succeeded: map[Call]bool{}}
	c.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Host = r.In.Host // it is signed
		},
		// Compression would be the proxy's own doing and not the client's.
		Transport:      &http.Transport{DisableCompression: true},
		ModifyResponse: c.inspect,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			c.note(r.Header.Get("X-Amz-Target"), "no answer: %v", err)
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	return c, nil
}

// ServeHTTP passes one request on.
func (c *Checker) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.proxy.ServeHTTP(w, r) }

// Transport returns a transport that checks each answer on its way to the client. It is for tests that make so many
// calls that a proxy would be most of their time.
func (c *Checker) Transport(base http.RoundTripper) http.RoundTripper { return transport{c, base} }

type transport struct {
	*Checker
	base http.RoundTripper
}

// RoundTrip sends one request and checks its answer.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(r)
	if err == nil {
		err = t.inspect(resp)
	}
	if err != nil {
		t.note(r.Header.Get("X-Amz-Target"), "no answer: %v", err)
	}
	return resp, err
}

// Violations lists what was wrong so far, in the order in which it was met.
func (c *Checker) Violations() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.violations)
}

// Succeeded lists the calls that were answered with success, each once.
func (c *Checker) Succeeded() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Keys(c.succeeded))
}

// Saw reports whether an action was answered with an outcome: "" for success, else the exception's name.
func (c *Checker) Saw(action, outcome string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outcomes[action+" "+outcome]
}

// SawCode is Saw for clients that take the code of an exception for its name: that is the body's member code, if there is one.
func (c *Checker) SawCode(action, outcome string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.codes[action+" "+outcome]
}

func (c *Checker) note(where, format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.violations = append(c.violations, where+": "+fmt.Sprintf(format, args...))
}

// inspect checks one answer and leaves it as it was.
func (c *Checker) inspect(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))

	name, ok := strings.CutPrefix(resp.Request.Header.Get("X-Amz-Target"), targetPrefix)
	action, known := model.LookupAction(name)
	if !ok || !known {
		c.note(resp.Request.Header.Get("X-Amz-Target"), "the request names no action of the API")
		return nil
	}
	a := &answer{action: action, status: resp.StatusCode, header: resp.Header, body: body}
	outcome, code := a.check()
	c.checkID(a)
	for _, v := range a.violations {
		c.note(name, "%s in %d %s", v, resp.StatusCode, body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outcomes[name+" "+outcome] = true
	c.codes[name+" "+code] = true
	if outcome == "" {
		c.succeeded[Call{resp.Request.UserAgent(), name}] = true
	}
	return nil
}

// checkID demands a request id that no answer before had.
func (c *Checker) checkID(a *answer) {
	id := a.header.Get("X-Amzn-Requestid")
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !uuidForm.MatchString(id):
		a.note("x-amzn-requestid %q is not a UUID", id)
	case c.ids[id]:
		a.note("x-amzn-requestid %s was used before", id)
	}
	c.ids[id] = true
}
