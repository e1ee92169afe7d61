package connlimit

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// protocols are the ways in which a request comes without TLS.
var protocols = map[string]func(*http.Protocols){
	"HTTP/1.1": func(p *http.Protocols) { p.SetHTTP1(true) },
	"HTTP/2":   func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) },
}

func clientOfProtocol(set func(*http.Protocols)) *http.Client {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	set(transport.Protocols)
	return &http.Client{Transport: transport}
}

func TestBounded_limitsHeaderFields(t *testing.T) {
	served := 0
	address := listenQuickly(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	for name, set := range protocols {
		for _, tt := range []struct{ fields, values, want int }{
			{1, 1, http.StatusOK},
			{maxFields, 1, http.StatusOK},
			{1, maxFields, http.StatusOK},
			{maxFields + 1, 1, http.StatusRequestHeaderFieldsTooLarge},
			{1, maxFields + 1, http.StatusRequestHeaderFieldsTooLarge},
		} {
			t.Run(fmt.Sprintf("%s, %d fields with %d values", name, tt.fields, tt.values), func(t *testing.T) {
				before := served
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header = http.Header{"User-Agent": nil, "Accept-Encoding": nil}
				for i := range tt.fields {
					r.Header[fmt.Sprintf("X-%d", i)] = make([]string, tt.values)
				}
				client := clientOfProtocol(func(p *http.Protocols) { set(p) })
				client.Transport.(*http.Transport).DisableCompression = true
				resp, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				if resp.StatusCode != tt.want || served-before != map[bool]int{true: 1}[tt.want == http.StatusOK] {
					t.Errorf("got status %d and %d requests in the handler, want status %d", resp.StatusCode, served-before, tt.want)
				}
			})
		}
	}
}

// TestServer_readsHeaderOfLargestToken sends the largest session token in a header as large as
// signed requests have.
func TestServer_readsHeaderOfLargestToken(t *testing.T) {
	address := listenQuickly(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, len(r.Header.Get("X-Amz-Security-Token")))
	}))
	for name, set := range protocols {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Amz-Security-Token", strings.Repeat("t", 12<<10))
			r.Header.Set("Authorization", strings.Repeat("a", 2<<10))
			for i := range 30 {
				r.Header.Set(fmt.Sprintf("X-Proxy-%d", i), strings.Repeat("v", 50))
			}
			resp, err := clientOfProtocol(set).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK || string(body) != fmt.Sprint(12<<10) {
				t.Errorf("got status %d, body %q, error %v; want 200 and the token's length", resp.StatusCode, body, err)
			}
		})
	}
}

// TestBounded_chargesRequestUntilItIsAnswered covers all methods and sizes of bodies.
func TestBounded_chargesRequestUntilItIsAnswered(t *testing.T) {
	for name, set := range protocols {
		t.Run(name, func(t *testing.T) {
			var c *Limiter
			held := make(chan int64, 1)
			address := listenQuickly(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				cc, _ := r.Context().Value(connKey{}).(*clientConn)
				c = cc.c
				c.mu.Lock()
				held <- c.held
				c.mu.Unlock()
				_, _ = io.Copy(w, r.Body)
			}))
			client := clientOfProtocol(set)
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
				for _, size := range []int{0, 100, smallBody, smallBody + 1, 1 << 20} {
					r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+"/", strings.NewReader(strings.Repeat("x", size)))
					if err != nil {
						t.Fatal(err)
					}
					resp, err := client.Do(r)
					if err != nil {
						t.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					if got := <-held; got < requestCost {
						t.Errorf("%s with a body of %d bytes: %d bytes are charged, want at least %d", method, size, got, requestCost)
					}
				}
			}
			client.CloseIdleConnections()
			awaitEmpty(t, c)
		})
	}
}

// BenchmarkCharge measures what the charging adds to a request.
func BenchmarkCharge(b *testing.B) {
	c := newLimiter(10, running)
	cc := c.newConn(&recordedConn{})
	c.observe(cc, http.StateNew)
	h := c.bounded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(*request).BodyRead()
	}), nil)
	r := httptest.NewRequestWithContext(c.connContext(b.Context(), cc), http.MethodPost, "/", strings.NewReader("{}"))
	for i := range 12 {
		r.Header.Set(fmt.Sprintf("X-Header-%d", i), "value")
	}
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		c.observe(cc, http.StateActive)
		h.ServeHTTP(w, r)
		c.observe(cc, http.StateIdle)
	}
}
