package server

import (
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// maxHeader bounds a request's header: a session token of 12 KB, the largest, and as much
// as all else of a signed request may need.
const maxHeader = 20 << 10

// Limits of HTTP/2, where net/http's own are made for few clients that are trusted.
const (
	// maxStreams is how many requests a connection may have at a time.
	maxStreams = 16
	// maxFrame is HTTP/2's smallest: a frame's memory is taken as soon as its length is known.
	maxFrame = 16 << 10
	// streamBuffer and connBuffer are how much of bodies may wait to be read.
	streamBuffer = 64 << 10
	connBuffer   = 128 << 10
	// pingAfter is how long a client may send nothing until it is asked for a sign of life.
	pingAfter = 30 * time.Second
)

// times bound how long a connection waits for its client. A request arrives and is
// answered at once; these only keep stalled clients from staying for ever.
type times struct {
	header time.Duration // until a request's header is there
	read   time.Duration // until its body is, too
	large  time.Duration // until a large body is, from the end of the header
	take   time.Duration // until the client of HTTP/2 takes any byte of what is sent
	write  time.Duration // from its header until the answer is sent
	idle   time.Duration // between requests
}

func usualTimes() times {
	return times{
		header: 5 * time.Second, read: 5 * time.Second, large: 30 * time.Second,
		take: 10 * time.Second, write: 60 * time.Second, idle: 120 * time.Second,
	}
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
		IdleTimeout:       -1, // see endIdle
		MaxHeaderBytes:    maxHeader,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          maxStreams,
			MaxReadFrameSize:              maxFrame,
			MaxReceiveBufferPerStream:     streamBuffer,
			MaxReceiveBufferPerConnection: connBuffer,
			SendPingTimeout:               pingAfter,
			WriteByteTimeout:              o.times.take,
		},
		ConnState:   c.observe,
		ConnContext: c.connContext,
		ErrorLog:    slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
}

// loadTLS returns nil without a certificate.
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

// loadKeyPair reads a certificate that no other user can change, and a key that no other
// user can read.
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

// handler sends a request to an API, or to one of the few pages for operators.
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
		case s.cors(w, r), options(w, r):
		default:
			to.handler(r).ServeHTTP(w, r)
		}
	})
}

// options answers OPTIONS *, which is about the server itself, and reports whether the
// request is that.
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
