package server

import (
	"net/http"

	"github.com/lanyard-cloud/lanyard/internal/limit"
)

// Bodies that are in memory or still arriving. Most calls have a few hundred bytes;
// few clients with large bodies, slow ones too, must not keep out all others.
const (
	smallBody   = 16 << 10
	smallBodies = 16384 // at most 256 MiB
	largeBodies = 64    // at most 64 MiB, since the API reads no more than 1 MiB of each
)

// bounded answers what next does not have the memory for by throttle.
func bounded(next http.Handler, throttle http.HandlerFunc) http.Handler {
	small, large := limit.NewGate(smallBodies), limit.NewGate(largeBodies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gate := large
		if r.ContentLength >= 0 && r.ContentLength <= smallBody {
			gate = small
		}
		if r.Body != http.NoBody {
			if !gate.Enter() {
				throttle(w, r)
				return
			}
			defer gate.Leave()
		}
		next.ServeHTTP(w, r)
	})
}

// unambiguous ends the connection after a request whose end a proxy in front may see
// elsewhere than net/http does: with a Transfer-Encoding, which drops a Content-Length
// beside it, or with HTTP/1.0, where the Transfer-Encoding is the one that is dropped
// (RFC 9112, section 6.1). Otherwise what follows could be answered to somebody else.
func unambiguous(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
