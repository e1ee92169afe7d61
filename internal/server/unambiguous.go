package server

import "net/http"

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
