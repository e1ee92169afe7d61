package server

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/lanyard-cloud/lanyard/internal/confirm"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// loadTLS returns nil if there is no certificate.
func loadTLS(cert, key string) (*tls.Config, error) {
	if cert == "" {
		return nil, nil //nolint:nilnil // no TLS is a valid choice, not a missing value
	}
	pair, err := loadKeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("cannot load the TLS certificate and key: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// loadKeyPair reads a certificate and its key. It returns an error if another user can change
// the certificate or read the key.
func loadKeyPair(cert, key string) (pair tls.Certificate, err error) {
	chain, err := safefile.Read(cert)
	if err != nil {
		return pair, err
	}
	private, err := safefile.ReadSecret(key)
	if err != nil {
		return pair, err
	}
	return tls.X509KeyPair(chain, private)
}

// handler passes a request on to an API, or to one of the pages for operators.
func (s *Server) handler(to services) http.Handler {
	metricsPage := s.metrics.handler()
	own := sync.OnceValue(s.ownHosts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		get := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case get && r.URL.Path == "/healthz":
			status(w, http.StatusOK, "ok")
		case get && r.URL.Path == "/readyz":
			s.ready(w, r)
		case get && r.URL.Path == "/metrics" && s.o.PublicMetrics:
			metricsPage.ServeHTTP(w, r)
		case get && r.URL.Path == "/metrics" && fromLoopback(r):
			if !isOwnHost(r, own()) {
				misdirected(w)
				return
			}
			metricsPage.ServeHTTP(w, r)
		case confirm.Meant(r):
			to.confirm.ServeHTTP(w, r)
		case s.cors(w, r), options(w, r):
		default:
			to.handler(r).ServeHTTP(w, r)
		}
	})
}

// options answers OPTIONS *, which asks about the server as a whole. It reports whether the
// request was that.
func options(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || r.RequestURI != "*" {
		return false
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return true
}

func status(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text+"\n")
}

func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// cors answers a browser's preflight request, and adds headers for configured origins to
// other answers. It reports whether the request is answered.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || len(s.o.CORSOrigins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	if !slices.Contains(s.o.CORSOrigins, origin) && !slices.Contains(s.o.CORSOrigins, "*") {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "x-amzn-requestid")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", http.MethodPost)
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "172800")
	w.WriteHeader(http.StatusOK)
	return true
}
