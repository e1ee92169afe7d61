package server_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

// TestMetrics_requiresOwnHostName sends requests as a web page does whose own name resolves to
// a loopback address. Pages that every client may see answer to any name: a proxy on the
// server's machine forwards the name that its client used.
func TestMetrics_requiresOwnHostName(t *testing.T) {
	s, _ := servertest.Start(t, servertest.Options(filepath.Join(t.TempDir(), "data")))
	public := servertest.Options(filepath.Join(t.TempDir(), "data"))
	public.PublicMetrics = true
	open, _ := servertest.Start(t, public)
	port := s.Endpoint()[strings.LastIndex(s.Endpoint(), ":"):]
	for host, want := range map[string]int{
		"127.0.0.1" + port: http.StatusOK, "localhost" + port: http.StatusOK, "LOCALHOST." + port: http.StatusOK, "localhost": http.StatusOK,
		"[::1]" + port: http.StatusOK, "127.9.9.9": http.StatusOK,
		"evil.example" + port: http.StatusMisdirectedRequest, "evil.example": http.StatusMisdirectedRequest,
		"localhost.evil.example": http.StatusMisdirectedRequest, "127.0.0.1.nip.io" + port: http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
			want := want
			if path != "/metrics" {
				want = http.StatusOK
			}
			if got := getAs(t, s.Endpoint()+path, host); got != want {
				t.Errorf("GET %s with the host %s: got status %d, want %d", path, host, got, want)
			}
			if got := getAs(t, open.Endpoint()+path, host); got != http.StatusOK {
				t.Errorf("GET %s with the host %s and public metrics: got status %d, want 200", path, host, got)
			}
		}
	}
}

func getAs(t *testing.T, url, host string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
