package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// maxHeader bounds a request's headers; all that clients send is a few kilobytes.
const maxHeader = 32 << 10

// times bound how long a connection waits for its client. A request arrives and is
// answered at once; these only keep stalled clients from staying for ever.
type times struct {
	header time.Duration // until a request's headers are there
	read   time.Duration // until its body is, too
	write  time.Duration // from its headers until the answer is sent
	idle   time.Duration // between requests
}

func usualTimes() times {
	return times{header: 10 * time.Second, read: 30 * time.Second, write: 60 * time.Second, idle: 120 * time.Second}
}

func newHTTP(h http.Handler, config *tls.Config, o Options, c *connections) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           h,
		TLSConfig:         config,
		Protocols:         &protocols,
		ReadHeaderTimeout: o.times.header,
		ReadTimeout:       o.times.read,
		WriteTimeout:      o.times.write,
		IdleTimeout:       o.times.idle,
		MaxHeaderBytes:    maxHeader,
		ConnState:         c.observe,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
}

// loadTLS returns nil without a certificate.
func loadTLS(cert, key string) (*tls.Config, error) {
	if cert == "" {
		return nil, nil //nolint:nilnil // no TLS is a valid choice, not a missing value
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("cannot load the TLS certificate and key: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// handler sends a request to an API, or to one of the few pages for operators.
func (s *Server) handler(to services) http.Handler {
	metricsPage := s.metrics.handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		get := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case get && r.URL.Path == "/healthz":
			status(w, http.StatusOK, "ok")
		case get && r.URL.Path == "/readyz":
			s.ready(w, r)
		case get && r.URL.Path == "/metrics" && (s.o.PublicMetrics || fromLoopback(r)):
			metricsPage.ServeHTTP(w, r)
		case s.cors(w, r):
		default:
			to.handler(r).ServeHTTP(w, r)
		}
	})
}

// ready says whether requests would be answered: the store is read, and the server
// is not about to stop.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	err := s.store.View(ctx, func(tx *store.Tx) error {
		_, err := tx.Meta(keyCheck)
		return err
	})
	switch {
	case s.draining.Load():
		status(w, http.StatusServiceUnavailable, "stopping")
	case err != nil:
		s.o.Log.Error("not ready", "error", err)
		status(w, http.StatusServiceUnavailable, "the store cannot be read")
	default:
		status(w, http.StatusOK, "ready")
	}
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

// cors answers a browser's preflight and marks answers for configured origins. It
// reports whether the request is answered.
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
