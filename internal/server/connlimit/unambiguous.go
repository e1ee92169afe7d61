package connlimit

import "net/http"

// unambiguous closes the connection after a request of which a proxy may see another end
// than net/http does: with a Transfer-Encoding, net/http ignores a Content-Length beside
// it, and in HTTP/1.0 it ignores the Transfer-Encoding (RFC 9112, section 6.1). Otherwise
// another client of the proxy could get the answer to what follows.
func unambiguous(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
