package actions

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/test/scripts"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// region is where the calls go if they say nothing else.
const region = "us-east-1"

// newDSN names a new database of the kind that the tests run on; nil means an SQLite file.
var newDSN func(testing.TB) string

// site is a server on whose clock the test moves. Each of its answers is checked.
type site struct {
	t       testing.TB
	options server.Options
	server  *server.Server
	stop    func()
	client  *http.Client
	// connections are the client's.
	connections *http.Transport
	checker     *wirecheck.Checker
	// log is what the server logs as an error.
	log    *syncbuffer.Buffer
	millis atomic.Int64
}

// newDatabase is a place for a new store.
func newDatabase(t testing.TB) home.Database {
	d := home.Database{DataDir: filepath.Join(t.TempDir(), "data")}
	if newDSN != nil {
		d.Store = newDSN(t)
	}
	return d
}

// newSite starts a server that ends with the test, with quotas that the scripts do not reach.
func newSite(t testing.TB, change func(*server.Options)) *site {
	t.Helper()
	s := &site{t: t, options: servertest.Options(""), log: &syncbuffer.Buffer{}}
	s.options.Database = newDatabase(t)
	s.millis.Store(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC).UnixMilli())
	s.options.Clock = s.now
	s.options.Log = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelError}))
	s.options.Quotas = quota.Default()
	for name := range s.options.Quotas {
		if name != quota.AutoSnapshots {
			s.options.Quotas[name] *= 1000
		}
	}
	if change != nil {
		change(&s.options)
	}
	s.server, s.stop = servertest.Start(t, s.options)
	var err error
	if s.checker, err = wirecheck.New(s.server.Endpoint()); err != nil {
		t.Fatal(err)
	}
	s.connections = &http.Transport{DisableCompression: true}
	s.client = &http.Client{Transport: s.checker.Transport(s.connections)}
	t.Cleanup(func() {
		s.connections.CloseIdleConnections()
		for _, v := range s.checker.Violations() {
			t.Errorf("on the wire: %s", v)
		}
		if text := s.log.String(); text != "" {
			t.Errorf("the server logged errors:\n%s", text)
		}
	})
	return s
}

// restart stops the server and starts it again with the same state, at the same endpoint.
func (s *site) restart(change func(*server.Options)) {
	s.t.Helper()
	s.stop()
	s.connections.CloseIdleConnections() // the client may not have seen yet that they were closed
	s.options.Listen = strings.TrimPrefix(s.server.Endpoint(), "http://")
	if change != nil {
		change(&s.options)
	}
	s.server, s.stop = servertest.Start(s.t, s.options)
}

func (s *site) now() time.Time { return time.UnixMilli(s.millis.Load()).UTC() }

func (s *site) pass(d time.Duration) { s.millis.Add(d.Milliseconds()) }

func (s *site) root() signer {
	root := s.server.Root()
	return signer{Key: aws.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}, Region: region}
}

// change changes the accounts of the running server.
func (s *site) change(fn func(*identity.Accounts) (*identity.AccessKey, error)) signer {
	s.t.Helper()
	h, err := home.Open(s.t.Context(), s.options.Database)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	var key *identity.AccessKey
	err = h.Update(s.t.Context(), func(a *identity.Accounts) (err error) {
		key, err = fn(a)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return signer{Key: aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}, Region: region}
}

// user makes a user with policies.
func (s *site) user(name string, policies ...string) signer {
	s.t.Helper()
	return s.change(func(a *identity.Accounts) (*identity.AccessKey, error) {
		d, err := a.Directory("")
		if err != nil {
			return nil, err
		}
		var attached []string
		for n, policy := range policies {
			attached = append(attached, fmt.Sprint(name, n))
			if _, err := d.Create(identity.Policy, attached[n], identity.Doc{Document: policy}); err != nil {
				return nil, err
			}
		}
		if _, err := d.Create(identity.User, name, identity.Doc{Attached: attached}); err != nil {
			return nil, err
		}
		return d.CreateAccessKey(name)
	})
}

// account makes an account, and signs as its root.
func (s *site) account(id string) signer {
	s.t.Helper()
	return s.change(func(a *identity.Accounts) (*identity.AccessKey, error) {
		if _, err := a.Create(id); err != nil {
			return nil, err
		}
		d, err := a.Directory(id)
		if err != nil {
			return nil, err
		}
		return d.CreateAccessKey("")
	})
}

// answer is what the server says to a call.
type answer struct {
	status int
	body   []byte
	doc    map[string]any
}

// exception is the name of the error, "" for success.
func (a answer) exception() string { return a.text("__type") }

// text is a string in the answer, "" if it has none. The path's numbers are places in lists.
func (a answer) text(path string) string {
	text, _ := a.value(path).(string)
	return text
}

// value is what is in the answer at a path; nil if nothing is.
func (a answer) value(path string) any { return scripts.At(a.doc, path) }

// call signs and sends a call. That there is no answer fails the test.
func (s *site) call(as signer, action, body string) (a answer) {
	s.t.Helper()
	a, err := s.send(as, action, body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", action, body, err)
	}
	return a
}

func (s *site) send(as signer, action, body string) (a answer, err error) {
	if a.status, a.body, err = as.Send(s.client, s.server.Endpoint(), action, body); err != nil {
		return a, err
	}
	return a, json.Unmarshal(a.body, &a.doc)
}

// play takes steps as root; all must succeed. seen, if not nil, is told of each call.
func (s *site) play(steps []step, v vars, seen func(step, answer)) {
	s.t.Helper()
	for _, st := range steps {
		if st.Wait > 0 {
			s.pass(st.Wait)
			continue
		}
		a := s.take(s.root(), st, v)
		if seen != nil {
			seen(st, a)
		}
	}
}

// take takes a step, which must succeed, and keeps what it says.
func (s *site) take(as signer, st step, v vars) answer {
	s.t.Helper()
	a := s.call(as, st.Action, v.Fill(st.Body))
	if a.exception() != "" {
		s.t.Fatalf("%s: %s %s: %s, want success", st.Line, st.Action, v.Fill(st.Body), a.body)
	}
	if st.Keep != "" {
		if v[st.Keep] = a.text(st.Path); v[st.Keep] == "" {
			s.t.Fatalf("%s: there is no %s in %s", st.Line, st.Path, a.body)
		}
	}
	return a
}
