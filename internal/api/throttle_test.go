package api_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/limit"
)

// TestPipeline_throttles has a pipeline without room for any call, and without the parts that a call that runs would use.
func TestPipeline_throttles(t *testing.T) {
	var log strings.Builder
	var observed []string
	full, all := limit.NewGate(0), families.All(families.Deps{})
	p := api.NewPipeline(api.Options{
		Actions: all.Actions, Roles: all.Roles, Running: full, Rand: rand.Reader,
		Log:     slog.New(slog.NewTextHandler(&log, nil)),
		Observe: func(action, code string, _ time.Duration) { observed = append(observed, action+" "+code) },
	})
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		close   bool
		want    string
	}{
		{"no room to run, with the body read", p.ServeHTTP, false, "GetRegions ThrottlingException"},
		{"no room for the body", p.Throttle, true, " ThrottlingException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			observed = nil
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
			r.Header.Set("Content-Type", "application/x-amz-json-1.1")
			r.Header.Set("X-Amz-Target", "Lightsail_20161128.GetRegions")
			w := httptest.NewRecorder()
			tt.handler(w, r)
			if w.Code != http.StatusBadRequest || w.Body.String() != `{"__type":"ThrottlingException","message":"Rate exceeded"}` {
				t.Errorf("answer %d %s", w.Code, w.Body)
			}
			if closes := w.Header().Get("Connection") == "close"; closes != tt.close {
				t.Errorf("the connection ends: %t, want %t", closes, tt.close)
			}
			if !strings.Contains(fmt.Sprint(w.Header()), "x-amzn-RequestId:") {
				t.Error("the answer has no request id")
			}
			if len(observed) != 1 || observed[0] != tt.want {
				t.Errorf("the metrics have %q, want %q", observed, tt.want)
			}
		})
	}
	if log.Len() > 0 {
		t.Errorf("the log has a line for each: %s", log.String())
	}
}

// TestPipeline_closedConnectionIsNoInternalError cancels the call's context, as net/http does when the client closes the
// connection or only its own direction.
func TestPipeline_closedConnectionIsNoInternalError(t *testing.T) {
	w := newWorld(t)
	c, name := w.root(ours), new("gone")
	gone := func(o *lightsail.Options) { o.HTTPClient = goneClient{w.pipeline} }
	for action, call := range map[string]func() error{
		"CreateKeyPair": func() error {
			_, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: name}, gone)
			return err
		},
		"ImportKeyPair": func() error {
			_, err := c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: name, PublicKeyBase64: new(edLine)}, gone)
			return err
		},
		"DownloadDefaultKeyPair": func() error {
			_, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{}, gone)
			return err
		},
	} {
		t.Run(action, func(t *testing.T) { wantCode(t, call(), "RequestAbortedException") })
	}
	if strings.Contains(w.log.String(), "level=ERROR") {
		t.Errorf("log = %s, want no internal error in it", w.log)
	}
}

// goneClient sends requests whose sender is gone when they arrive.
type goneClient struct{ to http.Handler }

func (c goneClient) Do(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	cancel()
	r = r.Clone(ctx)
	r.Host = r.URL.Host
	w := httptest.NewRecorder()
	c.to.ServeHTTP(w, r)
	return w.Result(), nil
}
