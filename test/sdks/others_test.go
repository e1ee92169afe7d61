//go:build sdks

package sdks

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// others passes calls of other services than Lightsail on to a server, and notes them.
type others struct {
	// URL is where programs reach it.
	URL string

	to    *url.URL
	mu    sync.Mutex
	asked map[string]bool
}

func startOthers(t *testing.T, endpoint string) *others {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	o := &others{to: to, asked: map[string]bool{}}
	front := httptest.NewServer(o)
	t.Cleanup(front.Close)
	o.URL = front.URL
	return o
}

// calls are those that were made, such as "ec2:DescribeRegions 400", each once.
func (o *others) calls() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Sorted(maps.Keys(o.asked))
}

// ServeHTTP passes one call on as it is: its host is signed.
func (o *others) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(o.to)
			p.Out.Host = p.In.Host
		},
		ModifyResponse: func(resp *http.Response) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.asked[fmt.Sprint(called(r, body), " ", resp.StatusCode)] = true
			return nil
		},
	}
	proxy.ServeHTTP(w, r)
}

var scope = regexp.MustCompile(`/([a-z0-9-]+)/aws4_request`)

// called is the service that a call is signed for, and its action.
func called(r *http.Request, body []byte) string {
	service := "unsigned"
	if m := scope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		service = m[1]
	}
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	form, _ := url.ParseQuery(string(body)) // a body that is no form has no action
	return service + ":" + cmp.Or(action, form.Get("Action"), r.Method+" "+r.URL.Path)
}
