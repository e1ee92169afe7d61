package httpcall

import (
	"net"
	"net/http"
)

// Origin is where a call comes from, as policies see it.
type Origin struct {
	// SourceIP and UserAgent are "" if there is none.
	SourceIP, UserAgent string
	// Secure reports whether the connection is encrypted.
	Secure bool
}

// OriginOf is where a request comes from.
func OriginOf(r *http.Request) Origin {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return Origin{SourceIP: host, UserAgent: r.UserAgent(), Secure: r.TLS != nil}
}
